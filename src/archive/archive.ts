import type { Archive, ArchiveOptions } from './model.ts';

export { type AptFile, type AptSettings, aptSettings, isAptFile } from './apt-files.ts';
export { ArchiveError, type ArchiveErrorCode } from './error.ts';
export { machineAptFiles } from './machine.ts';
export type {
  AptSource,
  Archive,
  ArchiveOptions,
  ArchiveProgress,
  Candidate,
  ChangelogFlaw,
  ChangelogSource,
  Fix,
  Fixes,
  InstalledPackage,
  Keyring,
  MentionedFlaw,
  SignedBy,
  Signer,
  Suite,
  Trust,
  Voice,
} from './model.ts';
export { type ReleaseName, settingSources } from './setting.ts';

/**
 * Fetches and verifies the Release file of every source. What can't be had or must not be believed is left out and told
 * in `problems`. Throws `ArchiveError`: `no-sources`, `unwritable`, `aborted`.
 */
export async function openArchive(options: ArchiveOptions): Promise<Archive> {
  const { openSuites } = await import('./open.ts');
  return await openSuites(options);
}

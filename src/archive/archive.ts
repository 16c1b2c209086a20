import type { Archive, ArchiveOptions } from './model.ts';

export { type AptFile, aptSettings, isAptFile } from './apt-files.ts';
export { ArchiveError } from './error.ts';
export { machineAptFiles } from './machine.ts';
export type {
  AptSource,
  Archive,
  ArchiveOptions,
  Candidate,
  Fix,
  Fixes,
  InstalledPackage,
  Keyring,
  Voice,
} from './model.ts';
export { settingSources } from './setting.ts';

/**
 * Fetches and verifies the Release file of every source. What can't be had or must not be believed is left out and told
 * in `problems`. Throws `ArchiveError`: `no-sources`, `unwritable`, `aborted`.
 */
export async function openArchive(options: ArchiveOptions): Promise<Archive> {
  const { openSuites } = await import('./open.ts');
  return await openSuites(options);
}

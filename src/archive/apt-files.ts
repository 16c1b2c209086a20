import type { ArchiveError } from './error.ts';
import type { AptSource, Keyring, Voice } from './model.ts';
import { parseOneLine } from './one-line.ts';
import { parseSources } from './sources.ts';

/** A file of the apt settings, by its path from the root (without a slash before). */
export interface AptFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What apt is told. */
export interface AptSettings {
  readonly sources: readonly AptSource[];
  readonly keyrings: readonly Keyring[];
  /** Sources that can't be used, and why. */
  readonly problems: readonly ArchiveError[];
}

const SOURCES = /^etc\/apt\/sources\.list(?:$|\.d\/[\w.-]+\.(?:list|sources)$)/;
const KEYRINGS =
  /^(?:etc\/apt\/trusted\.gpg$|(?:etc\/apt\/(?:trusted\.gpg\.d|keyrings)|usr\/share\/keyrings)\/[^/]+\.(?:gpg|asc|pgp)$)/;
/** Keys that are there to be recognised, not to be trusted. */
const REMOVED = /removed-keys\.(?:gpg|pgp)$/;

/** Whether a path (from the root, without a slash before) names apt's sources or a keyring for them. */
export function isAptFile(path: string): boolean {
  return SOURCES.test(path) || (KEYRINGS.test(path) && !REMOVED.test(path));
}

/** Reads apt's sources in both formats (sources.list(5)) and takes the keyrings along. */
export function aptSettings(files: readonly AptFile[], voice: Voice): AptSettings {
  const sources: AptSource[] = [];
  const keyrings: Keyring[] = [];
  const problems: ArchiveError[] = [];
  for (const { path, bytes } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (!isAptFile(path)) continue;
    if (!SOURCES.test(path)) keyrings.push({ voice, path: `/${path}`, bytes });
    else {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      const parse = path.endsWith('.sources') ? parseSources : parseOneLine;
      parse(text, { voice, file: `/${path}` }, { keep: (one) => sources.push(one), tell: (one) => problems.push(one) });
    }
  }
  return { sources, keyrings, problems };
}

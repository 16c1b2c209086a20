import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../internal/atomic-file.ts';
import { makeFolder } from '../internal/make-folder.ts';
import { ArchiveError } from './error.ts';
import { isoDate } from './release.ts';

/** The newest state of a suite that was ever seen, of an address or of any. */
interface Seen {
  readonly what: string;
  readonly date: string;
}

/** Remembers the dates of suites, so that none goes back unnoticed. */
export interface Memory {
  /** The newest date seen of this, milliseconds. */
  newest(what: string): number | undefined;
  /** Keeps the date where it is newer than the one kept. */
  keep(what: string, date: number): void;
}

/** A memory in a folder, one file for each suite. Throws what the file system throws. */
export function memoryIn(folder: string): Memory {
  const fileOf = (what: string): string => join(folder, `${createHash('sha256').update(what).digest('hex')}.json`);
  return {
    newest(what) {
      const text = readIfThere(fileOf(what));
      if (text === undefined) return undefined;
      const date = dateIn(text, what);
      // Whoever can damage the file could as well remove it; but it must not go unnoticed.
      if (date === undefined) {
        const data = { subject: fileOf(what), detail: 'remove the file to begin anew' };
        throw new ArchiveError('rolled-back', 'the date last seen of a suite cannot be read', data);
      }
      return date;
    },
    keep(what, date) {
      const known = this.newest(what);
      if (known !== undefined && known >= date) return;
      makeFolder(folder);
      const seen: Seen = { what, date: isoDate(date) };
      writeFileAtomic(fileOf(what), `${JSON.stringify(seen)}\n`);
    },
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function dateIn(text: string, what: string): number | undefined {
  try {
    const seen = JSON.parse(text) as Partial<Seen>;
    const date = Date.parse(seen.date ?? '');
    return seen.what !== what || Number.isNaN(date) ? undefined : date;
  } catch {
    return undefined;
  }
}

// The file `usage` of a cache counts what was written, so that nobody needs to look at all files to know that there are
// too many:
//
//   usage = "=" 1*DIGIT LF *( "+" 1*DIGIT LF )      bytes of all entries once, and of each written since
//
// Lines are appended by any number of processes. A line may be lost while another process begins the file anew; it is begun
// anew often enough for that not to add up.
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { placeFile } from './shared-file.ts';

/** A longer file is begun anew: some thousands of lines. */
const maximumLength = 1 << 16;

/** Takes note of what was written; gives the bytes of all entries, infinite where that is not known. */
export function countWritten(folder: string, bytes: number): number {
  const path = join(folder, 'usage');
  try {
    append(path, `+${bytes}\n`);
    const text = readFileSync(path, 'latin1');
    const lines = /^=(\d{1,15})\n((?:\+\d{1,10}\n)*)$/.exec(text);
    if (lines === null || text.length > maximumLength) return Number.POSITIVE_INFINITY;
    const added = (lines[2] ?? '').split('\n').reduce((sum, line) => sum + Number(line.slice(1)), 0);
    return Number(lines[1]) + added;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Only to a file that is there, not to where a link leads: it must begin with what all entries take. */
function append(path: string, line: string): void {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  try {
    writeSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}

/** Begins the file anew; where that fails, the old one stays. */
export function restartUsage(folder: string, bytes: number): void {
  try {
    placeFile(join(folder, 'usage'), `=${bytes}\n`);
  } catch {}
}

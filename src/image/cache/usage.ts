// The file `usage` of a cache counts what was written, so that nobody needs to look at all files to know that there are
// too many:
//
//   usage = "=" 1*DIGIT LF *( "+" 1*DIGIT LF )      bytes of all entries once, and of each written since
//
// Lines are appended by any number of processes. A line may be lost while another process begins the file anew; it is begun
// anew often enough for that not to add up.
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryBeside } from '../../internal/atomic-file.ts';

/** A longer file is begun anew: some thousands of lines. */
const maximumLength = 1 << 16;

/** Takes note of what was written; gives the bytes of all entries, infinite where that is not known. Throws what the file system throws. */
export function countWritten(folder: string, bytes: number): number {
  const path = join(folder, 'usage');
  appendFileSync(path, `+${bytes}\n`);
  const text = readFileSync(path, 'latin1');
  const lines = /^=(\d{1,15})\n((?:\+\d{1,10}\n)*)$/.exec(text);
  if (lines === null || text.length > maximumLength) return Infinity;
  const added = (lines[2] ?? '').split('\n').reduce((sum, line) => sum + Number(line.slice(1)), 0);
  return Number(lines[1]) + added;
}

/** Begins the file anew; where that fails, the old one stays. */
export function restartUsage(folder: string, bytes: number): void {
  const path = join(folder, 'usage');
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, `=${bytes}\n`, { flag: 'wx' });
    renameSync(temporary, path);
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {}
  }
}

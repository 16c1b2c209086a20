import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** A name beside `path` that nobody else uses: `<path>.<pid>-<random>.tmp`. */
export function temporaryBeside(path: string): string {
  return `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
}

/** Whether a file of this name is a leftover of `temporaryBeside(path)`, or of a file beside one of those. */
export function isTemporaryOf(path: string, name: string): boolean {
  const own = `${basename(path)}.`;
  return (
    name.startsWith(own) && /^\d+-[0-9a-f]{12}\.tmp(?:-dense)?(?:-journal|-wal|-shm)?$/.test(name.slice(own.length))
  );
}

/**
 * Puts the finished file `temporary` in the place of `path`: on disk first, then renamed, then the folder on disk, so
 * that after a crash at any moment there is the old file or the new one. Whoever has the old one open keeps it.
 */
export function replaceFile(temporary: string, path: string): void {
  syncPath(temporary, 'r+');
  renameSync(temporary, path);
  // Windows can't open a folder; a file system that can't sync one still has a consistent rename.
  try {
    syncPath(dirname(path), 'r');
  } catch {}
}

/** Writes a small file atomically; throws what the file system throws and leaves nothing behind then. */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    replaceFile(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function syncPath(path: string, flags: 'r' | 'r+'): void {
  const fd = openSync(path, flags);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

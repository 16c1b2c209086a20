import { chmodSync, mkdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { temporaryBeside } from '../../internal/atomic-file.ts';
import { makeFolder } from '../../internal/make-folder.ts';
import { removeFile } from './folder.ts';

/**
 * Makes a folder that is open to the same group and readers as the one above it, so that what is in a shared folder is
 * shared, but never writable by all; folders above that are missing are made for this user alone. Throws the first error
 * of the file system.
 */
export function makeOpenFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(path);
  makeFolder(above);
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  chmodSync(path, statSync(above).mode & 0o6775);
}

/**
 * Whether a folder, if it is there, is only in the hands of those whose word counts: this user, root, or a group that the
 * user is in. Another's, or one that all may write to, could hold whatever hides packages.
 */
export function isTrusted(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  const user = process.geteuid?.();
  if (stats === undefined || user === undefined) return true;
  const isOpen = (stats.mode & 0o002) !== 0 && (stats.mode & 0o1000) === 0;
  const groups = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
  return !isOpen && (stats.uid === user || stats.uid === 0 || groups.includes(stats.gid));
}

/**
 * Puts a file in its place by renaming, open as its folder is. It is not synced: a file that a crash leaves
 * incomplete must be seen to be so. Throws the first error of the file system, and leaves nothing behind then.
 */
export function placeFile(path: string, content: Uint8Array | string): void {
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    chmodSync(temporary, statSync(dirname(path)).mode & 0o664);
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** Gives a file, of which these are the bytes, the time of its last use: now. */
export function markUsed(path: string, bytes: Uint8Array | string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch (error) {
    // Only its owner may set a file's time; whoever may write to the folder can put the same file there anew.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return;
    try {
      placeFile(path, bytes);
    } catch {}
  }
}

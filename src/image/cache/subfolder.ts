import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../internal/make-folder.ts';

/**
 * Makes a folder in another, open to whom the other one is: a shared cache stays shared. Throws the first error of the
 * file system.
 */
export function makeSubfolder(folder: string, name: string): void {
  const path = join(folder, name);
  try {
    if (statSync(path).isDirectory()) return;
  } catch {
    makeFolder(folder);
  }
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  const { mode } = statSync(folder);
  chmodSync(path, mode & 0o7777);
}

// Only syntax and imports that Node.js 14 knows: main.ts needs it before it knows which Node.js it runs on.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing, for this user alone (mode 0700); one that is there is left as it is.
 * Throws the first error of the file system. Node.js's own `recursive` never ends where a file system such as procfs
 * says that the folder to make does not exist.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let folder = resolve(path);
  while (!isThere(folder)) {
    missing.unshift(folder);
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  for (const one of missing) makeOne(one);
}

/** A file or a link that leads nowhere is not it, and making it fails. */
function isThere(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Another process may have been quicker. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AptFile, isAptFile } from './apt-files.ts';

const FOLDERS = [
  'etc/apt',
  'etc/apt/sources.list.d',
  'etc/apt/trusted.gpg.d',
  'etc/apt/keyrings',
  'usr/share/keyrings',
];

/** The apt sources and keyrings of this machine, or of a root folder; what is not there or not readable is left out. */
export function machineAptFiles(root = '/'): AptFile[] {
  return FOLDERS.flatMap((folder) => namesIn(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter(isAptFile)
    .flatMap((path) => {
      const bytes = read(join(root, path));
      return bytes === undefined ? [] : [{ path, bytes }];
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../internal/atomic-file.ts';
import { makeFolder } from '../internal/make-folder.ts';

/** What is known of a copy of what is at an address. */
export interface CopyState {
  /** Where the content came from, after the manifest, without credentials. */
  readonly from: string;
  readonly digest: string;
  readonly kind: 'document' | 'archive';
  /** Folder in the archive that is the repository. */
  readonly folder: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Milliseconds since 1970 of the last answer, and from when on it is asked again. */
  readonly checkedAt: number;
  readonly nextAt: number;
  /** Why the last refresh failed. */
  readonly problem?: string;
}

/** A copy with its bytes, as they were when their digest was taken. */
export interface Copy {
  readonly state: CopyState;
  readonly bytes: Uint8Array;
}

/** The folder for an address in the cache's `home`. */
export function folderOf(home: string, address: string): string {
  return join(home, 'vex', sha256(Buffer.from(address)).slice(0, 32));
}

/** The copy in a folder; undefined where there is none or it is damaged. */
export function readCopy(folder: string): Copy | undefined {
  // Another process may replace it between the two files.
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const state = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as CopyState;
      const bytes = readFileSync(join(folder, contentName(state.digest)));
      if (sha256(bytes) === state.digest) return { state, bytes };
    } catch {}
  }
  return undefined;
}

/** Keeps a copy: first the content under its digest, then the state that speaks of it, then what is older goes. */
export function writeCopy(folder: string, { state, bytes }: Copy): void {
  makeFolder(folder);
  const name = contentName(state.digest);
  writeFileAtomic(join(folder, name), bytes);
  writeState(folder, state);
  for (const other of readdirSync(folder)) {
    if (/^content-[0-9a-f]{64}$/.test(other) && other !== name) rmSync(join(folder, other), { force: true });
  }
}

/** Keeps what was learnt of a copy whose content stays. */
export function writeState(folder: string, state: CopyState): void {
  writeFileAtomic(join(folder, 'state.json'), JSON.stringify(state));
}

/** 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function contentName(digest: string): string {
  return `content-${/^[0-9a-f]{64}$/.test(digest) ? digest : 'none'}`;
}

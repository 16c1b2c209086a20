import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../internal/limit.ts';
import { EngineError } from '../engine.ts';
import type { NotUnpacked } from './unpacked.ts';

/** Ends the reading of a store inside this folder; `fallBack` makes a value of it. */
export class StoreProblem extends Error {
  readonly reason: NotUnpacked['reason'];
  readonly detail: string;
  constructor(reason: NotUnpacked['reason'], detail: string, cause?: unknown) {
    super('The store of the engine cannot be used', { cause });
    this.reason = reason;
    this.detail = detail;
  }
}

/** The value of `read`, or why there is none. */
export function fallBack<T>(read: () => T): T | NotUnpacked {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoreProblem)) throw error;
    return { kind: 'elsewhere', reason: error.reason, detail: error.detail };
  }
}

const CODES = {
  'no-store': 'not-found',
  'no-such-image': 'not-found',
  'missing-piece': 'not-found',
  'no-permission': 'no-permission',
  ambiguous: 'ambiguous',
  damaged: 'bad-answer',
  unsupported: 'unsupported',
} as const;

/** The value of `read`; throws `EngineError` where there is none. */
export function orThrow<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoreProblem)) throw error;
    throw new EngineError(CODES[error.reason], 'The store of the engine cannot be used', error.detail, error.cause);
  }
}

/** The bytes of a small file of a store, at most `bytes`; undefined where it is not there. Throws `StoreProblem`. */
export function readStoreFile(path: string, bytes: number = limits.manifestBytes): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const denied = code === 'EACCES' || code === 'EPERM';
    throw new StoreProblem(denied ? 'no-permission' : 'damaged', `${path} (${code})`, cause);
  }
  try {
    if (!fstatSync(descriptor).isFile()) throw new StoreProblem('damaged', path);
    return readUpTo(descriptor, bytes, path);
  } finally {
    closeSync(descriptor);
  }
}

/** Sizes are not believed: the file may grow while it is read. */
function readUpTo(descriptor: number, bytes: number, path: string): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.alloc(64 << 10);
    const count = readSync(descriptor, piece);
    if (count === 0) return Buffer.concat(pieces, length);
    pieces.push(piece.subarray(0, count));
    length += count;
    if (length > bytes) throw new StoreProblem('unsupported', `${path} is too large`);
  }
}

/** The same, parsed as JSON. */
export function readStoreJson(path: string, bytes?: number): unknown {
  const content = readStoreFile(path, bytes);
  if (content === undefined) return undefined;
  try {
    return JSON.parse(content.toString());
  } catch (cause) {
    throw new StoreProblem('damaged', path, cause);
  }
}

/**
 * A folder below `root` by its path, made of real folders only: a link could lead out of the disk that is looked at.
 * Undefined where it is not there; throws `StoreProblem`.
 */
export function storeFolder(root: string, ...names: readonly string[]): string | undefined {
  let path = root;
  for (const name of names) {
    path = join(path, name);
    try {
      if (!lstatSync(path).isDirectory()) throw new StoreProblem('damaged', `${path} is no folder`);
    } catch (cause) {
      if (cause instanceof StoreProblem) throw cause;
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw new StoreProblem(
        code === 'EACCES' || code === 'EPERM' ? 'no-permission' : 'damaged',
        `${path} (${code})`,
        cause,
      );
    }
  }
  return path;
}

/** The path where a file is; undefined where there is none. */
export function storeFile(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined;
}

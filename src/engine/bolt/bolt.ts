// A reader of bbolt files; the grammar of pages is in page.ts, that of the meta pages in meta.ts.
//
//   file   = meta meta { page }
//   tree   = leaf | branch of trees                one tree for each bucket, keys ascending from left to right
//   bucket = tree whose leaves hold values and buckets; the outermost is the root of the meta page in force
//
// A writer never touches a page that the newest transaction uses, but may reuse one of the transaction before. So what
// was read is what stood there at one moment exactly when the same meta page is in force before and after.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engine.ts';
import { type Meta, newestMeta } from './meta.ts';
import { damaged, type LeafElement, type Page, pageHeader, parsePage, readCount } from './page.ts';

/** A named table of keys, valid only within the call of `readBolt` that gave it. */
export interface BoltBucket {
  /** A copy of the value; undefined where there is none or it is a bucket. */
  value(key: string): Buffer | undefined;
  /** Undefined where there is none or it is a value. */
  bucket(key: string): BoltBucket | undefined;
  /** All keys in their order, of values and buckets. */
  keys(): readonly string[];
}

/** Ceilings of one reading. */
export interface BoltLimits {
  /** Bytes of one page with all that belongs to it. */
  readonly pageBytes: number;
  /** Pages looked at and keys given, the same ones again included. */
  readonly visits: number;
  /** Bytes read. */
  readonly bytes: number;
  /** Branches on top of each other, and buckets within each other. */
  readonly depth: number;
  readonly attempts: number;
}

const LIMITS: BoltLimits = { pageBytes: 64 << 20, visits: 2_000_000, bytes: 256 << 20, depth: 32, attempts: 12 };

/**
 * Calls `read` with the outermost bucket of a bbolt file, which another process may be writing to; `read` is called anew
 * when the file has changed meanwhile. Throws `not-found`, `no-permission`, `bad-answer` for a damaged file,
 * `limit-exceeded`, and `interrupted` when it never holds still.
 */
export async function readBolt<T>(
  path: string,
  read: (root: BoltBucket) => T,
  limits: Partial<BoltLimits> = {},
): Promise<T> {
  const bounds = { ...LIMITS, ...limits };
  const descriptor = openDatabase(path);
  try {
    for (let attempt = 1; ; attempt++) {
      const outcome = readOnce(descriptor, read, bounds);
      if (outcome.still) {
        if (outcome.error !== undefined) throw outcome.error;
        return outcome.value as T;
      }
      if (attempt >= bounds.attempts)
        throw new EngineError('interrupted', 'The database of the engine changes all the time', path);
      await sleep(2 ** Math.min(attempt, 6));
    }
  } finally {
    closeSync(descriptor);
  }
}

function openDatabase(path: string): number {
  let descriptor: number;
  try {
    // A pipe of this name must not make us wait for its other end.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new EngineError('not-found', 'The database of the engine is not there', path, cause);
    throw new EngineError('no-permission', 'The database of the engine cannot be read', `${path} (${code})`, cause);
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw damaged(`not a file: ${path}`);
}

type Outcome<T> = { readonly still: boolean; readonly value?: T; readonly error?: unknown };

/** An error counts only when the file held still: half-written pages look damaged. */
function readOnce<T>(descriptor: number, read: (root: BoltBucket) => T, limits: BoltLimits): Outcome<T> {
  const meta = newestMeta(descriptor);
  const still = (): boolean => newestMeta(descriptor).transaction === meta.transaction;
  try {
    const value = read(bucketOf(openPages(descriptor, meta, limits), meta.root, 0));
    return { still: still(), value };
  } catch (error) {
    return { still: still(), error };
  }
}

interface Pages {
  readonly limits: BoltLimits;
  get(id: number): Page;
  /** Counts against the limit of what is looked at. */
  visit(count: number): void;
}

function openPages(descriptor: number, meta: Meta, limits: BoltLimits): Pages {
  const known = new Map<number, Page>();
  let visits = 0;
  let bytes = 0;
  const visit = (count: number): void => {
    visits += count;
    if (visits > limits.visits) throw new EngineError('limit-exceeded', 'The database of the engine is too large');
  };
  const readBytes = (id: number, length: number): Buffer => {
    bytes += length;
    if (bytes > limits.bytes) throw new EngineError('limit-exceeded', 'The database of the engine is too large');
    const buffer = Buffer.alloc(length);
    if (readSync(descriptor, buffer, 0, length, id * meta.pageSize) < length)
      throw damaged(`page ${id} lies beyond the end`);
    return buffer;
  };
  const load = (id: number): Page => {
    if (id < 2 || id >= meta.pages) throw damaged(`there is no page ${id}`);
    const first = readBytes(id, meta.pageSize);
    const header = pageHeader(first);
    if (header.id !== id) throw damaged(`page ${id} says that it is ${header.id}`);
    const length = (1 + header.overflow) * meta.pageSize;
    if (id + header.overflow >= meta.pages || length > limits.pageBytes) throw damaged(`page ${id} is too long`);
    return parsePage(header.overflow === 0 ? first : readBytes(id, length));
  };
  return {
    limits,
    visit,
    get(id) {
      visit(1);
      const page = known.get(id) ?? load(id);
      known.set(id, page);
      return page;
    },
  };
}

function bucketOf(pages: Pages, root: number | Page, depth: number): BoltBucket {
  if (depth > pages.limits.depth) throw damaged('buckets lie too deep within each other');
  const top = (): Page => (typeof root === 'number' ? pages.get(root) : root);
  return {
    value(key) {
      const found = find(pages, top(), Buffer.from(key));
      return found === undefined || found.isBucket ? undefined : Buffer.from(found.value);
    },
    bucket(key) {
      const found = find(pages, top(), Buffer.from(key));
      return found?.isBucket ? nested(pages, found.value, depth + 1) : undefined;
    },
    keys() {
      const keys: string[] = [];
      collectKeys(pages, top(), 0, new Set(), keys);
      return keys;
    },
  };
}

function nested(pages: Pages, value: Buffer, depth: number): BoltBucket {
  if (value.length < 16) throw damaged('a bucket is cut short');
  const root = readCount(value, 0);
  if (root !== 0) return bucketOf(pages, root, depth);
  pages.visit(1);
  const inline = parsePage(value.subarray(16));
  if (inline.kind !== 'leaf') throw damaged('a page within a page is no leaf');
  return bucketOf(pages, inline, depth);
}

function find(pages: Pages, top: Page, key: Buffer): LeafElement | undefined {
  let page = top;
  for (let depth = 0; page.kind === 'branch'; depth++) {
    if (depth >= pages.limits.depth) throw damaged('a tree is too deep');
    // The last whose least key is not above ours; below the first key of all there is only the first page.
    const below = page.elements[Math.max(0, firstAbove(page.elements, key) - 1)];
    if (below === undefined) throw damaged('a page leads nowhere');
    page = pages.get(below.child);
  }
  const at = page.elements[firstAbove(page.elements, key) - 1];
  return at?.key.equals(key) ? at : undefined;
}

/** Index of the first element whose key is above `key`. */
function firstAbove(elements: readonly { readonly key: Buffer }[], key: Buffer): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = elements[middle];
    if (element && Buffer.compare(element.key, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function collectKeys(pages: Pages, page: Page, depth: number, seen: Set<number>, into: string[]): void {
  if (page.kind === 'leaf') {
    pages.visit(page.elements.length);
    for (const { key } of page.elements) into.push(key.toString());
    return;
  }
  if (depth >= pages.limits.depth) throw damaged('a tree is too deep');
  for (const { child } of page.elements) {
    if (seen.has(child)) throw damaged(`page ${child} is in its tree twice`);
    seen.add(child);
    collectKeys(pages, pages.get(child), depth + 1, seen, into);
  }
}

import { closeSync, constants, copyFileSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { temporaryBeside } from '../internal/atomic-file.ts';
import { newProductIndex } from './codec.ts';
import { type CompiledFeed, type CompileStart, compileFeed } from './compile.ts';
import { type FeedName, isSameFeed, nameOf, nameOfStored } from './feed-name.ts';
import { type Directory, PAGE_BYTES, rowChecksum, SCHEMA, type StoredFeed } from './format.ts';
import { readDirectory } from './open.ts';
import type { FeedFailure } from './record.ts';
import { type KeptRecord, readKept } from './revision.ts';
import { deleteRows } from './rows.ts';
import { SEAL_BYTES, sealFile } from './seal.ts';
import type { WantedFeed } from './selection.ts';
import { openUnsealed } from './sqlite.ts';

/** A database in the making, in a file that nobody else knows of. */
export interface Builder {
  readonly directory: Directory;
  /**
   * Compiles a feed in place of the one of the same address or edition; throws `DatabaseError` `bad-feed` when it can't be used,
   * and then everything is as before.
   */
  replace(
    wanted: WantedFeed,
    bytes: Uint8Array,
    describe: (id: number, report: CompiledFeed['report']) => StoredFeed,
    more?: Pick<CompileStart, 'signal' | 'kept'>,
  ): Promise<CompiledFeed>;
  /** The documents that a loaded feed is put together of. */
  kept(feed: number): readonly KeptRecord[];
  /** Changes what the directory says of a feed whose data stay. */
  describe(url: string, change: (feed: StoredFeed) => StoredFeed): void;
  drop(url: string): void;
  /** Forgets that it failed. */
  forgive(feed: FeedName): void;
  fail(failure: FeedFailure): void;
  /** Writes the seal; gives the path of the finished file and its digest. */
  finish(builtAt: string): { readonly path: string; readonly digest: string };
  /** Removes the file; nothing after `finish`. */
  discard(): void;
}

/** More free pages than this part of the file and it is written anew without them. */
const MOST_FREE = 0.25;

/** A builder that starts from the database at `base` (verified, sealed), or from nothing. */
export function openBuilder(path: string, base: string | undefined): Builder {
  const temporary = temporaryBeside(path);
  try {
    if (base !== undefined) copyUnsealed(base, temporary);
    const sqlite = openUnsealed(temporary, PAGE_BYTES);
    try {
      if (base === undefined) sqlite.exec(SCHEMA);
      return builderOf(sqlite, temporary, base === undefined ? EMPTY : readDirectory(sqlite));
    } catch (error) {
      sqlite.close();
      throw error;
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

const EMPTY: Directory = {
  builtAt: '',
  nextFeed: 1,
  nextScope: 1,
  nextShelf: 1,
  feeds: [],
  scopes: [],
  shelves: [],
  products: [],
  failures: [],
};

function copyUnsealed(base: string, temporary: string): void {
  copyFileSync(base, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const fd = openSync(temporary, 'r+');
  try {
    const { size } = fstatSync(fd);
    ftruncateSync(fd, size - SEAL_BYTES);
  } finally {
    closeSync(fd);
  }
}

function builderOf(sqlite: DatabaseSync, temporary: string, initial: Directory): Builder {
  let directory = initial;
  const products = newProductIndex(initial.products);
  const forgive = (name: FeedName): void => {
    directory = { ...directory, failures: directory.failures.filter((failure) => !isSameFeed(failure, name)) };
  };
  const remove = (gone: StoredFeed): void => {
    const left = without(directory, gone);
    deleteRows(sqlite, gone.id, left.removed.scopes, left.removed.shelves);
    directory = left.directory;
  };
  return {
    get directory() {
      return directory;
    },
    async replace(wanted, bytes, describe, more = {}) {
      const { nextFeed: feed, nextScope, nextShelf } = directory;
      const name = nameOf(wanted);
      const known = directory.feeds.filter((one) => isSameFeed(nameOfStored(one), name));
      const previous = Math.max(0, ...known.map(({ report }) => report.kept));
      const start = { feed, nextScope, nextShelf, placeOf: products.find, previous, ...more };
      const compiled = await compileFeed(sqlite, wanted, bytes, start);
      forgive(name);
      for (const old of known) remove(old);
      directory = withFeed(directory, describe(feed, compiled.report), compiled);
      return compiled;
    },
    kept: (feed) => readKept(sqlite, feed),
    describe(url, change) {
      const feeds = directory.feeds.map((feed) => (feed.url === url ? change(feed) : feed));
      directory = { ...directory, feeds };
      for (const feed of feeds) if (feed.url === url) forgive(nameOfStored(feed));
    },
    drop(url) {
      directory = { ...directory, failures: directory.failures.filter((failure) => failure.url !== url) };
      const gone = directory.feeds.find((feed) => feed.url === url);
      if (gone !== undefined) remove(gone);
    },
    forgive,
    fail(failure) {
      forgive(failure);
      directory = { ...directory, failures: [...directory.failures, failure] };
    },
    finish: (builtAt) => finish(sqlite, temporary, { ...directory, builtAt, products: products.list() }),
    discard() {
      if (sqlite.isOpen) sqlite.close();
      rmSync(temporary, { force: true });
    },
  };
}

function withFeed(directory: Directory, feed: StoredFeed, { scopes, shelves }: CompiledFeed): Directory {
  return {
    ...directory,
    nextFeed: directory.nextFeed + 1,
    nextScope: directory.nextScope + scopes.length,
    nextShelf: directory.nextShelf + shelves.length,
    feeds: [...directory.feeds, feed],
    scopes: [...directory.scopes, ...scopes],
    shelves: [...directory.shelves, ...shelves],
  };
}

interface Without {
  readonly directory: Directory;
  readonly removed: { readonly scopes: readonly number[]; readonly shelves: readonly number[] };
}

function without(directory: Directory, gone: StoredFeed): Without {
  const isGone = ({ feed }: { readonly feed: number }): boolean => feed === gone.id;
  const feeds = directory.feeds.filter((feed) => feed !== gone);
  const scopes = directory.scopes.filter((scope) => !isGone(scope));
  const shelves = directory.shelves.filter((shelf) => !isGone(shelf));
  const removed = {
    scopes: directory.scopes.filter(isGone).map(({ id }) => id),
    shelves: directory.shelves.filter(isGone).map(({ id }) => id),
  };
  return { directory: { ...directory, feeds, scopes, shelves }, removed };
}

function finish(sqlite: DatabaseSync, temporary: string, directory: Directory): { path: string; digest: string } {
  const data = JSON.stringify(directory);
  sqlite
    .prepare('INSERT OR REPLACE INTO directory (id, crc, data) VALUES (1, ?, ?)')
    .run(rowChecksum(data, 'directory'), data);
  const isSparse = pragma(sqlite, 'freelist_count') > pragma(sqlite, 'page_count') * MOST_FREE;
  if (isSparse) {
    const dense = `${temporary}-dense`;
    sqlite.prepare('VACUUM INTO ?').run(dense);
    sqlite.close();
    renameSync(dense, temporary);
  } else {
    sqlite.close();
  }
  return { path: temporary, digest: sealFile(temporary) };
}

function pragma(sqlite: DatabaseSync, name: 'freelist_count' | 'page_count'): number {
  return Number(sqlite.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

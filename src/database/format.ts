import { crc32 } from 'node:zlib';
import type { Fact } from '../advisory/advisory.ts';
import { DatabaseError } from './error.ts';
import type { FeedFailure, FeedInfo } from './record.ts';

/*
 * The file: one SQLite database, then a seal of 64 bytes (seal.ts), which SQLite does not look at.
 *
 * A *scope* is one ecosystem in one feed. Keys begin with the scope or the feed, so a feed is added at the end of each
 * tree and dropped as one run of pages, and feeds that stay are hardly touched. Ids are not used twice within a file's
 * lineage. Each row carries a CRC-32 of its key and data. Rows are long, so they lie in plain tables with a narrow index
 * beside: WITHOUT ROWID took a quarter more time and space.
 *
 *   directory  one row, JSON: when it was built, all feeds, all scopes
 *   entry      (scope, package, source 0 / binary 1, part) → JSON, all entries of the package
 *   advisory   (feed, identifier, part) → JSON, what is not needed to judge
 *   alias      (feed, other name, identifier)
 *   fact       (shelf, first key) → text, a run of facts in the order of their keys (fact-rows.ts)
 *   revised    feed → text, the identifiers that a feed which revises others has, or says are gone (revision.ts)
 *   kept       (feed, identifier) → deflated JSON, what a changed document says, to compile the feed from it again
 *
 * A *shelf* is one kind of fact, or the texts of flaws, in one feed or a part of a large one; its lowest and highest key are in the
 * directory, so that most shelves need not be looked into.
 *
 * `part` is above 0 only for feeds too large to be compiled in one go.
 */

/** `application_id` of the file: "SeaW". */
export const APPLICATION_ID = 0x53656157;
/** `user_version`: a file of another one is not read but built anew. */
export const FORMAT = 4;
/** 4 to 32 KiB answer alike; small ones waste least. */
export const PAGE_BYTES = 4096;

export const SCHEMA: string = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE directory (id INTEGER PRIMARY KEY CHECK (id = 1), crc INTEGER NOT NULL, data TEXT NOT NULL) STRICT;
  CREATE TABLE entry (
    scope INTEGER NOT NULL, package TEXT NOT NULL, applies_to INTEGER NOT NULL, part INTEGER NOT NULL,
    crc INTEGER NOT NULL, data TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX entry_key ON entry (scope, package, applies_to, part);
  CREATE TABLE advisory (
    feed INTEGER NOT NULL, id TEXT NOT NULL, part INTEGER NOT NULL,
    crc INTEGER NOT NULL, data TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX advisory_key ON advisory (feed, id, part);
  CREATE TABLE alias (
    feed INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (feed, name, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE fact (shelf INTEGER NOT NULL, first TEXT NOT NULL, crc INTEGER NOT NULL, data ANY NOT NULL) STRICT;
  CREATE UNIQUE INDEX fact_key ON fact (shelf, first);
  CREATE TABLE revised (feed INTEGER PRIMARY KEY, crc INTEGER NOT NULL, data TEXT NOT NULL) STRICT;
  CREATE TABLE kept (feed INTEGER NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL, crc INTEGER NOT NULL, data ANY NOT NULL) STRICT;
  CREATE UNIQUE INDEX kept_key ON kept (feed, id);
`;

/** A feed as the directory has it. */
export interface StoredFeed extends Omit<FeedInfo, 'failure' | 'ecosystems' | 'facts'> {
  /** Version of the program that parsed it: another one parses it anew. */
  readonly tool: string;
  /** Address it really came from, which its validators belong to; a mirror's, perhaps. */
  readonly from: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Set where it only adds to what another source says of its ecosystems. */
  readonly role?: 'supplement';
  /** Address of the index, one that the source gives itself, through which the feed was found. */
  readonly via?: string;
  /** What it is called from edition to edition where its address changes. */
  readonly edition?: string;
  /** ISO 8601, before which nothing in it is missing. */
  readonly asOf?: string;
  /**
   * Edition, or start of the addresses, of the feeds of its source whose records it replaces; only those that were
   * compiled before it, whose ids are lower: the records of a later one may be newer.
   */
  readonly revises?: string;
}

/** One ecosystem in one feed. */
export interface Scope {
  readonly id: number;
  readonly feed: number;
  readonly ecosystem: string;
  readonly lists: 'disclosures' | 'fixes';
  readonly advisories: number;
}

/** One kind of fact, or the texts of flaws, in one feed or in a part of a large one. */
export interface Shelf {
  readonly id: number;
  readonly feed: number;
  readonly kind: Fact['kind'] | 'text';
  readonly count: number;
  /** Lowest and highest key, in the order of their bytes. */
  readonly first: string;
  readonly last: string;
  /** How the JSON of each fact ends, which is left off in the rows. */
  readonly ending: string;
}

/** The one row that says what else there is. */
export interface Directory {
  readonly builtAt: string;
  /** The lowest ids never given. */
  readonly nextFeed: number;
  readonly nextScope: number;
  readonly feeds: readonly StoredFeed[];
  readonly nextShelf: number;
  readonly scopes: readonly Scope[];
  readonly shelves: readonly Shelf[];
  /** Products that entries are limited to, which name them by their place here. */
  readonly products: readonly string[];
  readonly failures: readonly FeedFailure[];
}

/** CRC-32 of a row: of its key's parts and its data. */
export function rowChecksum(data: string | Uint8Array, ...key: readonly (string | number)[]): number {
  return crc32(data, crc32(`${key.join('\0')}\0`));
}

/** The data of a row after its checksum was found right; throws `DatabaseError` `corrupt` otherwise. */
export function checkedText(row: Row, ...key: readonly (string | number)[]): string {
  const data = checkedData(row, ...key);
  if (typeof data === 'string') return data;
  throw damaged(key);
}

/** The same for a row of text or bytes. */
export function checkedData({ crc, data }: Row, ...key: readonly (string | number)[]): string | Uint8Array {
  const isData = typeof data === 'string' || data instanceof Uint8Array;
  if (isData && crc === rowChecksum(data, ...key)) return data;
  throw damaged(key);
}

interface Row {
  readonly crc?: unknown;
  readonly data?: unknown;
}

function damaged(key: readonly (string | number)[]): DatabaseError {
  return new DatabaseError('corrupt', 'a row of the advisory database is damaged', { detail: key.join(' ') });
}

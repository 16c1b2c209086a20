/*
 * A feed that revises others: which records of theirs it replaces, and what the changed documents that it is put together
 * of said, so that they need not be fetched again.
 *
 * revised   = line *( LF line )
 * line      = head 1*( SP tail ) SP         of all identifiers that are alike but for their last two characters, the tail
 * kept      deflated JSON (RFC 1951) of a `RevisedRecord`, 0 when the record is gone
 */
import type { DatabaseSync } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Advisory, ParseReport } from '../advisory/advisory.ts';
import { checkedData, checkedText, rowChecksum, type StoredFeed } from './format.ts';

/** What a changed document says: nothing when the record is gone. */
export interface RevisedRecord {
  readonly advisories: readonly Advisory[];
  readonly report: ParseReport;
}

/** A record as it is kept, packed. */
export interface KeptRecord {
  readonly id: string;
  /** ISO 8601, when it changed or went. */
  readonly at: string;
  /** Undefined when it is gone. */
  readonly packed: Uint8Array | undefined;
}

/** What changed since a feed was made, as far as it could be had. */
export interface Revised {
  /** Documents that are new, or gone since. */
  readonly records: readonly KeptRecord[];
  /** Identifiers of documents fetched before that are still to be kept. */
  readonly keep: ReadonlySet<string>;
  /** How many changed documents were not fetched, because of their number or of errors. */
  readonly left: number;
  /** How many of the listed ones are not there. */
  readonly absent: number;
  /** Those that can't be read. */
  readonly malformed: readonly string[];
  /** `sha256:…` of the list. */
  readonly digest: string;
  /** Size of the list and the documents that were fetched. */
  readonly bytes: number;
}

/** Packs what a document says; most of it is repetition. */
export function packRecord(record: RevisedRecord): Uint8Array {
  return deflateRawSync(JSON.stringify(record));
}

/** What a kept record says; undefined when it is gone. */
export function unpackRecord({ packed }: KeptRecord): RevisedRecord | undefined {
  return packed === undefined ? undefined : (JSON.parse(inflateRawSync(packed).toString('utf8')) as RevisedRecord);
}

interface BaseName {
  readonly name: string;
  readonly url: string;
  readonly edition?: string | undefined;
  readonly revises?: string | undefined;
}

/** Whether records of `base` give way to those of `feed`, by what they are called. */
export function revises(
  { name, revises: start }: { readonly name: string; readonly revises?: string | undefined },
  base: BaseName,
): boolean {
  if (start === undefined || base.revises !== undefined || base.name !== name) return false;
  return base.edition === start || base.url.startsWith(start);
}

/** The feeds that `feed` revises and that were compiled after it, so that it does not revise them any more. */
export function overtaking(feed: StoredFeed, feeds: readonly StoredFeed[]): readonly StoredFeed[] {
  return feeds.filter((base) => base.id > feed.id && revises(feed, base));
}

/** Length of what tells the identifiers of a line apart. */
const TAIL = 2;

/** Writes the identifiers that a feed revises; none has white space. */
export function writeRevised(sqlite: DatabaseSync, feed: number, ids: Iterable<string>): void {
  const fine = new Set(Array.from(ids, (id) => id.toWellFormed()).filter((id) => !/\s/.test(id)));
  const lines = Map.groupBy(fine, (id) => id.slice(0, -TAIL));
  const data = Array.from(lines, ([head, all]) => `${head} ${all.map((id) => id.slice(-TAIL)).join(' ')} `).join('\n');
  sqlite
    .prepare('INSERT INTO revised (feed, crc, data) VALUES (?, ?, ?)')
    .run(feed, rowChecksum(data, 'revised', feed), data);
}

/** Writes the documents that a feed is put together of. */
export function writeKept(sqlite: DatabaseSync, feed: number, records: readonly KeptRecord[]): void {
  const insert = sqlite.prepare('INSERT INTO kept (feed, id, at, crc, data) VALUES (?, ?, ?, ?, ?)');
  for (const { id, at, packed } of records) {
    const data = packed ?? '0';
    insert.run(feed, id, at, rowChecksum(data, 'kept', feed, id, at), data);
  }
}

/** The documents that a feed is put together of; throws `DatabaseError` `corrupt`. */
export function readKept(sqlite: DatabaseSync, feed: number): KeptRecord[] {
  return sqlite
    .prepare('SELECT id, at, crc, data FROM kept WHERE feed = ?')
    .all(feed)
    .map((row) => {
      const [id, at] = [String(row['id']), String(row['at'])];
      const data = checkedData(row, 'kept', feed, id, at);
      return { id, at, packed: typeof data === 'string' ? undefined : data };
    });
}

/** When each of these documents changed, by its identifier; with ` gone` behind it for those that went. */
export function readStamps(sqlite: DatabaseSync, feed: number): ReadonlyMap<string, string> {
  const rows = sqlite.prepare('SELECT id, at, typeof(data) AS type FROM kept WHERE feed = ?').all(feed);
  return new Map(rows.map((row) => [String(row['id']), stampOf(String(row['at']), row['type'] === 'text')]));
}

/** The stamp of a document. */
export function stampOf(at: string, isGone: boolean): string {
  return isGone ? `${at} gone` : at;
}

/** Tells whether a feed's record of that identifier was replaced by another feed's. */
export type IsReplaced = (feed: number, id: string) => boolean;

/** Reads what is replaced when it is first asked for; throws `DatabaseError` `corrupt`, and what SQLite throws. */
export function newReplacements(sqlite: DatabaseSync, feeds: readonly StoredFeed[]): IsReplaced {
  const revising = feeds.filter((feed) => feed.revises !== undefined);
  if (revising.length === 0) return () => false;
  const byBase = new Map(
    feeds.map((base) => [
      base.id,
      revising.filter((feed) => feed.id > base.id && revises(feed, base)).map(({ id }) => id),
    ]),
  );
  const read = new Map<number, ReadonlyMap<string, string>>();
  const linesOf = (feed: number): ReadonlyMap<string, string> => {
    const known = read.get(feed) ?? readRevised(sqlite, feed);
    read.set(feed, known);
    return known;
  };
  return (feed, id) => {
    for (const one of byBase.get(feed) ?? []) {
      const line = linesOf(one).get(id.slice(0, -TAIL));
      if (line?.includes(` ${id.slice(-TAIL)} `) === true) return true;
    }
    return false;
  };
}

/** The lines, by what each of them begins with: a set of ten thousand identifiers would take longer than the scan of a small image. */
function readRevised(sqlite: DatabaseSync, feed: number): ReadonlyMap<string, string> {
  const row = sqlite.prepare('SELECT crc, data FROM revised WHERE feed = ?').get(feed);
  const lines = checkedText(row ?? {}, 'revised', feed).split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line]));
}

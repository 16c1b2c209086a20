import type { DatabaseSync } from 'node:sqlite';
import { rowChecksum } from './format.ts';

/** What was collected of one ecosystem. */
export interface CollectedScope {
  readonly id: number;
  /** By package name followed by `0` for source and `1` for binary: the JSON of the entries, with commas between. */
  readonly entries: Map<string, string>;
}

/** Another name of an advisory. */
export type AliasRow = readonly [name: string, id: string];

/** Writes what was collected, in the order of the keys, and forgets entries and details (by identifier). */
export type RowWriter = (
  scopes: readonly CollectedScope[],
  details: Map<string, string>,
  names: readonly AliasRow[],
) => void;

/** A writer of one feed's rows; each call makes the next part. */
export function newRowWriter(sqlite: DatabaseSync, feed: number): RowWriter {
  const entry = sqlite.prepare(
    'INSERT INTO entry (scope, package, applies_to, part, crc, data) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const advisory = sqlite.prepare('INSERT INTO advisory (feed, id, part, crc, data) VALUES (?, ?, ?, ?, ?)');
  const alias = sqlite.prepare('INSERT OR IGNORE INTO alias (feed, name, id) VALUES (?, ?, ?)');
  let part = 0;
  return (scopes, details, names) => {
    for (const scope of scopes) {
      for (const key of sortedKeys(scope.entries)) {
        const [name, appliesTo] = [key.slice(0, -1), Number(key.slice(-1))];
        const data = `[${scope.entries.get(key) ?? ''}]`;
        entry.run(scope.id, name, appliesTo, part, rowChecksum(data, scope.id, name, appliesTo, part), data);
      }
      scope.entries.clear();
    }
    for (const id of sortedKeys(details)) {
      const data = `[${details.get(id) ?? ''}]`;
      advisory.run(feed, id, part, rowChecksum(data, feed, id, part), data);
    }
    details.clear();
    for (const [name, id] of names.toSorted(([a], [b]) => order(a, b))) alias.run(feed, name, id);
    part++;
  };
}

/** Removes the rows of a feed, its scopes and its shelves. */
export function deleteRows(
  sqlite: DatabaseSync,
  feed: number,
  scopes: readonly number[],
  shelves: readonly number[],
): void {
  const entries = sqlite.prepare('DELETE FROM entry WHERE scope = ?');
  for (const scope of scopes) entries.run(scope);
  const facts = sqlite.prepare('DELETE FROM fact WHERE shelf = ?');
  for (const shelf of shelves) facts.run(shelf);
  sqlite.prepare('DELETE FROM advisory WHERE feed = ?').run(feed);
  sqlite.prepare('DELETE FROM alias WHERE feed = ?').run(feed);
  sqlite.prepare('DELETE FROM revised WHERE feed = ?').run(feed);
  sqlite.prepare('DELETE FROM kept WHERE feed = ?').run(feed);
}

function sortedKeys(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].toSorted(order);
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

import type { DatabaseSync } from 'node:sqlite';
import type { Directory, Scope } from './format.ts';
import type { Reader } from './reader.ts';
import type { PackageKey, SearchHit, SearchResult, StoredFact } from './record.ts';

/** Most advisories given for one search. */
const MOST = 2_000;

/** Finds advisories by identifier or alias, else those that speak of the package of that name. */
export function searchDatabase(sqlite: DatabaseSync, directory: Directory, reader: Reader, text: string): SearchResult {
  const byName = hitsByIdentifier(sqlite, directory, reader, text.trim());
  const hits = byName.length > 0 ? byName : hitsByPackage(sqlite, directory, reader, text.trim());
  return { hits: hits.slice(0, MOST), facts: factsOf(directory, reader, text.trim()), truncated: hits.length > MOST };
}

/** Of the first spelling under which something is kept. */
function factsOf(directory: Directory, reader: Reader, text: string): StoredFact[] {
  const kinds = [...new Set(directory.shelves.map(({ kind }) => kind))].filter((kind) => kind !== 'text').toSorted();
  for (const name of spellings(text)) {
    const found = kinds.flatMap((kind) => reader.facts(kind, name));
    if (found.length > 0) return found;
  }
  return [];
}

function hitsByIdentifier(sqlite: DatabaseSync, directory: Directory, reader: Reader, text: string): SearchHit[] {
  const byId = sqlite.prepare('SELECT DISTINCT id FROM advisory WHERE feed = ? AND id = ?');
  const byAlias = sqlite.prepare('SELECT id FROM alias WHERE feed = ? AND name = ? ORDER BY id');
  const entriesOf = rememberingEntries(reader);
  const hits: SearchHit[] = [];
  for (const feed of directory.feeds) {
    const ids = new Set<string>();
    for (const name of spellings(text)) {
      for (const row of [...byId.all(feed.id, name), ...byAlias.all(feed.id, name)]) ids.add(String(row['id']));
    }
    for (const id of ids) {
      const hit = hitOf(reader, entriesOf, id, feed.id);
      if (hit !== undefined) hits.push(hit);
      if (hits.length > MOST) return hits;
    }
  }
  return hits;
}

/** As typed, in capitals (`cve-…`), and as GitHub writes its own (`GHSA-` and small letters). */
function spellings(text: string): Set<string> {
  const typed = text.toWellFormed();
  return new Set([typed, typed.toUpperCase(), typed.toLowerCase().replace(/^ghsa-/, 'GHSA-')]);
}

function hitOf(reader: Reader, entriesOf: EntriesOf, id: string, feed: number): SearchHit | undefined {
  const advisory = reader.isReplaced(feed, id) ? undefined : reader.fullDetails(id, feed);
  if (advisory === undefined) return undefined;
  return { advisory, entries: advisory.packages.flatMap((key) => entriesOf(key, id, feed)) };
}

type FoundEntry = SearchHit['entries'][number];
type EntriesOf = (key: PackageKey, id: string, feed: number) => readonly FoundEntry[];

/** Many advisories may speak of one package, whose entries are read once. */
function rememberingEntries(reader: Reader): EntriesOf {
  const read = new Map<string, Map<string, FoundEntry[]>>();
  return ({ ecosystem, name, appliesTo }, id, feed) => {
    const key = [ecosystem, name, appliesTo].join('\0');
    let entries = read.get(key);
    if (entries === undefined) {
      const all = reader
        .lookup(ecosystem, name, appliesTo)
        .map((entry): FoundEntry => ({ ...entry, ecosystem, package: name }));
      entries = Map.groupBy(all, (entry) => `${entry.feed} ${entry.id}`);
      read.set(key, entries);
    }
    return entries.get(`${feed} ${id}`) ?? [];
  };
}

function hitsByPackage(sqlite: DatabaseSync, directory: Directory, reader: Reader, text: string): SearchHit[] {
  const byPackage = sqlite.prepare('SELECT DISTINCT applies_to FROM entry WHERE scope = ? AND package = ?');
  const found = new Map<string, Found>();
  for (const name of new Set([text.toWellFormed(), text.toWellFormed().toLowerCase()])) {
    for (const scope of directory.scopes) {
      for (const row of byPackage.all(scope.id, name)) {
        collect(found, scope, name, row['applies_to'] === 0 ? 'source' : 'binary', reader);
      }
    }
  }
  const hits: SearchHit[] = [];
  for (const { id, feed, entries } of found.values()) {
    const advisory = reader.fullDetails(id, feed);
    if (advisory !== undefined) hits.push({ advisory, entries });
    if (hits.length > MOST) break;
  }
  return hits;
}

interface Found {
  readonly id: string;
  readonly feed: number;
  readonly entries: FoundEntry[];
}

function collect(
  found: Map<string, Found>,
  scope: Scope,
  name: string,
  appliesTo: 'source' | 'binary',
  reader: Reader,
): void {
  for (const entry of reader.lookup(scope.ecosystem, name, appliesTo)) {
    // A look-up answers for all feeds of the ecosystem; each scope takes its own.
    if (entry.feed !== scope.feed) continue;
    const key = `${entry.feed} ${entry.id}`;
    const one: Found = found.get(key) ?? { id: entry.id, feed: entry.feed, entries: [] };
    found.set(key, one);
    one.entries.push({ ...entry, ecosystem: scope.ecosystem, package: name });
  }
}

import type { StatementSync } from 'node:sqlite';
import type { Affected, Fact, SourceRef } from '../advisory/advisory.ts';
import { packageNameKey } from '../advisory/package-name.ts';
import { decodeEntries } from './codec.ts';
import { decodeDetails, decodeFull } from './details.ts';
import { DatabaseError } from './error.ts';
import { decodeFact, saysText } from './fact.ts';
import { BLOCK_QUERY, newShelfReader } from './fact-rows.ts';
import { checkedText, type Directory, type Scope, type Shelf, type StoredFeed } from './format.ts';
import type { SealedFile } from './open.ts';
import type { AdvisoryDetails, FullDetails, PackageKey, StoredEntry, StoredFact } from './record.ts';
import { type IsReplaced, newReplacements } from './revision.ts';

/** The look-ups that the others are made of. */
export interface Reader {
  sourceOf(feed: number): SourceRef;
  lookup(ecosystem: string, name: string, appliesTo: Affected['appliesTo']): StoredEntry[];
  packages(ecosystem: string): readonly PackageKey[];
  details(id: string, feed: number): AdvisoryDetails | undefined;
  fullDetails(id: string, feed: number): FullDetails | undefined;
  facts<K extends Fact['kind']>(kind: K, key: string): readonly StoredFact<K>[];
  isReplaced: IsReplaced;
}

/** A reader of an open file; throws `DatabaseError` `corrupt`, and what SQLite throws. */
export function newReader(file: SealedFile): Reader {
  const parts = lazily(() =>
    file.sqlite.prepare('SELECT crc, data, part FROM advisory WHERE feed = ? AND id = ? ORDER BY part'),
  );
  const sources = new Map(file.directory.feeds.map((feed) => [feed.id, sourceRefOf(feed)]));
  const sourceOf = (feed: number): SourceRef => {
    const source = sources.get(feed);
    if (source !== undefined) return source;
    throw new DatabaseError('corrupt', 'the advisory database speaks of a feed that it does not have');
  };
  const isReplaced = newReplacements(file.sqlite, file.directory.feeds);
  const reading =
    <T>(decode: (data: readonly string[], id: string, feed: number, source: SourceRef) => T) =>
    (id: string, feed: number): T | undefined => {
      const key = id.toWellFormed();
      const rows = parts().all(feed, key);
      if (rows.length === 0) return undefined;
      const data = rows.map((row) => checkedText(row, feed, key, Number(row['part'])));
      return decode(data, key, feed, sourceOf(feed));
    };
  return {
    sourceOf,
    isReplaced,
    ...packageReader(file, sourceOf, isReplaced),
    details: reading(decodeDetails),
    fullDetails: reading(decodeFull),
    facts: factReader(file, sourceOf, isReplaced),
  };
}

/** The scopes that speak of sources, or of binary packages, in an ecosystem. */
interface Answering {
  readonly scopes: readonly Scope[];
  readonly ids: readonly number[];
  /** Finds what all of them say of a package; absent where there are none. */
  readonly query?: StatementSync;
}

const nobody: Answering = { scopes: [], ids: [] };

function packageReader(
  { sqlite, directory }: SealedFile,
  sourceOf: Reader['sourceOf'],
  isReplaced: IsReplaced,
): Pick<Reader, 'lookup' | 'packages'> {
  const scopes = Map.groupBy(directory.scopes, (scope) => scope.ecosystem);
  const named = lazily(() =>
    sqlite.prepare('SELECT DISTINCT package, applies_to FROM entry WHERE scope = ? ORDER BY package, applies_to'),
  );
  const some = lazily(() =>
    sqlite.prepare('SELECT EXISTS(SELECT 1 FROM entry WHERE scope = ? AND applies_to = ?) AS some'),
  );
  const answers = new Map<string, Answering>();
  // Most scopes speak of sources only or of binary packages only: half of the look-ups need not be made.
  const answering = (ecosystem: string, applies: number): Answering => {
    const speaking = (scopes.get(ecosystem) ?? []).filter(({ id }) => some().get(id, applies)?.['some'] === 1);
    if (speaking.length === 0) return nobody;
    const places = speaking.map(() => '?').join(',');
    const text = `SELECT scope, crc, data, part FROM entry WHERE package = ? AND applies_to = ? AND scope IN (${places})`;
    return { scopes: speaking, ids: speaking.map(({ id }) => id), query: sqlite.prepare(text) };
  };
  return {
    lookup(ecosystem, name, appliesTo) {
      const applies = appliesTo === 'source' ? 0 : 1;
      const known = answers.get(appliesTo + ecosystem);
      const asked = known ?? answering(ecosystem, applies);
      if (known === undefined) answers.set(appliesTo + ecosystem, asked);
      if (asked.query === undefined) return [];
      const key = packageNameKey(ecosystem, name).toWellFormed();
      const rows = asked.query.all(key, applies, ...asked.ids);
      if (rows.length === 0) return [];
      const found: StoredEntry[] = [];
      for (const { id, feed } of asked.scopes) {
        for (const row of rows) {
          if (row['scope'] !== id) continue;
          const data = checkedText(row, id, key, applies, Number(row['part']));
          const context = { appliesTo, feed, source: sourceOf(feed), products: directory.products };
          for (const entry of decodeEntries(data, context)) if (!isReplaced(feed, entry.id)) found.push(entry);
        }
      }
      return found;
    },
    packages(ecosystem) {
      const found = new Map<string, PackageKey>();
      for (const scope of scopes.get(ecosystem) ?? []) {
        for (const row of named().all(scope.id)) {
          const [name, applies] = [String(row['package']), Number(row['applies_to'])];
          found.set(`${applies} ${name}`, { ecosystem, name, appliesTo: applies === 0 ? 'source' : 'binary' });
        }
      }
      return [...found.values()];
    },
  };
}

function factReader(
  { sqlite, directory }: SealedFile,
  sourceOf: Reader['sourceOf'],
  isReplaced: IsReplaced,
): Reader['facts'] {
  const shelves = lazily(() => shelvesByKind(directory));
  const onShelf = newShelfReader(lazily(() => sqlite.prepare(BLOCK_QUERY)));
  // The texts of a key lie in the order of the facts that have one.
  const textOf = (feed: number, key: string, index: number): string | undefined =>
    (shelves().get('text') ?? []).filter((shelf) => shelf.feed === feed).flatMap((shelf) => onShelf(shelf, key))[index];
  const read = <K extends Fact['kind']>(kind: K, key: string): StoredFact<K>[] => {
    const found: StoredFact<K>[] = [];
    let texts: Map<number, number> | undefined;
    for (const shelf of shelves().get(kind) ?? []) {
      const { feed } = shelf;
      if (kind === 'flaw' && isReplaced(feed, key)) continue;
      for (const json of onShelf(shelf, key)) {
        const index = texts?.get(feed) ?? 0;
        if (kind === 'flaw' && saysText(json)) texts = (texts ?? new Map()).set(feed, index + 1);
        const fact = decodeFact(kind, key, json, () => textOf(feed, key, index));
        found.push(Object.assign(fact, { source: sourceOf(feed) }));
      }
    }
    return found.length > 1 ? found.toSorted(byAge) : found;
  };
  // One flaw is found in many packages of an image.
  const answers = new Map<Fact['kind'], Map<string, StoredFact[]>>();
  return <K extends Fact['kind']>(kind: K, key: string): StoredFact<K>[] => {
    if (shelves().get(kind) === undefined) return [];
    const ofKind = answers.get(kind) ?? new Map<string, StoredFact[]>();
    const known = ofKind.get(key) as StoredFact<K>[] | undefined;
    if (known !== undefined) return known;
    const found = read(kind, key);
    // Nothing is found again as fast.
    if (found.length === 0) return found;
    if (ofKind.size >= KEPT_ANSWERS) ofKind.clear();
    ofKind.set(key, found);
    answers.set(kind, ofKind);
    return found;
  };
}

const KEPT_ANSWERS = 10_000;

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function shelvesByKind({ feeds, shelves }: Directory): Map<Shelf['kind'], Shelf[]> {
  const names = new Map(feeds.map(({ id, name, url }) => [id, `${name} ${url}`]));
  const nameOf = ({ feed }: Shelf): string => names.get(feed) ?? '';
  const sorted = shelves.toSorted((a, b) => compareText(nameOf(a), nameOf(b)) || a.id - b.id);
  return Map.groupBy(sorted, ({ kind }) => kind);
}

/** Of one source the latest first; otherwise the order stays. */
function byAge(a: StoredFact, b: StoredFact): number {
  return a.source.name === b.source.name ? compareText(ageOf(b), ageOf(a)) : 0;
}

function ageOf(fact: StoredFact): string {
  if (fact.kind === 'prediction') return fact.date;
  return fact.kind === 'flaw' ? (fact.modified ?? fact.published ?? '') : '';
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A feed as an entry names it. */
export function sourceRefOf(feed: StoredFeed): SourceRef {
  const { name, url, digest, fetchedAt, publishedAt } = feed;
  return { name, url, digest, fetchedAt, ...(publishedAt === undefined ? {} : { publishedAt }) };
}

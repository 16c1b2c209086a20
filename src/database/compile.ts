import type { DatabaseSync } from 'node:sqlite';
import { type Advisory, AdvisoryError, type Affected, type Fact, type ParseReport } from '../advisory/advisory.ts';
import { packageNameKey } from '../advisory/package-name.ts';
import { collectGarbage } from '../internal/collect-garbage.ts';
import { encodeEntry, type ProductIndex } from './codec.ts';
import { holds } from './coverage.ts';
import { encodeDetails } from './details.ts';
import { asDatabaseError, DatabaseError } from './error.ts';
import { isFactKey, newFactWriter } from './fact-rows.ts';
import type { Scope, Shelf } from './format.ts';
import type { PackageKey } from './record.ts';
import { type KeptRecord, writeKept, writeRevised } from './revision.ts';
import { type AliasRow, type CollectedScope, deleteRows, newRowWriter } from './rows.ts';
import type { WantedFeed } from './selection.ts';

/** What a feed became. */
export interface CompiledFeed {
  readonly scopes: readonly Scope[];
  readonly shelves: readonly Shelf[];
  readonly report: ParseReport;
}

/** What is free to be used, and what was there before. */
export interface CompileStart {
  readonly feed: number;
  readonly nextScope: number;
  readonly nextShelf: number;
  readonly placeOf: ProductIndex;
  /** Records kept of the feed when it was compiled last. */
  readonly previous: number;
  /** How much is collected in memory before it is written, bytes by estimate. */
  readonly collect?: number;
  /** Of a feed that is put together of changed documents: these. */
  readonly kept?: readonly KeptRecord[] | undefined;
  /** Calls it off between two records: a large feed takes minutes. */
  readonly signal?: AbortSignal | undefined;
}

/** Bounds the memory that a feed of any size takes. */
const COLLECT = 40 * 1024 * 1024;
/** What an entry, a name or a set of details takes beside its text: arrays, and places in maps. */
const EACH = 150;
/** Far more than any record has: the longest in ten OSV databases speaks of 510 packages. */
const MOST_AFFECTED = 200_000;
/** Longer names are no package's and no advisory's. */
const LONGEST_NAME = 1024;

/**
 * Parses a feed into rows under new ids; throws `DatabaseError` `bad-feed`, with its rows gone, when the feed is not
 * what its source expects or has nothing where there was something.
 */
export async function compileFeed(
  sqlite: DatabaseSync,
  wanted: WantedFeed,
  bytes: Uint8Array,
  start: CompileStart,
): Promise<CompiledFeed> {
  const compiler = newCompiler(sqlite, wanted, start);
  sqlite.exec('BEGIN');
  try {
    const parsed = await wanted.source.parse(wanted.feed, bytes, compiler.keep, compiler.note);
    const report = withRefused(parsed, compiler.refused());
    // That no document is changed any more is good news.
    const empty = start.kept === undefined ? emptyReason(report, start.previous) : undefined;
    if (empty !== undefined) throw new DatabaseError('bad-feed', empty, { subject: wanted.feed.url });
    compiler.flush();
    if (wanted.feed.revises !== undefined) {
      const documents = start.kept ?? [];
      writeRevised(sqlite, start.feed, [...compiler.revised, ...documents.map(({ id }) => id)]);
      writeKept(sqlite, start.feed, documents);
    }
    sqlite.exec('COMMIT');
    return { scopes: compiler.scopes(), shelves: compiler.shelves(), report };
  } catch (error) {
    const failure = asBadFeed(error, wanted.feed.url);
    // Without a journal there is no rollback; when the disk is full the whole file is thrown away anyway.
    if (failure.code === 'bad-feed') {
      compiler.undo();
      sqlite.exec('COMMIT');
    }
    throw failure;
  }
}

/** What a source threw while it read a feed or an index: `bad-feed`, unless the database itself failed. */
export function asBadFeed(error: unknown, url: string): DatabaseError {
  if (error instanceof AdvisoryError) {
    return new DatabaseError('bad-feed', error.message, { subject: url, detail: error.detail, cause: error });
  }
  if (error instanceof DatabaseError || (error as { code?: unknown }).code === 'ERR_SQLITE_ERROR') {
    return asDatabaseError(error, url);
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new DatabaseError('bad-feed', 'the feed made its parser fail', { subject: url, detail, cause: error });
}

function emptyReason(report: ParseReport, previous: number): string | undefined {
  if (report.kept > 0) return undefined;
  if (previous > 0) return 'the feed has no records any more; the ones loaded before are kept';
  return (report.skipped['malformed'] ?? 0) > 0 ? 'no record of the feed can be read' : undefined;
}

/** Records that the source kept and that are not stored move to the skipped ones. */
function withRefused(report: ParseReport, refused: ReadonlyMap<string, number>): ParseReport {
  const skipped = new Map(Object.entries(report.skipped));
  let kept = report.kept;
  for (const [reason, count] of refused) {
    skipped.set(reason, (skipped.get(reason) ?? 0) + count);
    kept -= count;
  }
  return { ...report, kept, skipped: Object.fromEntries(skipped) };
}

interface Compiler {
  readonly keep: (advisory: Advisory) => void;
  readonly note: (fact: Fact) => void;
  flush(): void;
  undo(): void;
  scopes(): Scope[];
  shelves(): readonly Shelf[];
  refused(): ReadonlyMap<string, number>;
  /** Identifiers of records and flaws; of a feed that revises others. */
  readonly revised: ReadonlySet<string>;
}

interface OpenScope extends CollectedScope {
  readonly ecosystem: string;
  advisories: number;
}

function newCompiler(sqlite: DatabaseSync, { source, feed }: WantedFeed, start: CompileStart): Compiler {
  const { scopes, scopeOf } = newScopes(start.nextScope);
  const details = new Map<string, string>();
  const names: AliasRow[] = [];
  const refused = new Map<string, number>();
  const revised = new Set<string>();
  const revise = (id: string): void => {
    if (feed.revises !== undefined) revised.add(id);
  };
  const write = newRowWriter(sqlite, start.feed);
  const facts = newFactWriter(sqlite, start.feed, start.nextShelf);
  let collected = 0;
  // A feed answers for what it declares even where it has nothing to say.
  for (const ecosystem of feed.ecosystems) scopeOf(ecosystem);
  const flush = (): void => {
    write([...scopes.values()], details, names);
    facts.flush();
    names.length = 0;
    collected = 0;
  };
  const collect = (size: number): void => {
    collected += size;
    if (collected <= (start.collect ?? COLLECT)) return;
    flush();
    collectGarbage();
  };
  const halt = (): void => {
    if (start.signal?.aborted) throw new DatabaseError('aborted', 'the update was called off');
  };
  const refuse = (reason: string): void => void refused.set(reason, (refused.get(reason) ?? 0) + 1);
  return {
    keep(advisory) {
      halt();
      const affected = advisory.affected.filter((one) => holds(feed.ecosystems, one.ecosystem));
      const reason = refusal(advisory, affected);
      revise(advisory.id);
      if (reason === undefined)
        collect(addAdvisory(advisory, affected, { scopeOf, details, names, placeOf: start.placeOf }));
      else refuse(reason);
    },
    note(fact) {
      halt();
      if (feed.facts?.includes(fact.kind) !== true) refuse('other-kind');
      else if (!isFactKey(fact.key)) refuse('malformed');
      else {
        collect(facts.add(fact));
        if (fact.kind === 'flaw') revise(fact.key);
      }
    },
    flush,
    undo: () => deleteRows(sqlite, start.feed, ids(scopes.values()), ids(facts.shelves)),
    scopes: () =>
      [...scopes.values()].map(({ id, ecosystem, advisories }) => {
        return { id, feed: start.feed, ecosystem, lists: source.lists(ecosystem), advisories };
      }),
    shelves: () => facts.shelves,
    refused: () => refused,
    revised,
  };
}

interface Scopes {
  readonly scopes: ReadonlyMap<string, OpenScope>;
  readonly scopeOf: (ecosystem: string) => OpenScope;
}

function newScopes(nextScope: number): Scopes {
  const scopes = new Map<string, OpenScope>();
  const scopeOf = (ecosystem: string): OpenScope => {
    const id = nextScope + scopes.size;
    const scope = scopes.get(ecosystem) ?? { id, ecosystem, advisories: 0, entries: new Map() };
    scopes.set(ecosystem, scope);
    return scope;
  };
  return { scopes, scopeOf };
}

function ids(rows: Iterable<{ readonly id: number }>): number[] {
  return Array.from(rows, ({ id }) => id);
}

/** What the rows of advisories are collected in. */
interface Collection extends Pick<Scopes, 'scopeOf'>, Pick<CompileStart, 'placeOf'> {
  readonly details: Map<string, string>;
  readonly names: AliasRow[];
}

/** Collects an advisory; gives how much text it takes. */
function addAdvisory(advisory: Advisory, affected: readonly Affected[], collection: Collection): number {
  const ecosystems = new Set<OpenScope>();
  let size = 0;
  for (const one of affected) {
    const scope = collection.scopeOf(one.ecosystem);
    ecosystems.add(scope);
    size += addEntry(scope, one, encodeEntry(advisory, one, collection.placeOf));
  }
  for (const scope of ecosystems) scope.advisories++;
  for (const name of [...advisory.aliases, ...advisory.covers])
    collection.names.push([name.toWellFormed(), advisory.id.toWellFormed()]);
  size += EACH * (advisory.aliases.length + advisory.covers.length);
  return size + addDetails(collection.details, advisory, affected);
}

function refusal(advisory: Advisory, affected: readonly Affected[]): string | undefined {
  if (advisory.affected.length > MOST_AFFECTED) return 'too-large';
  if (advisory.withdrawn !== undefined) return 'withdrawn';
  // An OSV record of several ecosystems is in the feed of each, and each feed takes its own.
  if (affected.length === 0) return 'other-ecosystem';
  const names = [advisory.id, ...affected.map((one) => one.package)];
  return names.some((name) => name === '' || name.length > LONGEST_NAME) ? 'malformed' : undefined;
}

function addEntry(scope: OpenScope, affected: Affected, entry: string): number {
  const key =
    packageNameKey(affected.ecosystem, affected.package).toWellFormed() + (affected.appliesTo === 'source' ? '0' : '1');
  append(scope.entries, key, entry);
  return entry.length + EACH;
}

/** As one text, since a list for each of a million names takes more than what is in it. */
function append(texts: Map<string, string>, key: string, text: string): void {
  const known = texts.get(key);
  texts.set(key, known === undefined ? text : `${known},${text}`);
}

function addDetails(details: Map<string, string>, advisory: Advisory, affected: readonly Affected[]): number {
  const id = advisory.id.toWellFormed();
  const packages = affected.map(
    ({ ecosystem, package: name, appliesTo }): PackageKey => ({ ecosystem, name, appliesTo }),
  );
  const part = encodeDetails(advisory, packages);
  append(details, id, part);
  return part.length + EACH;
}

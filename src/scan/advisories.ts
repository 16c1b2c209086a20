import { existsSync } from 'node:fs';
import type { AdvisorySource } from '../advisory/advisory.ts';
import {
  DatabaseError,
  databaseStatus,
  type EcosystemInfo,
  type FeedInfo,
  openDatabase,
  sourcesFor,
  updateDatabase,
} from '../database/database.ts';
import type { ReportProvenance } from '../finding/finding.ts';
import type { Advisories } from './assess.ts';
import type { FetchedAdvisories, ScanOptions } from './options.ts';
import { onRequest } from './precedence.ts';
import { starterFeed, starterSet } from './starter.ts';
import { version } from './version.ts';

/** The advisories to judge by, and what the report says of them. */
export interface ChosenAdvisories {
  readonly advisories: Advisories;
  readonly starter: boolean;
  readonly provenance: NonNullable<ReportProvenance['database']>;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Chooses the advisories for an image's ecosystems: the database where it has them, else fetched now for those that it
 * lacks, else (offline, or when the fetch fails and nothing of the image's is loaded) the starter set. Throws
 * `DatabaseError` when a database is there but can't be trusted.
 */
export async function chooseAdvisories(
  ecosystems: readonly string[],
  databasePath: string,
  options: ScanOptions,
): Promise<ChosenAdvisories> {
  const before = existsSync(databasePath) ? openKnown(databasePath, ecosystems) : undefined;
  const lacking = (before?.lacking ?? ecosystems).filter((name) => !onRequest.has(name));
  const large = (before?.lacking ?? ecosystems).flatMap(largeNote);
  if (before && before.lacking.length === 0) return before.chosen;
  // What is too large to be fetched for one image is no reason to look who has it.
  if (before?.some && lacking.length === 0) return { ...before.chosen, notes: large };
  if (options.offline) {
    const notes = offlineNotes(before?.lacking ?? ecosystems, databasePath, options);
    return before?.some ? { ...before.chosen, notes } : withFacts(before, starter(notes));
  }
  before?.chosen.advisories.close();
  const fetch =
    options.fetchAdvisories ?? ((names: readonly string[]) => fetchAdvisories(names, databasePath, options));
  const { notes, unserved } = lacking.length === 0 ? nothingFetched : await fetch(lacking);
  const after = existsSync(databasePath) ? openKnown(databasePath, ecosystems) : undefined;
  const said = [...notes, ...large, ...unserved.map((name) => `No source is known that has advisories of ${name}.`)];
  if (after?.some || (after && ecosystems.length === 0)) return { ...after.chosen, notes: said };
  return withFacts(after, starter(said));
}

/** Some advisories are too large to be fetched for one image. */
function largeNote(ecosystem: string): string[] {
  const source = onRequest.get(ecosystem);
  if (source === undefined) return [];
  return [`The advisories of ${ecosystem} are large: \`seaworthy db update --only ${source}\` fetches them.`];
}

const nothingFetched = { notes: [], unserved: [] };

/** What a database that has no advisories of the image knows of flaws and distributions stays known. */
function withFacts(opened: Opened | undefined, chosen: ChosenAdvisories): ChosenAdvisories {
  if (opened === undefined) return chosen;
  const { advisories, provenance } = opened.chosen;
  const { exploited, predictions } = provenance;
  return {
    ...chosen,
    provenance: {
      ...chosen.provenance,
      ...(exploited === undefined ? {} : { exploited }),
      ...(predictions === undefined ? {} : { predictions }),
    },
    advisories: {
      ...chosen.advisories,
      facts: (kind, key) => advisories.facts(kind, key),
      close() {
        chosen.advisories.close();
        advisories.close();
      },
    },
  };
}

/** No database and one that has something else are not the same news, and a mistyped name is a third. */
function offlineNotes(lacking: readonly string[], path: string, options: ScanOptions): string[] {
  const nothing = 'Nothing was fetched (--offline)';
  if (!existsSync(path)) {
    if (options.databasePath !== undefined) return [`${nothing}, and the database does not exist: ${path}.`];
    return lacking.length === 0 ? [] : [`${nothing}, and there is no advisory database.`];
  }
  const { builtAt } = databaseStatus(path);
  return [`${nothing}, and the database has nothing of ${lacking.join(', ')}; it was built ${builtAt.slice(0, 10)}.`];
}

function sentence({ message, subject, detail }: DatabaseError): string {
  return [message, subject, detail].filter((part) => part !== undefined).join(', ');
}

/** A database that was opened, and what of the image's ecosystems it has. */
interface Opened {
  readonly chosen: ChosenAdvisories;
  readonly lacking: readonly string[];
  readonly some: boolean;
}

function openKnown(path: string, ecosystems: readonly string[]): Opened {
  const database = openDatabase(path);
  const lacking = ecosystems.filter((name) => isLacking(database.ecosystem(name)));
  const { digest, builtAt, feeds } = database.info;
  return {
    chosen: {
      advisories: withStarter(database),
      starter: false,
      provenance: { digest, builtAt, starter: false, ...editions(feeds) },
      notes: [],
    },
    lacking,
    some: lacking.length < ecosystems.length,
  };
}

/** Of which days the catalogues of exploited flaws and of predictions are. */
function editions(feeds: readonly FeedInfo[]): { exploited?: string; predictions?: string } {
  const dayOf = (kind: 'exploited' | 'prediction'): string | undefined =>
    feeds
      .flatMap(({ facts, publishedAt, fetchedAt }) => ((facts?.[kind] ?? 0) > 0 ? [publishedAt ?? fetchedAt] : []))
      .toSorted()
      .at(-1)
      ?.slice(0, 10);
  const [exploited, predictions] = [dayOf('exploited'), dayOf('prediction')];
  return { ...(exploited === undefined ? {} : { exploited }), ...(predictions === undefined ? {} : { predictions }) };
}

/** Nothing is loaded, or only what adds to advisories that failed to come. */
function isLacking({ sources, missing }: EcosystemInfo): boolean {
  return sources.length === 0 || (missing.length > 0 && sources.every(({ role }) => role === 'supplement'));
}

/** The starter set is asked too, last: what it knows of an image and the sources do not shows that they are old or cut. */
function withStarter(database: Advisories): Advisories {
  const { advisories } = starterSet();
  return {
    lookup(...wanted) {
      const [loaded, starting] = [database.lookup(...wanted), advisories.lookup(...wanted)];
      return starting.length === 0 ? loaded : [...loaded, ...starting];
    },
    details: (id, feed) => (feed === starterFeed ? advisories : database).details(id, feed),
    ecosystem: (ecosystem) => database.ecosystem(ecosystem),
    facts: (kind, key) => database.facts(kind, key),
    close: () => database.close(),
  };
}

function starter(notes: readonly string[]): ChosenAdvisories {
  const { advisories, digest, asOf } = starterSet();
  return { advisories, starter: true, provenance: { digest, builtAt: asOf, starter: true }, notes };
}

/** Sources of facts that are small enough to be fetched on first use: they say how pressing a flaw is. */
const smallFacts: ReadonlySet<string> = new Set(['epss', 'kev']);

/** Fetches what the sources say of ecosystems, and the facts of a few small ones unless they are there. */
export async function fetchAdvisories(
  ecosystems: readonly string[],
  databasePath: string,
  options: Pick<ScanOptions, 'mirror' | 'signal' | 'onProgress'>,
): Promise<FetchedAdvisories> {
  const { advisorySources } = await import('./ecosystems.ts');
  const sources = await advisorySources();
  const serving = await sourcesFor(
    sources.filter(({ broughtBy }) => broughtBy === undefined),
    ecosystems,
  );
  const served = ecosystems.filter((name) => serving.get(name)?.length);
  const unserved = ecosystems.filter((name) => !serving.get(name)?.length);
  if (served.length === 0) return { notes: [], unserved };
  const loaded = existsSync(databasePath) ? loadedSources(databasePath) : new Set<string>();
  const facts = sources.filter(({ id }) => smallFacts.has(id) && !loaded.has(id));
  const wanted = sources.filter(
    (source) => facts.includes(source) || [...serving.values()].some((all) => all.includes(source)),
  );
  const only = [...served, ...facts.map(({ id }) => id)];
  const failed = await update(wanted, only, databasePath, options).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    if (error instanceof DatabaseError) return [{ source: '', ecosystems: served, error }];
    throw error;
  });
  return { notes: failed.map((one) => failureNote(one, served)), unserved };
}

/** Names of the sources that something is loaded of; a database that can't be read has nothing. */
function loadedSources(path: string): Set<string> {
  try {
    return new Set(databaseStatus(path).feeds.map(({ name }) => name));
  } catch (error) {
    if (error instanceof DatabaseError) return new Set();
    throw error;
  }
}

interface Failed {
  readonly source: string;
  readonly ecosystems: readonly string[];
  readonly error: DatabaseError;
}

function failureNote({ source, ecosystems, error }: Failed, served: readonly string[]): string {
  if (smallFacts.has(source)) return `The facts of ${source} could not be fetched: ${sentence(error)}.`;
  const missing = served.filter((name) => ecosystems.some((one) => name === one || name.startsWith(`${one}:`)));
  return `The advisories of ${(missing.length > 0 ? missing : served).join(', ')} could not be fetched: ${sentence(error)}.`;
}

async function update(
  sources: readonly AdvisorySource[],
  only: readonly string[],
  path: string,
  options: Pick<ScanOptions, 'mirror' | 'signal' | 'onProgress'>,
): Promise<readonly Failed[]> {
  const { feeds } = await updateDatabase({
    path,
    sources,
    only,
    tool: `seaworthy/${version}`,
    mirror: options.mirror,
    signal: options.signal,
    onProgress(progress) {
      if (progress.kind !== 'fetching') return options.onProgress?.({ stage: progress.kind });
      const { url, received, total } = progress;
      options.onProgress?.({
        stage: 'fetching',
        label: url,
        done: received,
        ...(total === undefined ? {} : { total }),
      });
    },
  });
  return feeds.flatMap((feed) => (feed.kind === 'failed' ? [feed] : []));
}

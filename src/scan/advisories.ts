import { existsSync } from 'node:fs';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { DatabaseError, databaseStatus, openDatabase, updateDatabase } from '../database/database.ts';
import type { ReportProvenance } from '../finding/finding.ts';
import type { Advisories } from './assess.ts';
import type { ScanOptions } from './options.ts';
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
  if (before && before.lacking.length === 0) return before.chosen;
  if (options.offline) {
    const lacking = before?.lacking ?? ecosystems;
    const notes = offlineNotes(lacking, databasePath, options);
    return before?.some ? { ...before.chosen, notes } : closing(before, starter(notes));
  }
  before?.chosen.advisories.close();
  const lacking = before?.lacking ?? ecosystems;
  const { notes, unserved } = lacking.length === 0 ? nothingFetched : await fetchFor(lacking, databasePath, options);
  const after = existsSync(databasePath) ? openKnown(databasePath, ecosystems) : undefined;
  const said = [...notes, ...unserved.map((name) => `No source is known that has advisories of ${name}.`)];
  if (after?.some || (after && ecosystems.length === 0)) return { ...after.chosen, notes: said };
  return closing(after, starter(said));
}

const nothingFetched = { notes: [], unserved: [] };

function closing(opened: Opened | undefined, chosen: ChosenAdvisories): ChosenAdvisories {
  opened?.chosen.advisories.close();
  return chosen;
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
  const lacking = ecosystems.filter((name) => database.ecosystem(name).sources.length === 0);
  const { digest, builtAt } = database.info;
  return {
    chosen: {
      advisories: withStarter(database),
      starter: false,
      provenance: { digest, builtAt, starter: false },
      notes: [],
    },
    lacking,
    some: lacking.length < ecosystems.length,
  };
}

/** The starter set is asked too, last: what it knows of an image and the sources do not shows that they are old or cut. */
function withStarter(database: Advisories): Advisories {
  const { advisories } = starterSet();
  return {
    lookup: (...wanted) => [...database.lookup(...wanted), ...advisories.lookup(...wanted)],
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

/** What came of fetching: sentences on what failed, and the ecosystems that nobody has. */
interface Fetched {
  readonly notes: readonly string[];
  readonly unserved: readonly string[];
}

/** Fetches what the first source that has each ecosystem says of it. */
async function fetchFor(ecosystems: readonly string[], databasePath: string, options: ScanOptions): Promise<Fetched> {
  const { advisorySources } = await import('./ecosystems.ts');
  const sources = await advisorySources();
  const sourceOf = (name: string): AdvisorySource | undefined =>
    sources.find((candidate) => candidate.feeds([name]).length > 0);
  const served = ecosystems.filter((name) => sourceOf(name) !== undefined);
  const unserved = ecosystems.filter((name) => sourceOf(name) === undefined);
  if (served.length === 0) return { notes: [], unserved };
  const wanted = sources.filter((source) => served.some((name) => sourceOf(name) === source));
  const failed = await update(wanted, served, databasePath, options).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    if (error instanceof DatabaseError) return [{ ecosystems: served, error }];
    throw error;
  });
  const notes = failed.map(({ ecosystems: names, error }) => {
    const missing = served.filter((name) => names.some((one) => name === one || name.startsWith(`${one}:`)));
    return `The advisories of ${(missing.length > 0 ? missing : served).join(', ')} could not be fetched: ${sentence(error)}.`;
  });
  return { notes, unserved };
}

interface Failed {
  readonly ecosystems: readonly string[];
  readonly error: DatabaseError;
}

async function update(
  sources: readonly AdvisorySource[],
  only: readonly string[],
  path: string,
  options: ScanOptions,
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
  return feeds.flatMap((feed) =>
    feed.kind === 'failed' ? [{ ecosystems: ecosystemsOf(sources, feed.url), error: feed.error }] : [],
  );
}

function ecosystemsOf(sources: readonly AdvisorySource[], url: string): readonly string[] {
  const all = sources.flatMap((source) => source.feeds(undefined));
  return all.find((feed) => feed.url === url)?.ecosystems ?? [];
}

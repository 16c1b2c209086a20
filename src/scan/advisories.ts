import { existsSync } from 'node:fs';
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
 * Chooses the advisories for an image's ecosystem: the database when it has them, else fetched now for that ecosystem
 * alone, else (offline, or when the fetch fails) the starter set. Throws `DatabaseError` when a database is there but
 * can't be trusted.
 */
export async function chooseAdvisories(
  ecosystem: string | undefined,
  databasePath: string,
  options: ScanOptions,
): Promise<ChosenAdvisories> {
  const known = existsSync(databasePath) ? openKnown(databasePath, ecosystem) : undefined;
  if (known) return known;
  if (options.offline) return starter(offlineNotes(ecosystem, databasePath, options));
  if (ecosystem === undefined) return starter([]);
  const failed = await fetchFor(ecosystem, databasePath, options).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    if (error instanceof DatabaseError) return [error];
    throw error;
  });
  const notes = failed.map((error) => `The advisories of ${ecosystem} could not be fetched: ${sentence(error)}.`);
  const fetched = existsSync(databasePath) ? openKnown(databasePath, ecosystem) : undefined;
  if (fetched) return { ...fetched, notes };
  return starter(notes.length > 0 ? notes : [`No source is known that has advisories of ${ecosystem}.`]);
}

/** No database and one that has something else are not the same news, and a mistyped name is a third. */
function offlineNotes(ecosystem: string | undefined, path: string, options: ScanOptions): string[] {
  const nothing = 'Nothing was fetched (--offline)';
  if (!existsSync(path)) {
    if (options.databasePath !== undefined) return [`${nothing}, and the database does not exist: ${path}.`];
    return ecosystem === undefined ? [] : [`${nothing}, and there is no advisory database.`];
  }
  const { builtAt } = databaseStatus(path);
  return [`${nothing}, and the database has nothing of ${ecosystem}; it was built ${builtAt.slice(0, 10)}.`];
}

function sentence({ message, subject, detail }: DatabaseError): string {
  return [message, subject, detail].filter((part) => part !== undefined).join(', ');
}

function openKnown(path: string, ecosystem: string | undefined): ChosenAdvisories | undefined {
  const database = openDatabase(path);
  if (ecosystem !== undefined && database.ecosystem(ecosystem).sources.length === 0) {
    database.close();
    return undefined;
  }
  const { digest, builtAt } = database.info;
  return {
    advisories: withStarter(database),
    starter: false,
    provenance: { digest, builtAt, starter: false },
    notes: [],
  };
}

/** The starter set is asked too, last: what it knows of an image and the sources do not shows that they are old or cut. */
function withStarter(database: Advisories): Advisories {
  const { advisories } = starterSet();
  return {
    lookup: (...wanted) => [...database.lookup(...wanted), ...advisories.lookup(...wanted)],
    details: (id, feed) => (feed === starterFeed ? advisories : database).details(id, feed),
    ecosystem: (ecosystem) => database.ecosystem(ecosystem),
    close: () => database.close(),
  };
}

function starter(notes: readonly string[]): ChosenAdvisories {
  const { advisories, digest, asOf } = starterSet();
  return { advisories, starter: true, provenance: { digest, builtAt: asOf, starter: true }, notes };
}

/** Fetches what the first source that has the ecosystem says of it; tells what failed. */
async function fetchFor(
  ecosystem: string,
  databasePath: string,
  options: ScanOptions,
): Promise<readonly DatabaseError[]> {
  const { advisorySources } = await import('./ecosystems.ts');
  const sources = await advisorySources();
  const source = sources.find((candidate) => candidate.feeds([ecosystem]).length > 0);
  if (!source) return [];
  const { feeds } = await updateDatabase({
    path: databasePath,
    sources: [source],
    only: [ecosystem],
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
  return feeds.filter((feed) => feed.kind === 'failed').map(({ error }) => error);
}

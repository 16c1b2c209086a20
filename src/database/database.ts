import type { AdvisorySource } from '../advisory/advisory.ts';
import type { UpdateOptions, UpdateResult } from './progress.ts';
import { openQuery } from './query.ts';
import type { Database, DatabaseInfo } from './record.ts';

export { DatabaseError, type DatabaseErrorCode } from './error.ts';
export { databasePath } from './place.ts';
export type { FeedOutcome, UpdateOptions, UpdateProgress, UpdateResult } from './progress.ts';
export type {
  AdvisoryDetails,
  Database,
  DatabaseInfo,
  EcosystemInfo,
  EcosystemSource,
  FeedFailure,
  FeedInfo,
  SearchHit,
  SearchResult,
  StoredEntry,
  StoredFact,
} from './record.ts';

/**
 * Opens the database for reading. Throws `DatabaseError`: `no-database`, `corrupt`, `wrong-version`; never gives one
 * that is not whole.
 */
export function openDatabase(path: string): Database {
  return openQuery(path);
}

/** What the database is and holds, feed by feed; throws as `openDatabase`. */
export function databaseStatus(path: string): DatabaseInfo {
  const database = openQuery(path);
  database.close();
  return database.info;
}

/**
 * Fetches the wanted feeds, compiles those that changed, and replaces the file atomically; whoever reads the old one
 * goes on undisturbed. What fails for one feed is told in the result, and what was loaded of it stays. Throws
 * `DatabaseError` when nothing is selected, the lock or the disk can't be had, or there is no database and nothing came
 * for one.
 */
export async function updateDatabase(options: UpdateOptions): Promise<UpdateResult> {
  const { runUpdate } = await import('./update.ts');
  return await runUpdate(options);
}

/** Who is asked for each of the ecosystems by an update, the one whose word counts first; empty for those nobody has. */
export async function sourcesFor(
  sources: readonly AdvisorySource[],
  ecosystems: readonly string[],
): Promise<ReadonlyMap<string, readonly AdvisorySource[]>> {
  const { servingSources } = await import('./selection.ts');
  return new Map(ecosystems.map((name) => [name, servingSources(sources, name)]));
}

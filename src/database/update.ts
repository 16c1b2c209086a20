import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Feed } from '../advisory/advisory.ts';
import { isTemporaryOf, replaceFile } from '../internal/atomic-file.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { makeFolder } from '../internal/make-folder.ts';
import type { RetryPolicy } from '../internal/retry.ts';
import { applyFetched, turn } from './apply.ts';
import { openBuilder } from './build.ts';
import { hasRecords, holds } from './coverage.ts';
import { asDatabaseError, DatabaseError } from './error.ts';
import { type FeedRequest, type Fetched, openFetcher } from './fetch.ts';
import { fetchFollowing } from './follow.ts';
import type { Directory } from './format.ts';
import { acquireLock } from './lock.ts';
import { openWhole, writeStamp } from './open.ts';
import type { FeedOutcome, UpdateOptions, UpdateResult } from './progress.ts';
import { fetchRevisions } from './revise.ts';
import { readStamps } from './revision.ts';
import { type Selection, selectFeeds, type WantedFeed } from './selection.ts';

const LOCK_WAIT_MS = 15 * 60 * 1000;
/** What Node reads into one buffer. */
const FEED_BYTES = 2 ** 31 - 1;
const RETRY: RetryPolicy = { attempts: 5, attemptsInAll: 30, baseMs: 500, capMs: 20_000, longestAskedMs: 120_000 };

/** Fetches, compiles and replaces; what `updateDatabase` in `database.ts` says. */
export async function runUpdate(options: UpdateOptions): Promise<UpdateResult> {
  const { path, clock = systemClock } = options;
  const selection = selectFeeds(options.sources, options.only);
  prepareFolder(path);
  const lock = await acquireLock(path, {
    clock,
    waitMs: options.lockWaitMs ?? LOCK_WAIT_MS,
    signal: options.signal,
    onWait: () => options.onProgress?.({ kind: 'waiting' }),
  });
  try {
    removeLeftovers(path);
    return await updateLocked(options, clock, selection);
  } catch (error) {
    throw options.signal?.aborted
      ? new DatabaseError('aborted', 'the update was called off', { cause: error })
      : asDatabaseError(error, path);
  } finally {
    lock.release();
  }
}

function prepareFolder(path: string): void {
  try {
    makeFolder(dirname(path));
  } catch (cause) {
    const error = asDatabaseError(cause, dirname(path));
    if (error.code === 'disk-full') throw error;
    const { subject, detail } = error;
    throw new DatabaseError('unwritable', 'the folder of the advisory database cannot be made', {
      subject,
      detail,
      cause,
    });
  }
}

/** What killed updates left; the lock is ours, so none of it is in use. */
function removeLeftovers(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (isTemporaryOf(path, name)) rmSync(join(dirname(path), name), { force: true });
  }
}

async function updateLocked(options: UpdateOptions, clock: Clock, selection: Selection): Promise<UpdateResult> {
  const { path, onProgress } = options;
  const { directory, stamps, digest, discarded } = currentState(path);
  const loaded = new Set(directory?.feeds.flatMap(({ url, via = url }) => [url, via]));
  const shadowed = selection.shadowed.filter(({ feed }) => loaded.has(feed.url));
  const came = await fetchAll([...selection.wanted, ...shadowed], { directory, stamps }, options, clock);
  const fetched = withoutUnmirrored(came, directory, options);
  const extra = { unserved: selection.unserved, ...(discarded === undefined ? {} : { discarded }) };
  const failed = fetched.filter((one) => one.kind === 'failed');
  if (failed.length === fetched.length) return { ...nothingCame(path, digest, failed), ...extra, barren: [] };
  const builder = openBuilder(path, digest === undefined ? undefined : path);
  try {
    const now = new Date(clock.now()).toISOString();
    const feeds = await applyFetched(builder, fetched, options, now);
    if (digest === undefined && builder.directory.feeds.length === 0) throw firstError(feeds);
    const barren = barrenOf(selection.ecosystems, builder.directory);
    onProgress?.({ kind: 'sealing' });
    const finished = builder.finish(now);
    await turn(options.signal);
    replaceFile(finished.path, path);
    writeStamp(path, statSync(path, { bigint: true }), finished.digest);
    return { path, digest: finished.digest, feeds, ...extra, barren };
  } finally {
    builder.discard();
    for (const one of fetched) if (one.kind === 'document' && one.temporary) rmSync(one.path, { force: true });
  }
}

function isMissing(one: Fetched): boolean {
  return one.kind === 'failed' && one.error.code === 'not-found';
}

/** A mirror need not hold every publisher: of one of which it has nothing at all, nothing was asked for by name. */
function withoutUnmirrored(
  fetched: readonly Fetched[],
  directory: Directory | undefined,
  { mirror, only }: UpdateOptions,
): readonly Fetched[] {
  if (mirror === undefined || only !== undefined) return fetched;
  const came = fetched.filter((one) => one.kind !== 'absent' && !isMissing(one)).map(sourceOf);
  const held = new Set([...came, ...(directory?.feeds ?? []).map(({ name }) => name)]);
  return fetched.map((one) => (isMissing(one) && !held.has(sourceOf(one)) ? { ...one, kind: 'absent' } : one));
}

function sourceOf({ request }: Fetched): string {
  return request.source.id;
}

/** What an index says is wanted each time, and what revises others anew after each of them: they are never unchanged. */
function isAlwaysWanted({ index, revises }: Feed): boolean {
  return index === true || revises !== undefined;
}

async function fetchAll(
  wanted: readonly WantedFeed[],
  { directory, stamps }: { readonly directory: Directory | undefined; readonly stamps: CurrentState['stamps'] },
  options: UpdateOptions,
  clock: Clock,
): Promise<Fetched[]> {
  const { path, onProgress } = options;
  const known = (url: string): FeedRequest['known'] => knownOf(directory, url, options.tool);
  const requests = wanted.map(
    (one): FeedRequest => (isAlwaysWanted(one.feed) ? one : { ...one, known: known(one.feed.url) }),
  );
  const fetcher = openFetcher({
    mirror: options.mirror,
    folder: join(dirname(path), 'downloads'),
    env: options.env ?? process.env,
    userAgent: options.tool,
    clock,
    maxBytes: options.feedBytes ?? FEED_BYTES,
    policy: { ...RETRY, ...options.retry },
    limits: options.http ?? {},
    signal: options.signal,
    onProgress: (url, received, total) =>
      onProgress?.({ kind: 'fetching', url, received, ...(total === undefined ? {} : { total }) }),
  });
  try {
    const fetched = await fetchFollowing(requests, fetcher, known);
    const now = new Date(clock.now()).toISOString();
    return await fetchRevisions(fetched, fetcher, { feeds: directory?.feeds ?? [], stamps, tool: options.tool, now });
  } finally {
    await fetcher.close();
  }
}

/** A feed that failed is told of as such. */
function barrenOf(ecosystems: readonly string[], directory: Directory): string[] {
  return ecosystems.filter(
    (name) => !hasRecords(directory, name) && !directory.failures.some((one) => holds(one.ecosystems, name)),
  );
}

interface CurrentState {
  readonly directory?: Directory;
  /** Of feeds that are put together of documents, by their ids. */
  readonly stamps: ReadonlyMap<number, ReadonlyMap<string, string>>;
  /** Absent when there is nothing to build upon. */
  readonly digest?: string;
  readonly discarded?: DatabaseError;
}

/** Read in full, stamp or not: a new seal must never bless what has rotted. */
function currentState(path: string): CurrentState {
  if (!existsSync(path)) return { stamps: new Map() };
  try {
    const { sqlite, directory, digest } = openWhole(path, true);
    try {
      const revising = directory.feeds.filter(({ revises }) => revises !== undefined);
      return { directory, stamps: new Map(revising.map(({ id }) => [id, readStamps(sqlite, id)])), digest };
    } finally {
      sqlite.close();
    }
  } catch (error) {
    const discarded = asDatabaseError(error, path);
    if (discarded.code === 'corrupt' || discarded.code === 'wrong-version') return { stamps: new Map(), discarded };
    throw discarded;
  }
}

function knownOf(directory: Directory | undefined, url: string, tool: string): FeedRequest['known'] {
  const feed = directory?.feeds.find((candidate) => candidate.url === url);
  return feed?.tool === tool ? feed : undefined;
}

function nothingCame(
  path: string,
  digest: string | undefined,
  failed: readonly Extract<Fetched, { kind: 'failed' }>[],
): { path: string; digest: string; feeds: FeedOutcome[] } {
  const [first] = failed;
  if (digest === undefined && first !== undefined) throw first.error;
  return {
    path,
    digest: digest ?? '',
    feeds: failed.map(({ request, error }) => ({
      source: request.source.id,
      url: request.feed.url,
      kind: 'failed',
      error,
      ecosystems: request.feed.ecosystems,
    })),
  };
}

function firstError(feeds: readonly FeedOutcome[]): DatabaseError {
  for (const feed of feeds) if (feed.kind === 'failed') return feed.error;
  return new DatabaseError('not-found', 'none of the feeds is there');
}

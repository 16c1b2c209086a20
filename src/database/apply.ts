import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { applyRevised } from './apply-revised.ts';
import { believable, failedOutcome, noteFailure, type Outcome, placeOf } from './arrival.ts';
import type { Builder } from './build.ts';
import { asDatabaseError, DatabaseError } from './error.ts';
import { isSameFeed, nameOf, nameOfStored } from './feed-name.ts';
import type { FeedRequest, Fetched, FetchedDocument } from './fetch.ts';
import type { StoredFeed } from './format.ts';
import type { FeedOutcome, UpdateOptions } from './progress.ts';
import { readDocument } from './read-document.ts';
import { asOfOf } from './revise.ts';
import { overtaking } from './revision.ts';

/**
 * Brings what was fetched into the database in the making; throws `DatabaseError` only for what ends the update. Between
 * feeds an interrupt gets its turn, since most parsing is synchronous.
 */
export async function applyFetched(
  builder: Builder,
  fetched: readonly Fetched[],
  options: UpdateOptions,
  now: string,
): Promise<FeedOutcome[]> {
  const outcomes: FeedOutcome[] = [];
  const failed: FeedRequest[] = [];
  // Those that revise others come after them.
  const inOrder = fetched.toSorted((a, b) => Number(isRevising(a)) - Number(isRevising(b)));
  for (const one of inOrder) {
    await turn(options.signal);
    const outcome = await applyOne(builder, one, options, now);
    if (outcome.kind === 'failed') {
      failed.push(one.request);
      noteFailure(builder, one.request, outcome.error, now);
    }
    outcomes.push({ source: one.request.source.id, url: one.request.feed.url, ...outcome });
  }
  if (options.only === undefined) dropRetired(builder, fetched, failed, options.sources);
  return outcomes;
}

function isRevising({ request }: Fetched): boolean {
  return request.feed.revises !== undefined;
}

/** Lets a pending interrupt in; throws `DatabaseError` `aborted`. */
export async function turn(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new DatabaseError('aborted', 'the update was called off');
}

async function applyOne(builder: Builder, one: Fetched, options: UpdateOptions, now: string): Promise<Outcome> {
  const { url } = one.request.feed;
  if (one.kind === 'failed') return failedOutcome(one, one.error);
  if (one.kind === 'unchanged') {
    builder.describe(url, (feed) => ({ ...feed, checkedAt: now, ...placeOf(one.request) }));
  }
  if (one.kind === 'absent' && isLoaded(builder, url)) return failedOutcome(one, vanished(url));
  if (one.kind === 'followed') {
    builder.forgive(nameOf(one.request));
    return { kind: one.kind, feeds: one.feeds };
  }
  if (one.kind !== 'document' && one.kind !== 'revised') return { kind: one.kind };
  options.onProgress?.({ kind: 'compiling', url });
  try {
    if (one.kind === 'revised') return await applyRevised(builder, one, options, now);
    const bytes = readDocument(one.path);
    if (bytes instanceof DatabaseError) return failedOutcome(one, bytes);
    return await applyDocument(builder, one, bytes, options, now);
  } catch (cause) {
    const error = asDatabaseError(cause, url);
    if (error.code !== 'bad-feed') throw error;
    return failedOutcome(one, error);
  }
}

/** Itself, or what it led to as an index. */
function isLoaded(builder: Builder, url: string): boolean {
  return builder.directory.feeds.some((feed) => feed.url === url || feed.via === url);
}

function vanished(url: string): DatabaseError {
  return new DatabaseError('not-found', 'the feed is not there any more', { subject: url });
}

async function applyDocument(
  builder: Builder,
  one: Fetched & FetchedDocument,
  bytes: Buffer,
  { tool, signal }: UpdateOptions,
  now: string,
): Promise<Outcome> {
  const { source, feed } = one.request;
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const name = nameOf(one.request);
  const known = builder.directory.feeds.find((loaded) => isSameFeed(nameOfStored(loaded), name));
  const arrival = { checkedAt: now, from: one.from, ...one.validators, ...placeOf(one.request) };
  const isAhead = known !== undefined && overtaking(known, builder.directory.feeds).length === 0;
  if (isAhead && known.digest === digest && known.tool === tool) {
    builder.describe(known.url, ({ etag: _etag, lastModified: _lastModified, ...rest }) => ({
      ...rest,
      ...arrival,
      url: feed.url,
    }));
    return { kind: 'unchanged' };
  }
  const publishedAt = believable(one.validators.lastModified, now);
  const asOf = asOfOf(one, now);
  const { report } = await builder.replace(
    one.request,
    bytes,
    (id, report): StoredFeed => ({
      id,
      name: source.id,
      url: feed.url,
      digest,
      fetchedAt: now,
      ...(publishedAt === undefined ? {} : { publishedAt }),
      bytes: bytes.length,
      report,
      tool,
      ...(asOf === undefined ? {} : { asOf }),
      ...arrival,
    }),
    { signal },
  );
  return { kind: 'updated', report };
}

/**
 * An update of everything also takes away what its sources offer no more. What came through an index stays when one on
 * the way to it failed, and so does an edition whose successor did.
 */
function dropRetired(
  builder: Builder,
  fetched: readonly Fetched[],
  failed: readonly FeedRequest[],
  asked: readonly AdvisorySource[],
): void {
  const offered = new Set(fetched.map((one) => one.request.feed.url));
  const sources = new Set(asked.map((source) => source.id));
  const broken = new Set(failed.filter(({ feed }) => feed.index).map(({ feed, via }) => via ?? feed.url));
  const isKept = (feed: StoredFeed): boolean =>
    (feed.via !== undefined && broken.has(feed.via)) ||
    failed.some((request) => isSameFeed(nameOf(request), nameOfStored(feed)));
  const { feeds, failures } = builder.directory;
  const known = [...feeds.filter((feed) => !isKept(feed)).map(({ name, url }) => ({ source: name, url })), ...failures];
  for (const { source, url } of known) if (sources.has(source) && !offered.has(url)) builder.drop(url);
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Builder } from './build.ts';
import { asDatabaseError, DatabaseError } from './error.ts';
import type { Fetched, FetchedDocument } from './fetch.ts';
import type { StoredFeed } from './format.ts';
import type { FeedOutcome, UpdateOptions } from './progress.ts';

/** What came of one feed, without its name. */
type Outcome = FeedOutcome extends infer O ? (O extends FeedOutcome ? Omit<O, 'source' | 'url'> : never) : never;

/**
 * Brings what was fetched into the database in the making; throws `DatabaseError` only for what ends the update. Between
 * feeds an interrupt gets its turn, since parsing is synchronous.
 */
export async function applyFetched(
  builder: Builder,
  fetched: readonly Fetched[],
  options: UpdateOptions,
  now: string,
): Promise<FeedOutcome[]> {
  const outcomes: FeedOutcome[] = [];
  for (const one of fetched) {
    await turn(options.signal);
    const outcome = await applyOne(builder, one, options, now);
    if (outcome.kind === 'failed') noteFailure(builder, one, outcome.error, now);
    outcomes.push({ source: one.request.source.id, url: one.request.feed.url, ...outcome });
  }
  if (options.only === undefined) dropRetired(builder, fetched, options);
  return outcomes;
}

/** Lets a pending interrupt in; throws `DatabaseError` `aborted`. */
export async function turn(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new DatabaseError('aborted', 'the update was called off');
}

async function applyOne(builder: Builder, one: Fetched, options: UpdateOptions, now: string): Promise<Outcome> {
  const { url } = one.request.feed;
  if (one.kind === 'failed') return { kind: 'failed', error: one.error };
  if (one.kind === 'unchanged') builder.describe(url, (feed) => ({ ...feed, checkedAt: now }));
  if (one.kind === 'absent' && isLoaded(builder, url)) return { kind: 'failed', error: vanished(url) };
  if (one.kind !== 'document') return { kind: one.kind };
  options.onProgress?.({ kind: 'compiling', url });
  const bytes = readDocument(one.path);
  if (bytes instanceof DatabaseError) return { kind: 'failed', error: bytes };
  try {
    return await applyDocument(builder, one, bytes, options.tool, now);
  } catch (cause) {
    const error = asDatabaseError(cause, url);
    if (error.code !== 'bad-feed') throw error;
    return { kind: 'failed', error };
  }
}

/** A mirror's file may have gone or be closed to us, which is that feed's failure alone. */
function readDocument(path: string): Buffer | DatabaseError {
  try {
    return readFileSync(path);
  } catch (cause) {
    return new DatabaseError('fetch-failed', 'the feed cannot be read', {
      subject: path,
      detail: String(cause),
      cause,
    });
  }
}

function isLoaded(builder: Builder, url: string): boolean {
  return builder.directory.feeds.some((feed) => feed.url === url);
}

function vanished(url: string): DatabaseError {
  return new DatabaseError('not-found', 'the feed is not there any more', { subject: url });
}

async function applyDocument(
  builder: Builder,
  one: Fetched & FetchedDocument,
  bytes: Buffer,
  tool: string,
  now: string,
): Promise<Outcome> {
  const { source, feed } = one.request;
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const known = builder.directory.feeds.find(({ url }) => url === feed.url);
  const arrival = { checkedAt: now, from: one.from, ...one.validators };
  if (known?.digest === digest && known.tool === tool) {
    builder.describe(feed.url, ({ etag: _etag, lastModified: _lastModified, ...rest }) => ({ ...rest, ...arrival }));
    return { kind: 'unchanged' };
  }
  const published = Date.parse(one.validators.lastModified ?? '');
  const { report } = await builder.replace(
    one.request,
    bytes,
    (id, report): StoredFeed => ({
      id,
      name: source.id,
      url: feed.url,
      digest,
      fetchedAt: now,
      ...(Number.isNaN(published) ? {} : { publishedAt: new Date(published).toISOString() }),
      bytes: bytes.length,
      report,
      tool,
      ...arrival,
    }),
  );
  return { kind: 'updated', report };
}

function noteFailure(builder: Builder, one: Fetched, error: DatabaseError, at: string): void {
  const { source, feed } = one.request;
  const { code, message, detail } = error;
  builder.fail({
    source: source.id,
    url: feed.url,
    ecosystems: feed.ecosystems,
    code,
    message,
    ...(detail === undefined ? {} : { detail }),
    at,
  });
}

/** An update of everything also takes away what its sources offer no more. */
function dropRetired(builder: Builder, fetched: readonly Fetched[], options: UpdateOptions): void {
  const offered = new Set(fetched.map((one) => one.request.feed.url));
  const sources = new Set(options.sources.map((source) => source.id));
  const { feeds, failures } = builder.directory;
  const known = [...feeds.map(({ name, url }) => ({ source: name, url })), ...failures];
  for (const { source, url } of known) if (sources.has(source) && !offered.has(url)) builder.drop(url);
}

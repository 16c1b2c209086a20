/*
 * Feeds that an index names, which may be indexes again. An index is what a server says of itself, so it may not lead
 * anywhere: a feed is taken only from the host of the index, or from one that the source itself gives a feed at.
 */
import { rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { AdvisorySource, Feed } from '../advisory/advisory.ts';
import { asBadFeed } from './compile.ts';
import { DatabaseError } from './error.ts';
import type { FeedRequest, Fetched, FetchedDocument, Fetcher } from './fetch.ts';
import { readDocument } from './read-document.ts';

/** Indexes behind an index behind an index: more leads nowhere. */
const DEEPEST = 4;
/** Most feeds that the indexes of one source name. */
const MOST_FEEDS = 10_000;

/** Fetches feeds and, round by round, those that the indexes among them name, lists of changes apart. Throws as `Fetcher.fetch`. */
export async function fetchFollowing(
  requests: readonly FeedRequest[],
  fetcher: Fetcher,
  knownOf: (url: string) => FeedRequest['known'],
): Promise<Fetched[]> {
  const done: Fetched[] = [];
  const trail = newTrail(requests);
  let round = requests;
  for (let depth = 0; round.length > 0; depth++) {
    const next: FeedRequest[] = [];
    for (const one of await fetcher.fetch(round)) {
      const { index, revises } = one.request.feed;
      if (one.kind !== 'document' || index !== true || revises !== undefined) {
        done.push(one);
        continue;
      }
      const named = depth < DEEPEST ? await followOne(one, trail) : tooDeep(one.request);
      if (named instanceof DatabaseError) done.push({ request: one.request, kind: 'failed', error: named });
      else {
        done.push({ request: one.request, kind: 'followed', feeds: named.wanted.length }, ...named.refused);
        next.push(
          ...named.wanted.map((request) => ({
            ...request,
            known: request.feed.index === true ? undefined : knownOf(request.feed.url),
          })),
        );
      }
    }
    round = next;
  }
  return done;
}

function tooDeep({ feed }: FeedRequest): DatabaseError {
  return new DatabaseError('bad-feed', 'indexes name one another without end', { subject: feed.url });
}

/** What an index names that is to be fetched, and what may not be. */
interface Named {
  readonly wanted: readonly FeedRequest[];
  readonly refused: readonly Fetched[];
}

/** Addresses and editions that were named before, and how many feeds by the indexes of each source. */
interface Trail {
  readonly urls: Set<string>;
  readonly editions: Set<string>;
  readonly counts: Map<AdvisorySource, number>;
}

function newTrail(requests: readonly FeedRequest[]): Trail {
  const trail: Trail = { urls: new Set(), editions: new Set(), counts: new Map() };
  for (const { source, feed } of requests) {
    trail.urls.add(feed.url);
    if (feed.edition !== undefined) trail.editions.add(`${source.id}\0${feed.edition}`);
  }
  return trail;
}

async function followOne(
  one: { readonly request: FeedRequest } & FetchedDocument,
  trail: Trail,
): Promise<Named | DatabaseError> {
  const { source, feed } = one.request;
  await setImmediate();
  const bytes = readDocument(one.path);
  if (one.temporary) rmSync(one.path, { force: true });
  if (bytes instanceof DatabaseError) return bytes;
  let named: readonly Feed[];
  try {
    if (source.follow === undefined) throw new TypeError('the source reads no indexes');
    named = source.follow(feed, bytes);
  } catch (error) {
    return asBadFeed(error, feed.url);
  }
  const count = (trail.counts.get(source) ?? 0) + named.length;
  if (count > MOST_FEEDS) {
    const detail = `over ${MOST_FEEDS}`;
    return new DatabaseError('too-large', 'the index names more feeds than there can be', {
      subject: feed.url,
      detail,
    });
  }
  trail.counts.set(source, count);
  return sorted(one.request, named, trail);
}

function sorted({ source, feed: index, via }: FeedRequest, named: readonly Feed[], trail: Trail): Named {
  const hosts = hostsOf(source, index);
  const wanted: FeedRequest[] = [];
  const refused: Fetched[] = [];
  for (const feed of named) {
    const request: FeedRequest = { source, feed, via: via ?? index.url };
    const fault = faultOf(feed, hosts);
    const edition = feed.edition === undefined ? undefined : `${source.id}\0${feed.edition}`;
    // An index may name a feed twice, itself, or the index that led to it.
    if (trail.urls.has(feed.url)) continue;
    trail.urls.add(feed.url);
    const double =
      edition !== undefined && trail.editions.has(edition) ? 'the index names two feeds as one' : undefined;
    if (edition !== undefined) trail.editions.add(edition);
    const message = fault ?? double;
    if (message === undefined) wanted.push(request);
    else
      refused.push({ request, kind: 'failed', error: new DatabaseError('bad-feed', message, { subject: feed.url }) });
  }
  return { wanted, refused };
}

/** Hosts that feeds may be at which an index of the source names. */
export function hostsOf(source: AdvisorySource, index: Feed): Set<string> {
  return new Set([index, ...source.feeds(undefined)].map(({ url }) => new URL(url).host));
}

/** Why an address that an index names is not taken, if it is not. */
export function faultOf({ url }: Pick<Feed, 'url'>, hosts: ReadonlySet<string>): string | undefined {
  if (!URL.canParse(url)) return 'the index names something that is no address';
  const { protocol, host, username, password, href } = new URL(url);
  if (protocol !== 'https:' || username !== '' || password !== '' || href !== url) {
    return 'the index names an address of a kind that is not taken';
  }
  return hosts.has(host) ? undefined : 'the index names a feed at another host';
}

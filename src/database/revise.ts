/*
 * What changed since a feed was made. Its publisher lists the documents that changed or went; those newer than the feed
 * that we have, and than what we fetched of them before, are fetched one by one. When an update is called off or breaks
 * off, or there are too many, the latest come first and the rest is told; the next update goes on.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Advisory, AdvisorySource, Revision } from '../advisory/advisory.ts';
import { asBadFeed } from './compile.ts';
import { DatabaseError } from './error.ts';
import type { FeedRequest, Fetched, FetchedDocument, Fetcher } from './fetch.ts';
import { faultOf, hostsOf } from './follow.ts';
import type { StoredFeed } from './format.ts';
import { readDocument } from './read-document.ts';
import { type KeptRecord, packRecord, revises, stampOf } from './revision.ts';

/** Most documents fetched for one feed in one update. */
const MOST = 2_000;
/** So many at a time, so that few lie about. */
const BATCH = 32;

/** What is loaded, as far as it matters here. */
export interface Loaded {
  readonly feeds: readonly StoredFeed[];
  /** When the documents changed that a feed, by its id, is put together of. */
  readonly stamps: ReadonlyMap<number, ReadonlyMap<string, string>>;
  readonly tool: string;
  /** ISO 8601. */
  readonly now: string;
}

type Came = { readonly request: FeedRequest } & FetchedDocument;

function isList({ request: { feed } }: Fetched): boolean {
  return feed.index === true && feed.revises !== undefined;
}

/** Puts in the place of lists of changes what they led to. Throws as `Fetcher.fetch`. */
export async function fetchRevisions(
  fetched: readonly Fetched[],
  fetcher: Fetcher,
  loaded: Loaded,
): Promise<Fetched[]> {
  const done = fetched.filter((one) => !isList(one));
  const groups = Map.groupBy(
    fetched.filter(isList),
    ({ request: { source, feed } }) => `${source.id}\0${feed.revises}`,
  );
  for (const lists of groups.values()) {
    // The first stands for what changed; further ones add to it.
    const [first, ...further] = lists;
    if (first === undefined) continue;
    const base = baseOf(first.request, fetched, loaded);
    const came = lists.filter((one): one is Came => one.kind === 'document');
    if (first.kind !== 'document' || base === undefined) done.push(first.kind === 'document' ? alone(first) : first);
    else done.push(await revisedBy(first, came, base, fetcher, loaded));
    for (const one of further)
      done.push(one.kind === 'document' ? { request: one.request, kind: 'followed', feeds: 0 } : one);
    for (const { path, temporary } of came) if (temporary) rmSync(path, { force: true });
  }
  return done;
}

function alone({ request }: Came): Fetched {
  const error = new DatabaseError('not-found', 'the feed that the list of changes is about is not there', {
    subject: request.feed.url,
  });
  return { request, kind: 'failed', error };
}

/** As of when the feed is that the list is about; empty when nobody knows. */
function baseOf(list: FeedRequest, fetched: readonly Fetched[], { feeds, now }: Loaded): { since: string } | undefined {
  const name = { name: list.source.id, revises: list.feed.revises };
  for (const one of fetched) {
    const { source, feed } = one.request;
    if (one.kind !== 'document' || feed.index === true) continue;
    if (revises(name, { name: source.id, ...feed })) return { since: asOfOf(one, now) ?? '' };
  }
  const stored = feeds.find((feed) => revises(name, feed));
  return stored && { since: stored.asOf ?? '' };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Before when nothing is missing in a feed: what its name says, else a day before the server's date of it, since an
 * archive takes its time to be packed; never in the future.
 */
export function asOfOf({ request: { feed }, validators }: Came, now: string): string | undefined {
  const named = Date.parse(feed.asOf ?? '');
  const time = Number.isNaN(named) ? Date.parse(validators.lastModified ?? '') - DAY_MS : named;
  return time <= Date.parse(now) ? new Date(time).toISOString() : undefined;
}

async function revisedBy(
  first: Came,
  lists: readonly Came[],
  { since }: { readonly since: string },
  fetcher: Fetcher,
  { feeds, stamps, tool, now }: Loaded,
): Promise<Fetched> {
  const { request } = first;
  const stored = feeds.find(({ url, tool: by }) => url === request.feed.url && by === tool);
  const known = (stored && stamps.get(stored.id)) ?? new Map<string, string>();
  const read = readLists(lists, request.source, since);
  if (read instanceof DatabaseError) return { request, kind: 'failed', error: read };
  const { latest, digest, bytes } = read;
  const wanted = [...latest.values()].filter(({ id, at, url }) => known.get(id) !== stampOf(at, url === undefined));
  const [gone, changed] = [
    wanted.filter(({ url }) => url === undefined),
    wanted.filter(({ url }) => url !== undefined),
  ];
  const newest = changed.toSorted((a, b) => (a.at > b.at ? -1 : Number(a.at < b.at)));
  const documents = await fetchDocuments(request, newest.slice(0, MOST), fetcher);
  return {
    request,
    kind: 'revised',
    from: first.from,
    validators: first.validators,
    records: [...documents.records, ...gone.map(({ id, at }) => ({ id, at, packed: undefined }))],
    keep: stillValid(known, latest, now),
    left: documents.left + Math.max(0, newest.length - MOST),
    absent: documents.absent,
    malformed: documents.malformed,
    digest,
    bytes: bytes + documents.bytes,
  };
}

/** A list may be cut short: a document that is not on it any more stays, unless it is of the future. */
function stillValid(
  known: ReadonlyMap<string, string>,
  latest: ReadonlyMap<string, Revision>,
  now: string,
): ReadonlySet<string> {
  const stays = ([id, stamp]: [string, string]): boolean =>
    latest.has(id) || (!stamp.endsWith(' gone') && stamp <= now);
  return new Set([...known].filter(stays).map(([id]) => id));
}

interface Lists {
  readonly latest: ReadonlyMap<string, Revision>;
  readonly digest: string;
  readonly bytes: number;
}

/** What became of each record last; of two things at the same time that it is there. */
function readLists(lists: readonly Came[], source: AdvisorySource, since: string): Lists | DatabaseError {
  const latest = new Map<string, Revision>();
  const hash = createHash('sha256');
  let size = 0;
  for (const { path, request } of lists) {
    const bytes = readDocument(path);
    if (bytes instanceof DatabaseError) return bytes;
    hash.update(bytes);
    size += bytes.length;
    try {
      if (source.revisions === undefined) throw new TypeError('the source reads no lists of changes');
      for (const revision of source.revisions(request.feed, bytes)) {
        const other = latest.get(revision.id);
        const isLater =
          other === undefined || revision.at > other.at || (revision.at === other.at && other.url === undefined);
        if (revision.at >= since && isLater) latest.set(revision.id, revision);
      }
    } catch (error) {
      return asBadFeed(error, request.feed.url);
    }
  }
  return { latest, digest: `sha256:${hash.digest('hex')}`, bytes: size };
}

interface Documents {
  records: KeptRecord[];
  left: number;
  absent: number;
  malformed: string[];
  bytes: number;
}

async function fetchDocuments(list: FeedRequest, wanted: readonly Revision[], fetcher: Fetcher): Promise<Documents> {
  const found: Documents = { records: [], left: wanted.length, absent: 0, malformed: [], bytes: 0 };
  const hosts = hostsOf(list.source, list.feed);
  const { ecosystems } = list.feed;
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    const fine = batch.filter(({ url = '' }) => faultOf({ url }, hosts) === undefined);
    for (const { id } of batch) if (!fine.some((one) => one.id === id)) malformed(found, id);
    const requests = fine.map(({ url = '' }) => ({ source: list.source, feed: { url, ecosystems, optional: true } }));
    const answers = await fetcher.fetch(requests);
    for (const [index, one] of answers.entries()) {
      const revision = fine[index];
      if (revision !== undefined) await take(one, revision, found);
    }
    // A server that does not answer any more is not asked for the rest.
    if (answers.length > 0 && answers.every(({ kind }) => kind === 'failed')) break;
  }
  return found;
}

async function take(one: Fetched, revision: Revision, found: Documents): Promise<void> {
  if (one.kind === 'absent') {
    found.left--;
    found.absent++;
  }
  if (one.kind !== 'document') return;
  const bytes = readDocument(one.path);
  if (one.temporary) rmSync(one.path, { force: true });
  if (bytes instanceof DatabaseError) return;
  found.bytes += bytes.length;
  const packed = await packedOf(one.request, bytes, revision.id);
  if (packed === undefined) malformed(found, revision.id);
  else {
    found.left--;
    found.records.push({ id: revision.id, at: revision.at, packed });
  }
}

function malformed(found: Documents, id: string): void {
  found.left--;
  found.malformed.push(id.slice(0, 200));
}

/** Undefined for a document that can't be read or speaks of another record: the one that we have stays. */
async function packedOf({ source, feed }: FeedRequest, bytes: Buffer, id: string): Promise<Uint8Array | undefined> {
  const advisories: Advisory[] = [];
  try {
    const report = await source.parse(
      feed,
      bytes,
      (advisory) => advisories.push(advisory),
      () => undefined,
    );
    const isOther = advisories.length > 0 && !advisories.some((advisory) => advisory.id === id);
    if (isOther || report.read === 0 || (report.skipped['malformed'] ?? 0) > 0) return undefined;
    return packRecord({ advisories, report });
  } catch (error) {
    const failure = asBadFeed(error, feed.url);
    if (failure.code === 'bad-feed') return undefined;
    throw failure;
  }
}

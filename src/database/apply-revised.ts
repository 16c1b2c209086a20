import type { AdvisorySource, ParseReport } from '../advisory/advisory.ts';
import { believable, failedOutcome, noteFailure, type Outcome, placeOf } from './arrival.ts';
import type { Builder } from './build.ts';
import { DatabaseError } from './error.ts';
import type { Fetched } from './fetch.ts';
import type { StoredFeed } from './format.ts';
import type { UpdateOptions } from './progress.ts';
import { type KeptRecord, overtaking, type Revised, type RevisedRecord, revises, unpackRecord } from './revision.ts';

type Arrived = Extract<Fetched, { readonly kind: 'revised' }>;

/**
 * Compiles what changed since a feed was made, anew from all documents that are newer than the feed; throws
 * `DatabaseError` as `Builder.replace`.
 */
export async function applyRevised(
  builder: Builder,
  one: Arrived,
  { tool, signal }: UpdateOptions,
  now: string,
): Promise<Outcome> {
  const { request, from, validators, digest, bytes } = one;
  const { source, feed } = request;
  const { feeds } = builder.directory;
  const base = feeds.find((candidate) => revises({ name: source.id, ...feed }, candidate));
  if (base === undefined) return failedOutcome(one, baseless(feed.url));
  const known = feeds.find((candidate) => candidate.url === feed.url && candidate.tool === tool);
  const before = known === undefined ? [] : builder.kept(known.id);
  const kept = documentsOf(one, before, base.asOf ?? '');
  const report = reportOf(kept, one);
  const arrival = { checkedAt: now, from, ...validators, ...placeOf(request) };
  const isSame = one.records.length === 0 && kept.length === before.length;
  if (known !== undefined && isSame && overtaking(known, feeds).length === 0) {
    builder.describe(known.url, ({ etag: _etag, lastModified: _lastModified, ...rest }) => ({
      ...rest,
      digest,
      report,
      ...arrival,
    }));
    tellLeft(builder, one, now);
    return { kind: 'unchanged' };
  }
  const publishedAt = believable(validators.lastModified, now);
  await builder.replace(
    { source: replaying(source, kept, report), feed },
    new Uint8Array(),
    (id, stored): StoredFeed => ({
      id,
      name: source.id,
      url: feed.url,
      digest,
      fetchedAt: now,
      ...(publishedAt === undefined ? {} : { publishedAt }),
      bytes,
      report: stored,
      tool,
      ...arrival,
    }),
    { signal, kept },
  );
  tellLeft(builder, one, now);
  return { kind: 'updated', report };
}

function baseless(subject: string): DatabaseError {
  return new DatabaseError('not-found', 'the feed that the list of changes is about is not there', { subject });
}

/** Of a record the document that was fetched last; what is older than the feed is in it. */
function documentsOf({ records, keep }: Revised, before: readonly KeptRecord[], since: string): KeptRecord[] {
  const all = new Map(before.filter(({ id }) => keep.has(id)).map((one) => [one.id, one]));
  for (const one of records) all.set(one.id, one);
  return [...all.values()].filter(({ at }) => at >= since).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The sums of what was said of each document, and what became of those that are not among them. */
function reportOf(kept: readonly KeptRecord[], { left, absent, malformed }: Revised): ParseReport {
  const skipped = new Map<string, number>();
  const skip = (reason: string, number: number): void => {
    if (number > 0) skipped.set(reason, (skipped.get(reason) ?? 0) + number);
  };
  let sum = 0;
  for (const one of kept) {
    const report = unpackRecord(one)?.report;
    if (report === undefined) skip('gone', 1);
    else {
      sum += report.kept;
      for (const [reason, number] of Object.entries(report.skipped)) skip(reason, number);
    }
  }
  skip('not-fetched', left);
  skip('not-published', absent);
  skip('malformed', malformed.length);
  const read = [...skipped.values()].reduce((all, number) => all + number, sum);
  return { read, kept: sum, skipped: Object.fromEntries(skipped), malformed: malformed.slice(0, NAMED) };
}

/** How many documents are named that could not be read. */
const NAMED = 10;

/** A source that says again what documents said. */
function replaying(source: AdvisorySource, kept: readonly KeptRecord[], report: ParseReport): AdvisorySource {
  return {
    ...source,
    parse(_feed, _bytes, keep) {
      for (const one of kept) {
        const said: RevisedRecord | undefined = unpackRecord(one);
        for (const advisory of said?.advisories ?? []) keep(advisory);
      }
      return report;
    },
  };
}

/** What could not be had is told until it is. */
function tellLeft(builder: Builder, { request, left, records }: Arrived, now: string): void {
  if (left === 0) return;
  const detail = `${left} left out, ${records.length} taken`;
  const error = new DatabaseError(
    'fetch-failed',
    'some documents that changed since the archive was made were not fetched',
    {
      subject: request.feed.url,
      detail,
    },
  );
  noteFailure(builder, { ...request, feed: { ...request.feed, index: false } }, error, now);
}

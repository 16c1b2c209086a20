import { createHash } from 'node:crypto';
import { assert, asyncProperty, jsonValue, nat } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Advisory,
  AdvisoryError,
  type AdvisorySource,
  type Fact,
  type Feed,
  type ParseReport,
  type Revision,
} from '../advisory.ts';
import { mutated } from './mutated.contract.ts';

/** What a source must be given to be tried: documents of its own format, packed as they are published. */
export interface SourceSample {
  /** An ecosystem that it has, with release where there are releases; absent where it has facts alone. */
  readonly ecosystem?: string;
  /** One that it has not. */
  readonly foreign: string;
  /** The feed of the documents; the first for `ecosystem` when absent. */
  readonly feed?: Feed;
  /** A genuine document, or excerpt, of the feed. */
  readonly document: Uint8Array;
  /** What comes of it, with the identifiers in order, and of facts their kinds and keys: `prediction CVE-2024-3094`. */
  readonly expected: {
    readonly report: ParseReport;
    readonly ids: readonly string[];
    readonly facts?: readonly string[];
  };
  /** A document with no records. */
  readonly empty: Uint8Array;
  /** A genuine record, and a document around whatever stands in its place. */
  readonly record: unknown;
  around(record: unknown): Uint8Array | Promise<Uint8Array>;
  /** A document with `count` affected entries or facts in all, however they are spread over records. */
  many(count: number): Uint8Array | Promise<Uint8Array>;
  /** A genuine index, and the addresses of the feeds that it names, in order; for a source that follows indexes. */
  readonly index?: { readonly feed: Feed; readonly document: Uint8Array; readonly urls: readonly string[] };
  /** A genuine list of changes, and what it says; for a source that has such. */
  readonly changes?: { readonly feed: Feed; readonly document: Uint8Array; readonly said: readonly Revision[] };
}

const MANY = 1_000_000;
/** Generous: it takes one or two seconds; quadratic behaviour would take hours. */
const MANY_MILLISECONDS = 30_000;

/** The contract of every advisory source. */
export function describeSource(source: AdvisorySource, sample: SourceSample): void {
  describe(`advisory source ${source.id}`, () => {
    describeFeeds(source, sample);
    describeDocument(source, sample);
    describeDamage(source, sample);
    if (sample.index !== undefined) describeIndex(source, sample, sample.index);
    if (sample.changes !== undefined) describeChanges(source, sample.changes);
  });
}

function describeFeeds(source: AdvisorySource, { ecosystem, foreign }: SourceSample): void {
  it('has an identifier and says what its silence means', () => {
    expect(source.id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(['disclosures', 'fixes']).toContain(source.lists(ecosystem ?? foreign));
  });
  it('gives each feed once, at an https address without query', () => {
    const feeds = source.feeds(undefined);
    expect(feeds.length).toBeGreaterThan(0);
    expect(addressFaults(feeds)).toEqual([]);
    expect(feeds.filter(({ ecosystems, facts = [] }) => ecosystems.length + facts.length === 0)).toEqual([]);
    expect(feeds.some(({ index }) => index === true)).toBe(source.follow !== undefined);
  });
  it('gives none for what it has not', () => {
    expect(source.feeds([foreign])).toEqual([]);
    expect(source.feeds([])).toEqual([]);
    expect(source.role === 'facts').toBe(ecosystem === undefined);
  });
  if (ecosystem === undefined) return;
  it('gives the feeds of a wanted ecosystem, out of all of its feeds', () => {
    const wanted = source.feeds([ecosystem, foreign, ecosystem]);
    const all = new Set(source.feeds(undefined).map(({ url }) => url));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter(({ url }) => !all.has(url))).toEqual([]);
    // Beside its records a source may have facts that they are read by.
    expect(wanted.filter((feed) => feed.ecosystems.length > 0 && !holds(feed, ecosystem))).toEqual([]);
    expect(wanted.some(({ optional }) => optional !== true)).toBe(true);
  });
}

/** Feeds that are there twice, or at an address that a mirror has no place for. */
function addressFaults(feeds: readonly Feed[]): string[] {
  const seen = new Set<string>();
  return feeds.flatMap(({ url }) => {
    const { protocol, search, hash, href } = new URL(url);
    const isFine = protocol === 'https:' && search === '' && hash === '' && href === url && !seen.has(url);
    seen.add(url);
    return isFine ? [] : [url];
  });
}

/** Its host has to be that of the index, or of a feed that the source gives itself: others are not followed. */
function describeIndex(source: AdvisorySource, sample: SourceSample, { feed, document, urls }: SampleIndex): void {
  const follow = (bytes: Uint8Array): readonly Feed[] => source.follow?.(feed, bytes) ?? [];
  const hosts = new Set([feed, ...source.feeds(undefined)].map(({ url }) => new URL(url).host));
  it('finds the feeds that a genuine index names', () => {
    const feeds = follow(document);
    expect(feeds.map(({ url }) => url)).toEqual(urls);
    expect(addressFaults(feeds)).toEqual([]);
    expect(feeds.filter(({ url }) => !hosts.has(new URL(url).host))).toEqual([]);
    expect(feeds.some((one) => sample.ecosystem === undefined || holds(one, sample.ecosystem))).toBe(true);
  });
  it.each(['<!doctype html><title>Log in</title>', '\uFEFF \n<html>'])('says that %j is no index', (page) => {
    expect(() => follow(Buffer.from(page))).toThrow(AdvisoryError);
  });
  it.each(['', '[]', '"text"', '42', 'null', 'Not Found', '\0\0\0\0', '../../etc/passwd'])(
    'gives up on %j with an error of its own, or finds nothing bad in it',
    (text) => {
      expect(addressFaults(unlessRefused(() => follow(Buffer.from(text))))).toEqual([]);
    },
  );
}

/** Where a record is now is an address as those that an index names. */
function describeChanges(source: AdvisorySource, { feed, document, said }: NonNullable<SourceSample['changes']>): void {
  const read = (bytes: Uint8Array): Revision[] => [...(source.revisions?.(feed, bytes) ?? [])];
  const faults = (all: readonly Revision[]): string[] =>
    all.flatMap(({ id, at, url }) => {
      const isFine = id !== '' && !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at;
      return [...(isFine ? [] : [id]), ...(url === undefined ? [] : addressFaults([{ url, ecosystems: [] }]))];
    });
  it('reads a genuine list of changes', () => {
    expect(read(document)).toEqual(said);
    expect(faults(said)).toEqual([]);
    expect(feed.revises).toBeDefined();
  });
  it.each(['<!doctype html><title>Log in</title>', '\uFEFF \n<html>'])('says that %j is no list of changes', (page) => {
    expect(() => read(Buffer.from(page))).toThrow(AdvisoryError);
  });
  it('finds nothing bad in a list that is damaged', async () => {
    await assert(
      asyncProperty(nat(document.length), nat(255), async (at, byte) => {
        const bytes = Buffer.from(document);
        bytes[at] = byte;
        expect(faults(unlessRefused(() => read(bytes)))).toEqual([]);
      }),
    );
  });
}

function unlessRefused<T>(follow: () => readonly T[]): readonly T[] {
  try {
    return follow();
  } catch (error) {
    if (error instanceof AdvisoryError) return [];
    throw error;
  }
}

type SampleIndex = NonNullable<SourceSample['index']>;

function describeDocument(source: AdvisorySource, sample: SourceSample): void {
  const feed = feedFor(source, sample);
  it('reads a genuine document, whole and the same each time', async () => {
    const before = digest(sample.document);
    const first = await parse(source, feed, sample.document);
    const found = {
      report: first.report,
      ids: first.advisories.map(({ id }) => id),
      facts: first.facts.map(({ kind, key }) => `${kind} ${key}`),
    };
    expect(found).toEqual({ facts: [], ...sample.expected });
    expect(faultsIn(first, feed)).toEqual([]);
    expect(await parse(source, feed, sample.document)).toEqual(first);
    expect(digest(sample.document)).toBe(before);
  });
  it('reads a document out of a larger buffer', async () => {
    const larger = Buffer.concat([Buffer.from('}{'), sample.document, Buffer.from('}{')]);
    const view = larger.subarray(2, -2);
    expect((await parse(source, feed, view)).report).toEqual(sample.expected.report);
  });
  it('reads a document without records', async () => {
    expect(await parse(source, feed, sample.empty)).toEqual({
      report: { read: 0, kept: 0, skipped: {}, malformed: [] },
      advisories: [],
      facts: [],
    });
  });
  it('reads a million affected entries in time that grows with them', async () => {
    const document = await sample.many(MANY);
    const start = performance.now();
    let affected = 0;
    const count = ({ affected: { length } }: Advisory): void => {
      affected += length;
    };
    const report = await source.parse(feed, document, count, () => affected++);
    expect(affected).toBe(MANY);
    expect(countFaults(report, report.kept)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(MANY_MILLISECONDS);
  });
}

function describeDamage(source: AdvisorySource, sample: SourceSample): void {
  const feed = feedFor(source, sample);
  it.each([0, 0.01, 0.1, 0.5, 0.9, 0.99])('refuses a document cut off after %d of it', async (part) => {
    const cut = sample.document.subarray(0, Math.floor(sample.document.length * part));
    expect(['truncated', 'not-the-format']).toContain((await errorOf(source, feed, cut))?.code);
  });
  it.each(['<!doctype html><title>Log in</title>', '\uFEFF \n<html>'])('says that %j is no feed', async (page) => {
    const error = await errorOf(source, feed, Buffer.from(page));
    expect(error?.code).toBe('not-the-format');
    expect(error?.message).toMatch(/^a web page came instead of the feed/);
  });
  // Of a feed that is an array itself, these are documents with no record, or with one that is malformed.
  const arrays = Buffer.from(sample.empty).toString() === '[]' ? [] : ['[]', '[{}]'];
  it.each([...arrays, '"text"', '42', 'null', 'true', 'Not Found', '\0\0\0\0'])('refuses %j', async (text) => {
    expect((await errorOf(source, feed, Buffer.from(text)))?.code).toBe('not-the-format');
  });
  it('counts whatever stands in the place of a record', async () => {
    await assert(
      asyncProperty(
        jsonValue(),
        async (record) => (await soundnessOf(source, feed, await sample.around(record))).length === 0,
      ),
      { numRuns: 300 },
    );
  });
  it('counts a record in which anything was replaced', async () => {
    await assert(
      asyncProperty(
        mutated(sample.record),
        async (record) => (await soundnessOf(source, feed, await sample.around(record))).length === 0,
      ),
      { numRuns: 1000 },
    );
  });
}

function feedFor(source: AdvisorySource, { ecosystem, feed }: SourceSample): Feed {
  const found = feed ?? source.feeds(ecosystem === undefined ? undefined : [ecosystem])[0];
  if (found === undefined) throw new Error('the source has no feed for the ecosystem of its sample');
  return found;
}

interface Parsed {
  readonly report: ParseReport;
  readonly advisories: readonly Advisory[];
  readonly facts: readonly Fact[];
}

async function parse(source: AdvisorySource, feed: Feed, document: Uint8Array): Promise<Parsed> {
  const advisories: Advisory[] = [];
  const facts: Fact[] = [];
  const report = await source.parse(
    feed,
    document,
    (advisory) => advisories.push(advisory),
    (fact) => facts.push(fact),
  );
  return { report, advisories, facts };
}

async function errorOf(source: AdvisorySource, feed: Feed, document: Uint8Array): Promise<AdvisoryError | undefined> {
  try {
    await parse(source, feed, document);
    return undefined;
  } catch (error) {
    if (error instanceof AdvisoryError) return error;
    throw error;
  }
}

/** Faults of what was parsed; a document refused as a whole has none. */
async function soundnessOf(source: AdvisorySource, feed: Feed, document: Uint8Array): Promise<readonly string[]> {
  if ((await errorOf(source, feed, document)) !== undefined) return [];
  return faultsIn(await parse(source, feed, document), feed);
}

function faultsIn({ report, advisories, facts }: Parsed, feed: Feed): readonly string[] {
  const kinds = new Set(feed.facts);
  return [
    ...countFaults(report, advisories.length + facts.length),
    ...facts.flatMap(({ kind, key }) => (key !== '' && kinds.has(kind) ? [] : [`${kind} ${key}: not of the feed`])),
    ...advisories.flatMap((advisory) => advisoryFaults(advisory, feed)),
  ];
}

function countFaults(report: ParseReport, kept: number): readonly string[] {
  const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
  const faults: string[] = [];
  if (report.read !== report.kept + skipped) faults.push('read is not kept + skipped');
  if (report.kept !== kept) faults.push('kept is not what was given');
  if (report.malformed.length > Math.min(10, report.skipped['malformed'] ?? 0)) faults.push('too many malformed');
  return faults;
}

function advisoryFaults(advisory: Advisory, feed: Feed): readonly string[] {
  const faults: string[] = [];
  if (advisory.id === '') faults.push('no id');
  if (advisory.aliases.includes(advisory.id)) faults.push(`${advisory.id}: its own alias`);
  if (advisory.affected.length === 0) faults.push(`${advisory.id}: nothing affected`);
  for (const entry of advisory.affected) {
    if (!holds(feed, entry.ecosystem)) faults.push(`${advisory.id}: ${entry.ecosystem} is not of the feed`);
    if (entry.package === '') faults.push(`${advisory.id}: no package`);
    if (entry.ranges.some(({ events }) => events.length === 0)) faults.push(`${advisory.id}: a range without events`);
    if (entry.status === 'not-affected' && entry.ranges.length > 0) faults.push(`${advisory.id}: ranges, not affected`);
  }
  for (const { url } of advisory.references) if (!/^https?:/.test(url)) faults.push(`${advisory.id}: ${url}`);
  return faults;
}

function holds({ ecosystems }: Feed, ecosystem: string): boolean {
  return ecosystems.some((held) => ecosystem === held || ecosystem.startsWith(`${held}:`));
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AdvisoryError, type Fact, type ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { epss, epssHistory } from './epss.ts';

const HEAD = '#model_version:v2026.06.15,score_date:2026-08-21T00:00:00Z\ncve,epss,percentile\n';
const scores = readFileSync(new URL('testdata/scores.csv', import.meta.url));
const feeds = new URL('../../../../../shared/feeds/epss.empiricalsecurity.com/', import.meta.url);
const absent = !existsSync(feeds);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

const packed = gzipSync(scores);

function cellOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

describeSource(epss, {
  foreign: 'Debian:12',
  document: packed,
  expected: {
    report: { read: 6, kept: 6, skipped: {}, malformed: [] },
    ids: [],
    facts: [
      'prediction CVE-2002-0367',
      'prediction CVE-2014-0160',
      'prediction CVE-2014-6271',
      'prediction CVE-2021-44228',
      'prediction CVE-2023-44487',
      'prediction CVE-2025-68686',
    ],
  },
  empty: Buffer.from(HEAD),
  record: ['CVE-2014-0160', '0.99999', '0.99997'],
  around: (record) =>
    Buffer.from(`${HEAD}${Array.isArray(record) ? record.map(cellOf).join(',') : JSON.stringify(record)}\n`),
  many: (count) =>
    gzipSync(HEAD + Array.from({ length: count }, (_, index) => `CVE-2020-${10_000 + index},0.5,0.25\n`).join('')),
});

async function read(bytes: Uint8Array): Promise<{ report: ParseReport; facts: Fact[] }> {
  const facts: Fact[] = [];
  const [feed] = epss.feeds(undefined);
  if (feed === undefined) throw new Error('no feed');
  const report = await epss.parse(
    feed,
    bytes,
    () => {},
    (fact) => facts.push(fact),
  );
  return { report, facts };
}

describe('a day’s scores', () => {
  it('are what the rows say, with the day and the model', async () => {
    const day = { kind: 'prediction', date: '2026-08-21', model: 'v2026.06.15' };
    expect((await read(scores)).facts).toEqual([
      { ...day, key: 'CVE-2002-0367', score: 0.04919, percentile: 0.91446 },
      { ...day, key: 'CVE-2014-0160', score: 0.99999, percentile: 0.99997 },
      { ...day, key: 'CVE-2014-6271', score: 0.99999, percentile: 0.99993 },
      { ...day, key: 'CVE-2021-44228', score: 0.99999, percentile: 1 },
      { ...day, key: 'CVE-2023-44487', score: 0.99999, percentile: 0.99997 },
      { ...day, key: 'CVE-2025-68686', score: 0.01264, percentile: 0.67444 },
    ]);
  });
  it.each(['2022-02-04T00:00:00+0000', '2025-03-17T00:00:00Z', '2025-03-17'])('has its day out of %s', async (date) => {
    const { facts } = await read(
      Buffer.from(`#model_version:v1,score_date:${date}\r\ncve,epss,percentile\r\nCVE-2020-1234,1e-05,0\r\n`),
    );
    expect(facts).toEqual([
      { kind: 'prediction', key: 'CVE-2020-1234', score: 0.00001, percentile: 0, date: date.slice(0, 10), model: 'v1' },
    ]);
  });
  it.each([
    'CVE-2020-1234,1.1,0.5',
    'CVE-2020-1234,-0.1,0.5',
    'CVE-2020-1234,0.1',
    'CVE-2020-1234,0.1,0.5,0.5',
    'CVE-2020-1234,,0.5',
    'CVE-2020-1234,NaN,0.5',
    'CVE-2020-1234,0x1,0.5',
    'CVE-2020-1234, 0.1,0.5',
    'GHSA-xxxx,0.1,0.5',
    '',
  ])('counts the row %j as malformed', async (row) => {
    expect((await read(Buffer.from(`${HEAD}${row}\n`))).report).toEqual({
      read: 1,
      kept: 0,
      skipped: { malformed: 1 },
      malformed: [row],
    });
  });
  it.each([
    ['not-the-format', 'cve,epss,percentile\nCVE-2020-1234,0.1,0.5\n'],
    ['not-the-format', '#model_version:v1\ncve,epss,percentile\n'],
    ['not-the-format', '#model_version:v1,score_date:2025-03-17\ncve,epss\nCVE-2020-1234,0.1\n'],
    ['truncated', `${HEAD}CVE-2020-1234,0.1,0.5\nCVE-2020-1235,0.`],
  ])('is refused as %s: %j', async (code, text) => {
    await expect(read(Buffer.from(text))).rejects.toMatchObject({ code });
    await expect(read(Buffer.from(text))).rejects.toBeInstanceOf(AdvisoryError);
  });
});

describe('earlier days', () => {
  it.each([
    ['2026-11-24T10:00:00Z', '2026-11-16', '2026-10-17'],
    ['2026-11-16T00:00:00Z', '2026-11-16', '2026-10-17'],
    ['2026-11-15T23:59:59Z', '2026-10-17', '2026-09-17'],
  ])('as of %s are %s, %s and so on', (now, first, second) => {
    const urls = epssHistory(() => new Date(now))
      .feeds(undefined)
      .map(({ url }) => url);
    expect(urls.length).toBe(12);
    expect(urls.slice(0, 2)).toEqual([
      `https://epss.empiricalsecurity.com/epss_scores-${first}.csv.gz`,
      `https://epss.empiricalsecurity.com/epss_scores-${second}.csv.gz`,
    ]);
  });
  it('begin with the third model', () => {
    const feedsAt = (now: string, count: number): string[] =>
      epssHistory(() => new Date(now), count)
        .feeds(undefined)
        .map(({ url }) => url);
    expect(feedsAt('2023-03-07T12:00:00Z', 5)).toEqual([
      'https://epss.empiricalsecurity.com/epss_scores-2023-03-07.csv.gz',
    ]);
    expect(feedsAt('2023-03-06T12:00:00Z', 5)).toEqual([]);
    expect(feedsAt('2023-04-06T12:00:00Z', 1)).toEqual([
      'https://epss.empiricalsecurity.com/epss_scores-2023-04-06.csv.gz',
    ]);
  });
});

describe.skipIf(absent)(`snapshots${why}`, () => {
  it.each([
    ['epss_scores-current.csv.gz', 1556, '2026-08-21', 'v2026.06.15'],
    ['epss_scores-2026-08-21.csv.gz', 1556, '2026-08-21', 'v2026.06.15'],
    ['epss_scores-2025-07-05.csv.gz', 1106, '2025-07-05', 'v2025.03.14'],
  ])('%s: all %i rows as they stand', async (name, rows, date, model) => {
    const bytes = readFileSync(new URL(name, feeds));
    const { report, facts } = await read(bytes);
    expect(report).toEqual({ read: rows, kept: rows, skipped: {}, malformed: [] });
    const lines = gunzipSync(bytes).toString().trimEnd().split('\n').slice(2);
    const expected = lines.map((line) => {
      const [key, score, percentile] = line.split(',');
      return { kind: 'prediction', key, score: Number(score), percentile: Number(percentile), date, model };
    });
    expect(facts).toEqual(expected);
  });
});

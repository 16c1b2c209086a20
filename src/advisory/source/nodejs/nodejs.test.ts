import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contains, intervalsOf } from '../../../version/range.ts';
import { semver } from '../../../version/semver.ts';
import type { Advisory } from '../../advisory.ts';
import { parseFirst } from '../osv/publisher.contract.ts';
import { describeSource } from '../source.contract.ts';
import { nodejs } from './nodejs.ts';

const genuine = readFileSync(new URL('testdata/index.json', import.meta.url));
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value) ?? '');
const record = JSON.parse(genuine.toString())['1'];

describeSource(nodejs, {
  ecosystem: 'Node.js',
  foreign: 'npm',
  document: genuine,
  expected: {
    report: { read: 14, kept: 14, skipped: {}, malformed: [] },
    ids: [
      'CVE-2017-1000381',
      'NODE-2',
      'CVE-2016-9551',
      'NODE-7',
      'NODE-26',
      'CVE-2017-14849',
      'CVE-2017-14919',
      'CVE-2018-7166',
      'CVE-2018-12115',
      'CVE-2020-8277',
      'CVE-2021-22921',
      'CVE-2023-32003',
      'CVE-2024-27980',
      'CVE-2026-21710',
    ],
  },
  empty: json({}),
  record,
  around: (changed) => json({ 1: changed, 2: record }),
  many: (count) => {
    const text = '{"cve":["CVE-2024-1000"],"vulnerable":"8.x","patched":"^8.1.4"}';
    return Buffer.from(`{${Array.from({ length: count }, (_, key) => `"${key}":${text}`).join(',')}}`);
  },
});

function ranges(advisory: Advisory | undefined): string {
  const [entry] = advisory?.affected ?? [];
  const words = (entry?.ranges ?? []).map(({ events }) =>
    events.flatMap((event) => Object.entries(event).flat()).join(' '),
  );
  return [entry?.status === 'affected' ? entry.fixState : entry?.status, words.join(', ')].join(' | ');
}

function has(advisory: Advisory | undefined, text: string): boolean {
  return (advisory?.affected[0]?.ranges ?? []).some(({ events }) => {
    const [intervals, version] = [intervalsOf(events, semver), semver.parse(text)];
    if ('kind' in intervals || version.kind === 'unparsable') throw new Error(text);
    return contains(intervals, version, semver);
  });
}

describe('genuine entries', () => {
  it.each<[string, string]>([
    [
      'CVE-2017-1000381',
      'fixed | introduced 4.0.0-0 fixed 4.8.4, introduced 5.0.0-0 fixed 6.11.1, introduced 7.0.0-0 fixed 7.10.1, introduced 8.0.0-0 fixed 8.1.4',
    ],
    ['CVE-2016-9551', 'fixed | introduced 7.1.0 fixed 7.2.0'],
    ['CVE-2017-14849', 'fixed | introduced 8.5.0 lastAffected 8.5.0 fixed 8.6.0'],
    [
      'CVE-2018-12115',
      'fixed | introduced 0 fixed 6.14.4, introduced 7.0.0-0 fixed 8.11.4, introduced 9.0.0-0 fixed 10.9.0',
    ],
    [
      'CVE-2020-8277',
      'fixed | introduced 12.0.0-0 fixed 12.19.1, introduced 14.0.0-0 fixed 14.15.1, introduced 15.0.0-0 fixed 15.2.1',
    ],
    ['CVE-2023-32003', 'fixed | introduced 20.0.0-0 fixed 20.5.1'],
  ])('%s', async (id, expected) => {
    const { advisories } = await parseFirst(nodejs, genuine);
    expect(ranges(advisories.find((one) => one.id === id))).toBe(expected);
  });

  it('are named by their CVE, or cover several, and tell of systems', async () => {
    const { advisories } = await parseFirst(nodejs, genuine);
    expect(advisories.find(({ id }) => id === 'NODE-7')?.covers).toEqual([
      'CVE-2016-9840',
      'CVE-2016-9841',
      'CVE-2016-9842',
      'CVE-2016-9843',
    ]);
    expect(advisories.find(({ id }) => id === 'CVE-2021-22921')?.affected[0]?.note).toBe('only on win32');
    expect(advisories[0]).toMatchObject({
      summary: 'memory overread when parsing invalid NAPTR responses',
      severities: [{ label: 'high', scheme: 'nodejs-severity', value: 'high', by: 'nodejs' }],
    });
  });
});

describe('ranges', () => {
  it.each<[string, string | undefined, string]>([
    ['8.x', '^8.1.4', 'fixed | introduced 8.0.0-0 fixed 8.1.4'],
    ['8.x', undefined, 'not-fixed | introduced 8.0.0-0 limit 9.0.0-0'],
    ['5.x || 8.x', '^8.1.4', 'fixed | introduced 5.0.0-0 limit 6.0.0-0, introduced 8.0.0-0 fixed 8.1.4'],
    ['9.7.x', '^9.11.2', 'fixed | introduced 9.7.0-0 limit 9.8.0-0 fixed 9.11.2'],
    ['>=6.0.0 <6.2.0', '6.2.0', 'fixed | introduced 6.0.0 fixed 6.2.0'],
    ['>= 10', '>= 10.9.0', 'fixed | introduced 10.0.0-0 fixed 10.9.0'],
    ['> 8.1.2', undefined, 'not-fixed | introduced 8.1.3-0'],
    ['<= 8.1.2', undefined, 'not-fixed | introduced 0 lastAffected 8.1.2'],
    ['~8.1.2', undefined, 'not-fixed | introduced 8.1.2 limit 8.2.0-0'],
    ['^0.10.1', undefined, 'not-fixed | introduced 0.10.1 limit 0.11.0-0'],
    ['8.x', '8.x', 'not-affected | '],
    ['8.x', '8.1.4 - 9', 'undetermined | '],
    ['latest', '^8.1.4', 'undetermined | '],
  ])('%s patched in %s', async (vulnerable, patched, expected) => {
    const { advisories } = await parseFirst(nodejs, json({ 1: { cve: ['CVE-2024-1000'], vulnerable, patched } }));
    expect(ranges(advisories[0])).toBe(expected);
  });
});

const feed = new URL(
  '../../../../../shared/feeds/raw.githubusercontent.com/nodejs/security-wg/main/vuln/core/index.json',
  import.meta.url,
);
const absent = !existsSync(feed);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

describe.skipIf(absent)(`the whole list${why}`, () => {
  it('is what npm takes its ranges for', async () => {
    const { report, advisories } = await parseFirst(nodejs, readFileSync(feed));
    expect(report).toEqual({ read: 171, kept: 171, skipped: {}, malformed: [] });
    const expected = JSON.parse(readFileSync(new URL('testdata/expected.json', import.meta.url), 'utf8'));
    const rows = Object.values<readonly [string[], string[]]>(expected);
    const wrong = rows.flatMap(([affected, others], row) => [
      ...affected.filter((text) => !has(advisories[row], text)).map((text) => `${row + 1}: ${text} is affected`),
      ...others.filter((text) => has(advisories[row], text)).map((text) => `${row + 1}: ${text} is not`),
    ]);
    // Two entries give one patched version, not its branch: npm takes the ones after it for affected again.
    expect(wrong).toEqual([
      '26: 4.4.3 is affected',
      '26: 4.5.2 is affected',
      '69: 15.2.2 is affected',
      '69: 15.3.1 is affected',
    ]);
  });
});

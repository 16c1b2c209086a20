import { existsSync, readFileSync } from 'node:fs';
import * as library from 'ae-cvss-calculator';
import { type Arbitrary, assert, constantFrom, property, shuffledSubarray, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zipEntries } from '../internal/zip.ts';
import { cvssOf, labelOfScore } from './cvss.ts';
import table from './metrics.json' with { type: 'json' };

const feeds = new URL('../../../shared/feeds/', import.meta.url);
const absent = !existsSync(feeds);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

function scores(vector: string): (number | string | undefined)[] {
  const cvss = cvssOf(vector);
  return [cvss?.base, cvss?.score, cvss?.label];
}

describe('examples that FIRST published', () => {
  it.each([
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C', 7.8, 'high'],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10, 'high'],
    ['AV:L/AC:H/Au:N/C:C/I:C/A:C', 6.2, 'medium'],
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
    ['CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4, 'medium'],
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1, 'low'],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 9.9, 'critical'],
    ['CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L', 4.2, 'medium'],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 8.8, 'high'],
    ['CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8, 'high'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5, 'high'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N', 6.8, 'medium'],
    ['CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 6.8, 'medium'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N', 5.8, 'medium'],
    ['CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H', 9.3, 'critical'],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N', 5.4, 'medium'],
    ['CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N', 4.6, 'medium'],
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N', 7.4, 'high'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H', 9.6, 'critical'],
    ['CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3, 'high'],
    ['CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7, 'high'],
    ['CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N', 8.3, 'high'],
    ['CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N', 6.8, 'medium'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 5.1, 'medium'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N', 6.9, 'medium'],
    ['CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N', 5.9, 'medium'],
    ['CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 9.3, 'critical'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10, 'critical'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0, 'none'],
  ])('%s is %d', (vector, score, label) => {
    expect(scores(vector)).toEqual([score, score, label]);
  });
  it.each([
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C', 7.8, 6.4, 'medium'],
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H', 7.8, 9.2, 'high'],
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:N/TD:N/CR:M/IR:M/AR:H', 7.8, 0, 'low'],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C', 10, 8.3, 'high'],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L', 10, 9, 'high'],
    ['AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C', 6.2, 4.9, 'medium'],
    ['AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M', 6.2, 7.5, 'high'],
  ])('%s is %d, and %d with all that it gives', (vector, base, score, label) => {
    expect(scores(vector)).toEqual([base, score, label]);
  });
});

describe('what other implementations say', () => {
  const recorded = readFileSync(new URL('testdata/recorded.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  it(`agrees with Red Hat's on ${recorded.length} vectors of all versions and groups`, () => {
    expect(recorded.length).toBe(1104);
    const differing = recorded.filter((line) => {
      const [vector = '', base, score] = line.split(' ');
      const cvss = cvssOf(vector);
      return cvss?.score !== Number(score) || (base !== '-' && cvss.base !== Number(base));
    });
    expect(differing).toEqual([]);
  });
  it.each([
    ['', table['2.0'].base, 729, 1],
    ['CVSS:3.0/', table['3'].base, 2592, 1],
    ['CVSS:3.1/', table['3'].base, 2592, 1],
    ['CVSS:4.0/', table['4.0'].base, 104_976, 31],
  ])('agrees with metæffekt’s on the base vectors of %j', (prefix, metrics, count, step) => {
    const vectors = allOf(Object.entries(metrics));
    expect(vectors.length).toBe(count);
    const tried = vectors.filter((_, index) => index % step === 0).map((vector) => prefix + vector);
    const differing = tried.filter((vector) => cvssOf(vector)?.base !== fromVector(vector)?.calculateScores().base);
    expect(differing).toEqual([]);
  });
});

/** The package is one CommonJS bundle, whose names Node does not see. */
const { fromVector } = (library as unknown as { default: typeof library }).default;

function allOf([first, ...rest]: readonly (readonly [string, object])[]): string[] {
  if (first === undefined) return [''];
  const tails = allOf(rest);
  return Object.keys(first[1]).flatMap((value) =>
    tails.map((tail) => `${first[0]}:${value}${tail === '' ? '' : `/${tail}`}`),
  );
}

const COMPLETE = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

describe('what is not a vector', () => {
  it.each([
    '',
    'CVSS:3.1',
    'CVSS:3.1/',
    COMPLETE.toLowerCase(),
    COMPLETE.replace('AV:N', 'av:n'),
    COMPLETE.replace('AV:N', 'AV:n'),
    COMPLETE.replace('AV:N', 'AV'),
    COMPLETE.replace('AV:N', 'AV:'),
    COMPLETE.replace('AV:N', 'AV:N:N'),
    COMPLETE.replace('AV:N', 'AV:X'),
    COMPLETE.replace('AV:N', 'AV:Z'),
    COMPLETE.replace('AV:N', 'XX:N'),
    COMPLETE.replace('AV:N/', ''),
    COMPLETE.replace('/', '//'),
    COMPLETE.replace('3.1', '3.2'),
    COMPLETE.replace('3.1', '2.0'),
    COMPLETE.replace('3.1', '4.0'),
    COMPLETE.replace('CVSS:3.1/', ''),
    `${COMPLETE}/`,
    `${COMPLETE}/A:H`,
    `${COMPLETE}/A:L`,
    `${COMPLETE}\n`,
    ` ${COMPLETE}`,
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H',
    'AV:N/AC:L/Au:N/C:P/I:P',
    'AV:N/AC:L/Au:N/C:P/I:P/A:H',
    '7.5',
    'critical',
    '__proto__:constructor',
  ])('%s', (vector) => {
    expect(cvssOf(vector)).toBeUndefined();
  });
  it('a vector without end', () => {
    expect(cvssOf(`${COMPLETE}${'/E:P'.repeat(1e6)}`)).toBeUndefined();
  });
  it('never throws', () => {
    assert(
      property(
        string({ unit: constantFrom(...'CVSS:3.140/AVNLPUIHXE'.split('')) }),
        (text) => cvssOf(text) === undefined,
      ),
    );
  });
});

describe('a vector', () => {
  it('is read in any order, and needs every base metric', () => {
    assert(
      property(anyVector, ([prefix, metrics, shuffled, left]) => {
        const cvss = cvssOf(prefix + metrics.join('/'));
        const other = cvssOf(prefix + shuffled.join('/'));
        const without = metrics.filter((metric) => metric !== left);
        return (
          cvss !== undefined &&
          other?.score === cvss.score &&
          other.base === cvss.base &&
          cvss.score === cvss.base &&
          cvssOf(prefix + without.join('/')) === undefined &&
          cvss.score >= 0 &&
          cvss.score <= 10 &&
          Number(cvss.score.toFixed(1)) === cvss.score &&
          labelOfScore(cvss.score, cvss.version) === cvss.label
        );
      }),
    );
  });
  it.each([
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/SC:N/VI:H/SI:N/VA:H/SA:N', 8.7],
    ['CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N', 9.8],
  ])('is read out of order: %s', (vector, score) => {
    expect(cvssOf(vector)?.score).toBe(score);
  });
  it('scores the same with metrics that are given as not defined, and with supplemental ones', () => {
    const four = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N';
    expect(cvssOf(`${four}/E:X/CR:X/MAV:X/S:P/AU:Y/R:I/V:C/RE:H/U:Red`)?.score).toBe(cvssOf(four)?.score);
    expect(cvssOf(`${COMPLETE}/E:X/RL:X/RC:X/CR:X/IR:X/AR:X/MAV:X/MS:X`)?.score).toBe(9.8);
    expect(cvssOf('AV:N/AC:L/Au:N/C:P/I:P/A:P/E:ND/RL:ND/RC:ND/CDP:ND/TD:ND')?.score).toBe(7.5);
  });
});

const anyVector: Arbitrary<[string, string[], string[], string]> = constantFrom(
  ['', table['2.0'].base] as const,
  ['CVSS:3.0/', table['3'].base] as const,
  ['CVSS:3.1/', table['3'].base] as const,
  ['CVSS:4.0/', table['4.0'].base] as const,
).chain(([prefix, base]) =>
  tuple(
    ...Object.entries(base).map(([name, values]) => constantFrom(...Object.keys(values).map((v) => `${name}:${v}`))),
  ).chain((metrics) =>
    tuple(
      constantFrom<string>(prefix),
      constantFrom(metrics),
      shuffledSubarray(metrics, { minLength: metrics.length }),
      constantFrom(...metrics),
    ),
  ),
);

it.each([
  [COMPLETE, 'CVSS-B'],
  [`${COMPLETE}/E:X/MAV:X`, 'CVSS-B'],
  [`${COMPLETE}/E:P`, 'CVSS-BT'],
  [`${COMPLETE}/CR:H`, 'CVSS-BE'],
  [`${COMPLETE}/CR:H/RL:O`, 'CVSS-BTE'],
  ['AV:N/AC:L/Au:N/C:P/I:P/A:P/E:ND/TD:L', 'CVSS-BE'],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A/S:P', 'CVSS-BT'],
])('%s is %s', (vector, nomenclature) => {
  expect(cvssOf(vector)?.nomenclature).toBe(nomenclature);
});

describe('labels', () => {
  it.each([
    ['3.1', 0, 'none'],
    ['3.1', 0.1, 'low'],
    ['3.1', 3.9, 'low'],
    ['3.0', 4, 'medium'],
    ['4.0', 6.9, 'medium'],
    ['4.0', 7, 'high'],
    ['3.1', 8.9, 'high'],
    ['3.1', 9, 'critical'],
    ['2.0', 0, 'low'],
    ['2.0', 3.9, 'low'],
    ['2.0', 4, 'medium'],
    ['2.0', 6.9, 'medium'],
    ['2.0', 7, 'high'],
    ['2.0', 10, 'high'],
  ] as const)('version %s: %d is %s', (version, score, label) => {
    expect(labelOfScore(score, version)).toBe(label);
  });
});

interface NvdMetric {
  readonly cvssData: { readonly vectorString: string; readonly baseScore: number; readonly baseSeverity?: string };
  readonly baseSeverity?: string;
}

describe.skipIf(absent)(`scores that feeds state${why}`, () => {
  it('the NVD’s own scores and labels', () => {
    const page = JSON.parse(readFileSync(new URL('samples/nvd/cves-2.0-page.json', feeds), 'utf8')) as {
      vulnerabilities: { cve: { metrics: Record<string, NvdMetric[]> } }[];
    };
    const metrics = page.vulnerabilities.flatMap(({ cve }) => Object.values(cve.metrics).flat());
    expect(metrics.length).toBe(48);
    for (const { cvssData, baseSeverity } of metrics) {
      const label = (cvssData.baseSeverity ?? baseSeverity ?? '').toLowerCase();
      expect(scores(cvssData.vectorString)).toEqual([cvssData.baseScore, cvssData.baseScore, label]);
    }
  });
  it('vectors of OSV records are all read, and their labels are what the record says of itself', () => {
    const seen = { read: 0, same: 0, unread: [] as string[], differing: [] as string[] };
    for (const ecosystem of ECOSYSTEMS) {
      const file = new URL(`osv-vulnerabilities.storage.googleapis.com/${ecosystem}/all.zip`, feeds);
      for (const { bytes } of zipEntries(readFileSync(file))) {
        countScores(JSON.parse(Buffer.from(bytes).toString()), seen);
      }
    }
    // Five records whose reviewers chose another word than that of the score.
    expect(seen).toEqual({
      read: 1045,
      same: 412,
      unread: [],
      differing: [
        'high CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
        'low CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:L',
        'medium CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
        'medium CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
        'medium CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N',
      ],
    });
  });
});

const ECOSYSTEMS = 'Go crates.io AlmaLinux Bitnami PyPI RubyGems npm Maven NuGet Packagist'.split(' ');

interface OsvRecord {
  readonly severity?: readonly { readonly type: string; readonly score: string }[];
  readonly database_specific?: { readonly severity?: string };
}

interface Seen {
  read: number;
  same: number;
  readonly unread: string[];
  readonly differing: string[];
}

function countScores(record: OsvRecord, seen: Seen): void {
  const own = record.database_specific?.severity?.toLowerCase().replace('moderate', 'medium');
  for (const { type, score } of record.severity ?? []) {
    if (!type.startsWith('CVSS')) continue;
    const cvss = cvssOf(score);
    if (cvss === undefined) seen.unread.push(score);
    else seen.read++;
    if (own === undefined || cvss === undefined) continue;
    if (own === cvss.label) seen.same++;
    else seen.differing.push(`${own} ${score}`);
  }
}

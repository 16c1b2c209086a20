import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Advisory, Affected } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { alpineTracker } from './tracker.ts';

const ROOT = 'https://security.alpinelinux.org';
const document = readFileSync(new URL('testdata/tracker.json', import.meta.url));
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const branch = (items: unknown, name = '3.22-main'): Uint8Array => json({ id: `${ROOT}/branch/${name}`, items });

function item(
  states: readonly (readonly [version: string, fixed: boolean, repo?: string])[],
  more: object = {},
): object {
  return {
    id: `${ROOT}/vuln/CVE-2024-1111`,
    description: 'A flaw.',
    state: states.map(([version, fixed, repo = '3.22-main']) => ({
      repo,
      packageVersion: `${ROOT}/srcpkg/tool/${version}`,
      fixed,
    })),
    cpeMatch: [],
    ...more,
  };
}

describeSource(alpineTracker, {
  ecosystem: 'Alpine:v3.22',
  foreign: 'Wolfi',
  document,
  expected: { report: { read: 2, kept: 1, skipped: { fixed: 1 }, malformed: [] }, ids: ['CVE-2025-46836'] },
  empty: branch([]),
  record: item([
    ['1.0-r0', false],
    ['1.0-r1', true],
    ['1.1-r0', false],
  ]),
  around: (record) => branch([record]),
  many: (count) => {
    const states = Array.from({ length: count }, (_, index) => ({
      repo: '3.22-main',
      packageVersion: `/srcpkg/p${index}/1-r0`,
      fixed: false,
    }));
    return branch([{ ...item([]), state: states }]);
  },
});

function parse(items: unknown[]): readonly Advisory[] {
  const [feed] = alpineTracker.feeds(['Alpine:v3.22']);
  const advisories: Advisory[] = [];
  if (feed)
    void alpineTracker.parse(
      feed,
      branch(items),
      (advisory) => advisories.push(advisory),
      () => {},
    );
  return advisories;
}

function rangeOf(affected: readonly Affected[] | undefined): string | undefined {
  return affected?.[0]?.ranges[0]?.events.map((event) => Object.values(event).join()).join(' to ');
}

it('says that nobody has looked at what it lists', () => {
  const [found] = parse(JSON.parse(document.toString()).items);
  expect(found).toMatchObject({
    id: 'CVE-2025-46836',
    severities: [{ label: 'medium', scheme: 'CVSS_V3', by: 'nvd' }],
    affected: [
      {
        ecosystem: 'Alpine:v3.22',
        package: 'net-tools',
        appliesTo: 'source',
        status: 'undetermined',
        ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { lastAffected: '2.10-r3' }] }],
        fixState: 'not-fixed',
        note: 'by its product name in the NVD; Alpine has not looked at it',
      },
    ],
    references: [{ type: 'advisory', url: 'https://security.alpinelinux.org/vuln/CVE-2025-46836' }],
  });
});

describe('the states of a package in the branch', () => {
  it.each<[string, readonly (readonly [string, boolean, string?])[], string | undefined]>([
    ['open', [['1.0-r0', false]], '0 to 1.0-r0'],
    [
      'open in several versions',
      [
        ['1.10-r0', false],
        ['1.9-r0', false],
      ],
      '0 to 1.10-r0',
    ],
    [
      'fixed later',
      [
        ['1.0-r0', false],
        ['1.0-r1', true],
      ],
      undefined,
    ],
    [
      'fixed once, and open again',
      [
        ['1.0-r1', true],
        ['1.1-r0', false],
      ],
      '0 to 1.1-r0',
    ],
    [
      'fixed in another branch alone',
      [
        ['1.0-r0', false],
        ['1.0-r1', true, 'edge-main'],
      ],
      '0 to 1.0-r0',
    ],
    ['open in another branch alone', [['1.0-r0', false, 'edge-main']], undefined],
    [
      'of versions that are none',
      [
        ['what', false],
        ['1.0-r0', true],
      ],
      '0 to what',
    ],
  ])('%s', (_, states, expected) => {
    expect(rangeOf(parse([item(states)])[0]?.affected)).toBe(expected);
  });

  it.each<[string, readonly (string | undefined)[], string]>([
    ['no range', [], '0'],
    ['one range', ['0.5'], '0.5'],
    ['the lowest of several', ['0.10', '0.9'], '0.9'],
    ['one that begins with the first version', ['0.5', ''], '0'],
    ['one that begins behind what is there', ['2.0'], '0'],
  ])('begin with %s of the NVD', (_, minimums, first) => {
    const cpeMatch = minimums.map((minimumVersion) => ({ package: `${ROOT}/srcpkg/tool`, minimumVersion }));
    const other = { package: `${ROOT}/srcpkg/other`, minimumVersion: '' };
    const [found] = parse([item([['1.0-r0', false]], { cpeMatch: [...cpeMatch, other] })]);
    expect(rangeOf(found?.affected)).toBe(`${first} to 1.0-r0`);
  });

  it('are counted once for a flaw that is listed for each of its packages', () => {
    const one = item([['1.0-r0', false]]);
    expect(parse([one, one]).length).toBe(1);
  });
});

describe('feeds', () => {
  it('are asked for as data, not as pages', () => {
    expect(alpineTracker.feeds(['Alpine:edge'])).toEqual([
      { url: `${ROOT}/branch/edge-main`, ecosystems: ['Alpine:edge'], accept: 'application/ld+json' },
      {
        url: `${ROOT}/branch/edge-community`,
        ecosystems: ['Alpine:edge'],
        accept: 'application/ld+json',
        optional: true,
      },
    ]);
  });
  it('are of the branches that the tracker has', () => {
    expect(alpineTracker.feeds(['Alpine:v3.11', 'Alpine:3.22'])).toEqual([]);
  });
  it('refuse the document of another branch', () => {
    const [feed] = alpineTracker.feeds(['Alpine:v3.22']);
    const other = branch([], '3.21-main');
    expect(
      () =>
        feed &&
        alpineTracker.parse(
          feed,
          other,
          () => {},
          () => {},
        ),
    ).toThrow('one of another branch');
  });
});

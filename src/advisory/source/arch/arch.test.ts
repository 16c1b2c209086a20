import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Advisory, Affected } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { arch } from './arch.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const document = readFileSync(new URL('testdata/all.json', import.meta.url));
const group = {
  name: 'AVG-1',
  packages: ['curl', 'lib32-curl'],
  status: 'Fixed',
  severity: 'High',
  type: 'denial of service',
  affected: '1-1',
  fixed: '1-2',
  ticket: null,
  issues: ['CVE-2024-1111'],
  advisories: ['ASA-1'],
};

describeSource(arch, {
  ecosystem: 'Arch Linux',
  foreign: 'Manjaro',
  document,
  expected: {
    report: { read: 7, kept: 7, skipped: {}, malformed: [] },
    ids: ['AVG-2781', 'AVG-2780', 'AVG-2737', 'AVG-20', 'AVG-5', 'AVG-4', 'AVG-1'],
  },
  empty: json([]),
  record: group,
  around: (record) => json([record]),
  many: (count) => json([{ ...group, packages: Array.from({ length: count }, (_, index) => `p${index}`) }]),
});

function parse(...groups: unknown[]): readonly Advisory[] {
  const [feed] = arch.feeds(undefined);
  const advisories: Advisory[] = [];
  if (feed)
    void arch.parse(
      feed,
      json(groups),
      (advisory) => advisories.push(advisory),
      () => {},
    );
  return advisories;
}

function stateOf({ status, ranges, fixState, note }: Affected): string {
  const events = ranges[0]?.events.map((event) => Object.values(event).join()).join(' to ') ?? '';
  return [status, events, fixState, note ?? ''].join(' | ');
}

describe('a group', () => {
  it('has a state for each of its packages', () => {
    expect(parse(group)).toEqual([
      {
        id: 'AVG-1',
        aliases: [],
        covers: ['CVE-2024-1111'],
        summary: 'denial of service',
        severities: [{ label: 'high', scheme: 'arch-severity', value: 'High', by: 'arch' }],
        affected: ['curl', 'lib32-curl'].map((name) => ({
          ecosystem: 'Arch Linux',
          package: name,
          appliesTo: 'binary',
          status: 'affected',
          ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '1-2' }] }],
          fixState: 'fixed',
        })),
        references: [
          { type: 'advisory', url: 'https://security.archlinux.org/AVG-1' },
          { type: 'advisory', url: 'https://security.archlinux.org/ASA-1' },
        ],
      },
    ]);
  });

  it.each<[string, string | null, string | undefined]>([
    ['Fixed', '1-2', 'affected | 0 to 1-2 | fixed | '],
    ['Fixed', null, undefined],
    ['Testing', '1-2', 'affected | 0 to 1-2 | fixed | the fix is in the testing repositories'],
    ['Vulnerable', null, 'affected | 0 | not-fixed | '],
    ['Vulnerable', '1-2', 'affected | 0 to 1-2 | fixed | not released yet'],
    ['Unknown', null, 'undetermined | 0 | unknown | '],
    ['Unknown', '1-2', 'undetermined | 0 to 1-2 | fixed | '],
    ['Not affected', '1-2', 'not-affected |  | unknown | '],
    ['Not affected', null, 'not-affected |  | unknown | '],
    ['Something new', '1-2', undefined],
  ])('of status %s with fix %j', (status, fixed, expected) => {
    const [advisory] = parse({ ...group, status, fixed });
    expect(advisory?.affected[0] && stateOf(advisory.affected[0])).toBe(expected);
  });

  it.each(['Critical', 'High', 'Medium', 'Low'])('of severity %s says so, of Unknown nothing', (severity) => {
    expect(parse({ ...group, severity })[0]?.severities[0]?.label).toBe(severity.toLowerCase());
    expect(parse({ ...group, severity: 'Unknown' })[0]?.severities).toEqual([]);
  });

  it('is malformed without packages or with a fix that is no version', () => {
    expect(parse({ ...group, packages: [] }, { ...group, fixed: 7 }, { ...group, issues: [1] })).toEqual([]);
  });

  it('is one of the packages of Arch alone: derivatives build and delay their own', () => {
    expect(
      ['Manjaro', 'EndeavourOS', 'Artix', 'SteamOS', 'Arch Linux ARM'].flatMap((name) => arch.feeds([name])),
    ).toEqual([]);
  });

  it('is not taken for one that lists all that has no fix', () => {
    expect(arch.lists('Arch Linux')).toBe('fixes');
  });
});

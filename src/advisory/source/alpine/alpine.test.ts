import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Advisory, AdvisoryError } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { alpine } from './alpine.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const excerpt = readFileSync(new URL('testdata/edge-main.json', import.meta.url));

function secdb(packages: unknown, distroversion = 'edge'): Uint8Array {
  return json({ apkurl: '{{urlprefix}}', archs: ['x86_64'], reponame: 'main', distroversion, packages });
}

function parse(document: Uint8Array): readonly Advisory[] {
  const [feed] = alpine.feeds(['Alpine:edge']);
  const advisories: Advisory[] = [];
  if (feed)
    void alpine.parse(
      feed,
      document,
      (advisory) => advisories.push(advisory),
      () => {},
    );
  return advisories;
}

interface Secdb {
  readonly packages: readonly { readonly pkg: { readonly secfixes: Readonly<Record<string, readonly string[]>> } }[];
}

const { packages }: Secdb = JSON.parse(excerpt.toString());
/** Every entry of the excerpt begins with its identifier; one is listed twice for its package. */
const excerptIds = packages.flatMap(({ pkg }) => [
  ...new Set(Object.values(pkg.secfixes).flatMap((entries) => entries.map((entry) => entry.split(' ', 1)[0] ?? ''))),
]);

describeSource(alpine, {
  ecosystem: 'Alpine:edge',
  foreign: 'Alpine:3.20',
  document: excerpt,
  expected: { report: { read: 71, kept: 71, skipped: {}, malformed: [] }, ids: excerptIds },
  empty: secdb([]),
  record: { pkg: { name: 'xz', secfixes: { '5.8.3-r0': ['CVE-2026-34743 GHSA-aaaa'], '0': ['CVE-2024-3094'] } } },
  around: (record) => secdb([record]),
  many: (count) => {
    const ids = Array.from({ length: count }, (_, index) => `"CVE-2024-${1000 + index}"`);
    const packages = `[{"pkg":{"name":"linux","secfixes":{"6.6-r0":[${ids.join(',')}]}}}]`;
    return Buffer.from(`{"distroversion":"edge","packages":${packages}}`);
  },
});

function fixesOf(secfixes: object): [id: string, status: string | undefined, range: string][] {
  return parse(secdb([{ pkg: { name: 'zlib', secfixes } }])).map(({ id, affected: [entry] }) => {
    const events = entry?.ranges[0]?.events ?? [];
    return [id, entry?.status, events.map((event) => Object.values(event).join()).join(' to ')];
  });
}

describe('one package', () => {
  it('is affected below the version that brought the fix', () => {
    expect(parse(excerpt).find(({ id }) => id === 'CVE-2024-3094')).toEqual({
      id: 'CVE-2024-3094',
      aliases: [],
      covers: [],
      severities: [],
      affected: [
        {
          ecosystem: 'Alpine:edge',
          package: 'xz',
          appliesTo: 'source',
          status: 'affected',
          ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '5.6.1-r2' }] }],
          fixState: 'fixed',
        },
      ],
      references: [{ type: 'advisory', url: 'https://security.alpinelinux.org/vuln/CVE-2024-3094' }],
    });
  });

  it.each<[string, object, [string, string, string][]]>([
    ['never affected', { 0: ['CVE-2023-6992'] }, [['CVE-2023-6992', 'not-affected', '']]],
    [
      'listed as never affected and as fixed',
      { 0: ['CVE-2026-22184'], '1.3.2-r0': ['CVE-2026-22184'] },
      [['CVE-2026-22184', 'affected', '0 to 1.3.2-r0']],
    ],
    [
      'fixed twice, the later first',
      { '1.10-r0': ['CVE-2024-1000'], '1.9-r5': ['CVE-2024-1000'] },
      [['CVE-2024-1000', 'affected', '0 to 1.10-r0']],
    ],
    [
      'fixed twice, the later last',
      { '1.9-r5': ['CVE-2024-1000'], '1.10-r0': ['CVE-2024-1000'] },
      [['CVE-2024-1000', 'affected', '0 to 1.10-r0']],
    ],
    [
      'listed twice under one version',
      { '1-r0': ['CVE-2024-1000', 'CVE_2024-1000'] },
      [['CVE-2024-1000', 'affected', '0 to 1-r0']],
    ],
    [
      'fixed twice, once in a version that is none',
      { '1.9-r5': ['CVE-2024-1000'], '57-1-r2': ['CVE-2024-1000'] },
      [['CVE-2024-1000', 'affected', '0 to 57-1-r2']],
    ],
    ['without fixes', { '1-r0': null }, []],
  ])('%s', (_, secfixes, expected) => {
    expect(fixesOf(secfixes)).toEqual(expected);
  });

  it('keeps the note, and other names as aliases', () => {
    const [tcpdump] = parse(secdb([{ pkg: { name: 'x', secfixes: { '1-r0': ['CVE-2018-8897 XSA-260 (BGP)'] } } }]));
    expect(tcpdump).toMatchObject({ id: 'CVE-2018-8897', aliases: ['XSA-260'], affected: [{ note: 'BGP' }] });
  });

  it('counts what it cannot read', async () => {
    const [feed] = alpine.feeds(['Alpine:edge']);
    const pkg = { name: 'x', secfixes: { '1-r0': ['none', 7, 'CVE-2018-8897'], '2-r0': 'CVE-2018-8898' } };
    const document = secdb([{ pkg }, {}, { pkg: { name: 'y' } }]);
    const report =
      feed &&
      (await alpine.parse(
        feed,
        document,
        () => {},
        () => {},
      ));
    expect(report).toMatchObject({ read: 6, kept: 1, skipped: { malformed: 5 } });
    expect(report?.malformed).toEqual(['x 1-r0 none', 'x 1-r0 ', 'x 2-r0', 'package without name', 'package y']);
  });
});

describe('feeds', () => {
  it('has main and community of a release, also of one that is not known yet', () => {
    expect(alpine.feeds(['Debian:12', 'Alpine:v3.99'])).toEqual([
      { url: 'https://secdb.alpinelinux.org/v3.99/main.json', ecosystems: ['Alpine:v3.99'] },
      { url: 'https://secdb.alpinelinux.org/v3.99/community.json', ecosystems: ['Alpine:v3.99'], optional: true },
    ]);
  });

  it('has none for what is no release', () => {
    expect(alpine.feeds(['Alpine:v3.20/../edge', 'Alpine:v3', 'Alpine:'])).toEqual([]);
  });

  it('refuses the document of another release', () => {
    expect(() => parse(secdb([], 'v3.20'))).toThrow(
      new AdvisoryError('not-the-format', 'the feed is one of another release', 'v3.20'),
    );
  });
});

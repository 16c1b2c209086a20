import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { zipFile } from '../../../internal/testdata/zip-file.ts';
import type { Advisory, Affected, ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { ubuntu } from './ubuntu.ts';

const genuine = readFileSync(new URL('testdata/osv-all.tar.xz', import.meta.url));

function archive(...records: readonly unknown[]): Uint8Array {
  return zipFile(
    records.map((record, at) => ({ name: `osv/cve/${at}.json`, bytes: Buffer.from(JSON.stringify(record)) })),
  );
}

async function parse(bytes: Uint8Array): Promise<{ report: ParseReport; advisories: Advisory[] }> {
  const [feed] = ubuntu.feeds(undefined);
  const advisories: Advisory[] = [];
  if (feed === undefined) throw new Error('no feed');
  const report = await ubuntu.parse(
    feed,
    bytes,
    (advisory) => advisories.push(advisory),
    () => {},
  );
  return { report, advisories };
}

const entry = (ecosystem: string, fixed?: string, more: object = {}): unknown => ({
  package: { ecosystem, name: 'bash', ...more },
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])] }],
  versions: ['4.3-6ubuntu1'],
});

const flaw = (...affected: readonly unknown[]): unknown => ({
  id: 'UBUNTU-CVE-2024-0001',
  upstream: ['CVE-2024-0001'],
  affected,
});

describeSource(ubuntu, {
  ecosystem: 'Ubuntu:22.04:LTS',
  foreign: 'Ubuntish:22.04',
  document: genuine,
  expected: {
    report: { read: 9, kept: 5, skipped: { withdrawn: 3, notice: 1 }, malformed: [] },
    ids: [
      'UBUNTU-CVE-2014-9913',
      'UBUNTU-CVE-2016-20013',
      'UBUNTU-CVE-2021-3782',
      'UBUNTU-CVE-2022-24823',
      'UBUNTU-CVE-2026-1403',
    ],
  },
  empty: archive(),
  record: flaw(
    entry('Ubuntu:22.04:LTS', '5.1-6ubuntu1.1', { purl: 'pkg:deb/ubuntu/bash@5.1?arch=source&distro=jammy' }),
    entry('Ubuntu:Pro:16.04:LTS', '4.3-14ubuntu1.4+esm1', {
      purl: 'pkg:deb/ubuntu/bash@4?arch=source&distro=esm-infra/xenial',
    }),
  ),
  around: (record) => archive(record, flaw(entry('Ubuntu:24.04:LTS'))),
  many: (count) =>
    archive(
      ...Array.from({ length: 100 }, (_, at) => ({
        id: `UBUNTU-CVE-2024-${at}`,
        affected: Array.from({ length: count / 100 }, (__, name) => ({
          package: { ecosystem: 'Ubuntu:24.04:LTS', name: `p${name}` },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
        })),
      })),
    ),
});

/** `release package fixed-version-or-state service`, as read by eye out of the genuine records. */
function line({ ecosystem, package: name, ranges, fixState, qualifiers, note }: Affected): string {
  const fixed = ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? event.fixed : [])));
  return [
    ecosystem,
    name,
    ...fixed,
    fixState,
    qualifiers?.service ?? '-',
    ...(note === undefined ? [] : [`(${note})`]),
  ].join(' ');
}

describe('genuine records', () => {
  it.each<[string, readonly string[]]>([
    [
      'UBUNTU-CVE-2014-9913',
      ['Ubuntu:14.04:LTS unzip 6.0-9ubuntu1.6 fixed esm-infra', 'Ubuntu:16.04:LTS unzip 6.0-20ubuntu1.1 fixed -'],
    ],
    [
      'UBUNTU-CVE-2022-24823',
      [
        'Ubuntu:14.04:LTS netty not-fixed - (what fix there may be comes with esm-infra-legacy alone)',
        'Ubuntu:16.04:LTS netty 1:4.0.34-1ubuntu0.1~esm2 fixed esm-apps',
        'Ubuntu:18.04:LTS netty 1:4.1.7-4ubuntu0.1+esm3 fixed esm-apps',
        'Ubuntu:20.04:LTS netty 1:4.1.45-1ubuntu0.1~esm2 fixed esm-apps',
        'Ubuntu:22.04:LTS netty 1:4.1.48-4+deb11u2ubuntu0.1~esm1 fixed esm-apps',
        'Ubuntu:24.04:LTS netty 1:4.1.48-9ubuntu0.1~esm1 fixed esm-apps',
        'Ubuntu:25.10 netty not-fixed -',
        'Ubuntu:26.04:LTS netty not-fixed - (what fix there may be comes with esm-apps alone)',
      ],
    ],
    [
      'UBUNTU-CVE-2021-3782',
      [
        'Ubuntu:16.04:LTS wayland 1.12.0-1~ubuntu16.04.3+esm1 fixed esm-infra',
        'Ubuntu:18.04:LTS wayland 1.16.0-1ubuntu1.1~18.04.4 fixed -',
        'Ubuntu:20.04:LTS wayland 1.18.0-1ubuntu0.1 fixed -',
        'Ubuntu:22.04:LTS wayland 1.20.0-1ubuntu0.1 fixed -',
      ],
    ],
    ['UBUNTU-CVE-2026-1403', ['Ubuntu:16.04:LTS gitlab not-fixed -']],
  ])('%s', async (id, lines) => {
    const { advisories } = await parse(genuine);
    expect(advisories.find((advisory) => advisory.id === id)?.affected.map(line)).toEqual(lines);
  });

  it('are of source packages, named by the CVE, with the priority first', async () => {
    const { advisories } = await parse(genuine);
    expect(advisories[0]).toMatchObject({
      aliases: ['CVE-2014-9913'],
      covers: [],
      severities: [{ label: 'negligible', scheme: 'ubuntu-priority', by: 'ubuntu' }, { scheme: 'CVSS_V3' }],
    });
    expect(new Set(advisories.flatMap(({ affected }) => affected.map(({ appliesTo }) => appliesTo)))).toEqual(
      new Set(['source']),
    );
    expect(advisories.some(({ affected }) => affected.some(({ versions }) => versions !== undefined))).toBe(false);
  });
});

describe('what the release and its services say of one package', () => {
  const base = 'Ubuntu:20.04:LTS';
  const pro = 'Ubuntu:Pro:20.04:LTS';
  it.each<[string, readonly unknown[], readonly string[]]>([
    ['a fix for all', [entry(base, '5.0-6')], [`${base} bash 5.0-6 fixed -`]],
    [
      'a fix for all goes before one for some',
      [entry(pro, '5.0-6+esm1'), entry(base, '5.0-6')],
      [`${base} bash 5.0-6 fixed -`],
    ],
    ['a fix for some only', [entry(pro, '5.0-6+esm1')], [`${base} bash 5.0-6+esm1 fixed esm-apps`]],
    [
      'a fix for some, none for all',
      [entry(base), entry(pro, '5.0-6+esm1')],
      [`${base} bash 5.0-6+esm1 fixed esm-apps`],
    ],
    ['no fix for anybody', [entry(base), entry(pro)], [`${base} bash not-fixed -`]],
    [
      'no fix, for subscribers alone',
      [entry(pro)],
      [`${base} bash not-fixed - (what fix there may be comes with esm-apps alone)`],
    ],
    [
      'the service by the words on it',
      [
        {
          ...(entry(pro, '1') as object),
          ecosystem_specific: { availability: 'Available with Ubuntu Pro (Infra-only)' },
        },
      ],
      [`${base} bash 1 fixed esm-infra`],
    ],
    [
      'the oldest way to name the service',
      [entry('Ubuntu:Pro:14.04:LTS', '1', { purl: 'pkg:deb/ubuntu/bash@1?arch=source&distro=trusty/esm' })],
      ['Ubuntu:14.04:LTS bash 1 fixed esm-infra'],
    ],
    ['a fix in version 0, which is before all', [entry(base, '0')], [`${base} bash unknown - (fixed in version 0)`]],
    ['a release before it is named a long-term one', [entry('Ubuntu:26.04', '1')], ['Ubuntu:26.04:LTS bash 1 fixed -']],
    [
      'builds of their own, which are not those of the release',
      [entry('Ubuntu:Pro:FIPS-updates:20.04:LTS', '1.fips.1'), entry('Ubuntu:Nvidia-BlueField:22.04:LTS')],
      ['Ubuntu:Pro:FIPS-updates:20.04:LTS bash 1.fips.1 fixed -', 'Ubuntu:Nvidia-BlueField:22.04:LTS bash not-fixed -'],
    ],
  ])('%s', async (_, affected, lines) => {
    const { advisories } = await parse(archive(flaw(...affected)));
    expect(advisories[0]?.affected.map(line)).toEqual(lines);
  });
});

describe('notices', () => {
  const ecosystem = 'Ubuntu:20.04:LTS';
  const fixing = (release: string, name: string, fixed: string, cves?: readonly string[]): unknown => ({
    package: { ecosystem: release, name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
    ...(cves === undefined
      ? {}
      : { database_specific: { cves_map: { ecosystem: release, cves: cves.map((id) => ({ id })) } } }),
  });
  const notice = (...affected: readonly unknown[]): unknown => ({
    id: 'USN-1-1',
    upstream: ['UBUNTU-CVE-2024-0001', 'UBUNTU-CVE-2024-0002'],
    affected,
  });
  const both = ['CVE-2024-0001', 'CVE-2024-0002'];

  it.each<[string, readonly unknown[], readonly string[]]>([
    [
      'of which no record speaks are kept',
      [notice(fixing(ecosystem, 'bash', '5'))],
      [`USN-1-1 CVE-2024-0001 CVE-2024-0002: ${ecosystem} bash 5 fixed -`],
    ],
    [
      'are kept for the flaws of which no record speaks',
      [notice(fixing(ecosystem, 'bash', '5')), flaw(entry(ecosystem, '4'))],
      [`UBUNTU-CVE-2024-0001 : ${ecosystem} bash 4 fixed -`, `USN-1-1 CVE-2024-0002: ${ecosystem} bash 5 fixed -`],
    ],
    [
      'are kept for releases of which no record speaks, not for one of several packages that a record leaves out',
      [
        flaw(entry(ecosystem, '4')),
        notice(
          fixing(ecosystem, 'bash', '5', ['CVE-2024-0001']),
          fixing(ecosystem, 'dash', '6', ['CVE-2024-0001']),
          fixing('Ubuntu:24.10', 'bash', '7', ['CVE-2024-0001']),
        ),
      ],
      [`UBUNTU-CVE-2024-0001 : ${ecosystem} bash 4 fixed -`, 'USN-1-1 CVE-2024-0001: Ubuntu:24.10 bash 7 fixed -'],
    ],
    [
      'are kept for a package that they alone speak of',
      [flaw(entry(ecosystem, '4')), notice(fixing(ecosystem, 'dash', '6', ['CVE-2024-0001']))],
      [`UBUNTU-CVE-2024-0001 : ${ecosystem} bash 4 fixed -`, `USN-1-1 CVE-2024-0001: ${ecosystem} dash 6 fixed -`],
    ],
    [
      'have other flaws in other releases',
      [notice(fixing(ecosystem, 'bash', '5', both), fixing('Ubuntu:Pro:16.04:LTS', 'bash', '3', ['CVE-2024-0002']))],
      [
        `USN-1-1 CVE-2024-0001 CVE-2024-0002: ${ecosystem} bash 5 fixed -`,
        'USN-1-1 CVE-2024-0002: Ubuntu:16.04:LTS bash 3 fixed esm-apps',
      ],
    ],
    [
      'do not bring back a rejected flaw',
      [
        notice(fixing(ecosystem, 'bash', '5')),
        { id: 'UBUNTU-CVE-2024-0001', details: 'Rejected reason: none', affected: [] },
        { id: 'UBUNTU-X', upstream: ['CVE-2024-0002'], details: '** REJECT ** none', affected: [] },
      ],
      [],
    ],
    [
      'bring back what a record that was withdrawn no longer says',
      [
        notice(fixing(ecosystem, 'bash', '5', ['CVE-2024-0001'])),
        { ...(flaw(entry(ecosystem)) as object), withdrawn: '2025-08-01T00:00:00Z' },
      ],
      [`USN-1-1 CVE-2024-0001: ${ecosystem} bash 5 fixed -`],
    ],
  ])('%s', async (_, records, expected) => {
    for (const order of [records, records.toReversed()]) {
      const { report, advisories } = await parse(archive(...order));
      const lines = advisories.map(
        ({ id, covers, affected }) => `${id} ${covers.join(' ')}: ${affected.map(line).join(', ')}`,
      );
      expect(lines.toSorted()).toEqual(expected.toSorted());
      expect(report.kept).toBe(expected.length);
    }
  });

  it('are told apart from what records say in a hundred thousand', async () => {
    const names = Array.from({ length: 100_000 }, (_, at) => `package-${at}`);
    const record = flaw(...names.map((name) => fixing(ecosystem, name, '4')));
    const others = names.map((name) => fixing('Ubuntu:22.04:LTS', name, '5', ['CVE-2024-0001']));
    const { advisories } = await parse(archive(record, notice(...others)));
    expect(advisories.at(-1)?.affected).toHaveLength(names.length);
  });
});

describe('records that say nothing more', () => {
  const named = (id: string, more: object): unknown => ({ id, affected: [entry('Ubuntu:24.04:LTS', '1')], ...more });
  it.each<[string, unknown, Record<string, number>]>([
    ['a notice without a CVE', named('USN-2-1', {}), {}],
    ['a rejected flaw', named('UBUNTU-CVE-2024-1', { details: 'Rejected reason: not a flaw' }), { rejected: 1 }],
    [
      'a rejected flaw, as it was written before',
      named('UBUNTU-CVE-2024-1', { details: '** REJECT ** no' }),
      { rejected: 1 },
    ],
    ['a disputed flaw', named('UBUNTU-CVE-2024-1', { details: '** DISPUTED ** maybe' }), {}],
  ])('%s', async (_, record, skipped) => {
    expect((await parse(archive(record))).report.skipped).toEqual(skipped);
  });

  it('of releases that were taken out are not known to be all', () => {
    expect(['Ubuntu:24.04:LTS', 'Ubuntu:25.04', 'Ubuntu:24.10'].map((one) => ubuntu.lists(one))).toEqual([
      'disclosures',
      'fixes',
      'fixes',
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Advisory, AdvisoryError, type Affected } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { redhat } from './redhat.ts';
import { documentWith, line } from './testdata/document.ts';
import { tarOf } from './testdata/tar.ts';

function excerpt(name: string): Buffer {
  return readFileSync(new URL(`testdata/${name}`, import.meta.url));
}

const [index, repositories] = redhat.feeds(undefined);
if (index === undefined || repositories === undefined) throw new Error('two feeds');
const VEX = 'https://security.access.redhat.com/data/csaf/v2/vex/';
const archive = {
  url: `${VEX}csaf_vex_2026-11-20.tar`,
  ecosystems: ['Red Hat'],
};

const MAIN = 'cpe:/o:redhat:enterprise_linux:9::baseos';
const EUS = 'cpe:/o:redhat:rhel_eus:9.2::baseos';

const curl = excerpt('cve-2023-38545.json');
const openssl = excerpt('cve-2024-0727.json');
const fcgi = excerpt('cve-2025-40907.json');

describeSource(redhat, {
  ecosystem: 'Red Hat:9',
  foreign: 'AlmaLinux:9',
  feed: archive,
  document: tarOf({
    '2023/cve-2023-38545.json': curl,
    '2024/cve-2024-0727.json': openssl,
    '2025/cve-2025-40907.json': fcgi,
    'index.txt': Buffer.from('2023/cve-2023-38545.json\n'),
  }),
  expected: {
    report: { read: 3, kept: 3, skipped: {}, malformed: [] },
    ids: ['CVE-2023-38545', 'CVE-2024-0727', 'CVE-2025-40907'],
  },
  empty: tarOf({}),
  record: small(),
  around: (record) => tarOf({ '2026/cve-2026-1.json': Buffer.from(JSON.stringify(record)) }),
  many: (count) => {
    const document = Buffer.from(JSON.stringify(large(count / 10)));
    return tarOf(Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`2026/cve-2026-${at}.json`, document])));
  },
  index: {
    feed: index,
    document: Buffer.from('csaf_vex_2026-11-20.tar.zst\n'),
    urls: ['csaf_vex_2026-11-20.tar.zst', 'changes.csv', 'deletions.csv'].map((name) => `${VEX}${name}`),
  },
  changes: {
    feed: { url: `${VEX}changes.csv`, ecosystems: ['Red Hat'], index: true, revises: 'csaf-vex' },
    document: Buffer.from(
      '"2024/cve-2024-0727.json","2026-11-23T10:30:00+00:00"\n"2025/cve-2025-40907.json","2026-11-22T23:59:59+00:00"\n',
    ),
    said: [
      { id: 'CVE-2024-0727', at: '2026-11-23T10:30:00.000Z', url: `${VEX}2024/cve-2024-0727.json` },
      { id: 'CVE-2025-40907', at: '2026-11-22T23:59:59.000Z', url: `${VEX}2025/cve-2025-40907.json` },
    ],
  },
});

describeSource(redhat, {
  ecosystem: 'Red Hat:9',
  foreign: 'Debian:12',
  feed: repositories,
  document: excerpt('repository-to-cpe.json'),
  expected: {
    report: { read: 2, kept: 2, skipped: {}, malformed: [] },
    ids: [],
    facts: ['repository rhel-9-for-aarch64-baseos-rpms', 'repository rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2'],
  },
  empty: Buffer.from('{"data":{}}'),
  record: { cpes: ['cpe:/o:redhat:enterprise_linux:9::baseos'], repo_relative_urls: ['a'] },
  around: (record) => Buffer.from(JSON.stringify({ data: { r: record } })),
  many: (count) => {
    const entries = Array.from({ length: count }, (_, at) => `"r${at}":{"cpes":["cpe:/o:redhat:enterprise_linux:9"]}`);
    return Buffer.from(`{"data":{${entries.join(',')}}}`);
  },
});

function small(): object {
  return documentWith({
    fixed: [[MAIN, 'pkg:rpm/redhat/p@1-1.el9?arch=x86_64']],
    known_affected: [[EUS, 'pkg:rpm/redhat/q?arch=src']],
  });
}

/** A product that does not say upon which release it is laid may be of four. */
function large(count: number): object {
  const product = 'cpe:/a:redhat:x:1';
  return documentWith({
    known_affected: Array.from({ length: count / 4 }, (_, at) => [product, `pkg:rpm/redhat/p${at}?arch=src`] as const),
  });
}

async function affectedBy(document: object | Uint8Array): Promise<readonly Affected[]> {
  const bytes = document instanceof Uint8Array ? document : Buffer.from(JSON.stringify(document));
  const found: Advisory[] = [];
  await redhat.parse(
    archive,
    tarOf({ 'a.json': bytes }),
    (advisory) => found.push(advisory),
    () => {},
  );
  return found.flatMap(({ affected }) => affected);
}

async function lines(document: object | Uint8Array): Promise<readonly string[]> {
  return (await affectedBy(document)).map(line).toSorted();
}

describe('a genuine document', () => {
  it('of curl: fixed in three lines of builds, a product laid upon a release, and releases without the code', async () => {
    const branches = '0..7.76.1-23.el9_2.4 or 7.76.1-23.el9_3..7.76.1-26.el9_3.2';
    expect(await lines(curl)).toEqual([
      '6 source curl not-affected {enterprise_linux:6} vulnerable_code_not_present',
      '7 source curl not-affected {enterprise_linux:7} vulnerable_code_not_present',
      '8 binary puppet-agent fixed 0..7.27.0-1.el8sat {satellite:6.14::el8 satellite_capsule:6.14::el8} RHSA-2024:0797',
      '8 source curl not-affected {enterprise_linux:8} vulnerable_code_not_present',
      '9 binary curl fixed 0..7.76.1-14.el9_0.9 {rhel_eus:9.0} RHSA-2023:5700',
      `9 binary curl fixed ${branches} {enterprise_linux:9} RHSA-2023:5763, RHSA-2023:6745`,
      '9 binary libcurl fixed 0..7.76.1-14.el9_0.9 {rhel_eus:9.0} RHSA-2023:5700',
      `9 binary libcurl fixed ${branches} x86_64 {enterprise_linux:9} RHSA-2023:5763, RHSA-2023:6745`,
      '9 binary libcurl fixed 0..7.76.1-26.el9_3.2 i686 {enterprise_linux:9} RHSA-2023:6745',
    ]);
  });
  it('of openssl: epochs, no fix and why, and what is not affected', async () => {
    expect(await lines(openssl)).toEqual([
      '6 source openssl end-of-life {enterprise_linux:6} Out of support scope',
      '7 source openssl end-of-life {enterprise_linux:7} Out of support scope',
      '8 source compat-openssl10 deferred {enterprise_linux:8} Fix deferred',
      '8 source edk2 will-not-fix {enterprise_linux:8} Will not fix',
      '8 source openssl deferred {enterprise_linux:8} Fix deferred',
      '8 source shim not-affected {enterprise_linux:8} vulnerable_code_not_present',
      '9 binary edk2-aarch64 fixed 0..20240524-6.el9_5 {enterprise_linux:9} RHSA-2024:9088',
      '9 binary edk2-ovmf fixed 0..20240524-6.el9_5 {enterprise_linux:9} RHSA-2024:9088',
      '9 binary edk2-tools fixed 0..20240524-6.el9_5 {enterprise_linux:9} RHSA-2024:9088',
      '9 binary edk2-tools-doc fixed 0..20240524-6.el9_5 {enterprise_linux:9} RHSA-2024:9088',
      '9 binary openssl fixed 0..1:3.0.7-27.el9 {enterprise_linux:9} RHSA-2024:2447',
      '9 binary openssl-devel fixed 0..1:3.0.7-27.el9 {enterprise_linux:9} RHSA-2024:2447',
      '9 binary openssl-libs fixed 0..1:3.0.7-27.el9 {enterprise_linux:9} RHSA-2024:2447',
      '9 binary openssl-perl fixed 0..1:3.0.7-27.el9 {enterprise_linux:9} RHSA-2024:2447',
      '9 source compat-openssl11 deferred {enterprise_linux:9} Fix deferred',
      '9 source openssl-fips-provider not-affected {enterprise_linux:9} vulnerable_code_not_present',
      '9 source shim not-affected {enterprise_linux:9} vulnerable_code_not_present',
    ]);
  });
  it('of perl-FCGI: a module in each line of builds, and a release that only its extended life cycle fixes', async () => {
    expect(await lines(fcgi)).toEqual([
      '10 binary perl-FCGI fixed 0..1:0.82-13.1.el10_0 {enterprise_linux:10} RHSA-2025:8636',
      '7 binary perl-FCGI end-of-life 0..1:0.74-8.el7_9.1 {enterprise_linux:7} fixed for Extended Life Cycle Support only: RHSA-2025:8625',
      '7 binary perl-FCGI fixed 0..1:0.74-8.el7_9.1 {rhel_els:7} RHSA-2025:8625',
      '8 binary perl-FCGI [perl-FCGI:0.78] fixed 0..1:0.78-11.module+el8.6.0+23193+c3786137.1 {rhel_aus:8.6 rhel_e4s:8.6} RHSA-2025:8890',
      '8 binary perl-FCGI [perl-FCGI:0.78] fixed 0..1:0.78-12.module+el8.10.0+23147+df114ff4 {enterprise_linux:8} RHSA-2025:8696',
      '9 binary perl-FCGI fixed 0..1:0.79-8.1.el9_6 {enterprise_linux:9} RHSA-2025:8635',
      '9 binary perl-FCGI fixed 0..1:0.79-8.el9_0.1 {rhel_e4s:9.0} RHSA-2025:8678',
      '9 binary perl-FCGI fixed 0..1:0.79-8.el9_2.1 {rhel_e4s:9.2} RHSA-2025:8697',
      '9 binary perl-FCGI fixed 0..1:0.79-8.el9_4.1 {rhel_eus:9.4} RHSA-2025:8677',
    ]);
  });
  it('has what is known of the flaw', async () => {
    const found: Advisory[] = [];
    await redhat.parse(
      archive,
      tarOf({ 'a.json': curl }),
      (advisory) => found.push(advisory),
      () => {},
    );
    const { affected: _affected, ...rest } = found[0] ?? { affected: [] };
    expect(rest).toEqual({
      id: 'CVE-2023-38545',
      aliases: [],
      covers: [],
      summary: 'curl: heap based buffer overflow in the SOCKS5 proxy handshake',
      published: '2023-10-11T00:00:00+00:00',
      modified: (JSON.parse(curl.toString()) as { document: { tracking: { current_release_date: string } } }).document
        .tracking.current_release_date,
      severities: [
        { label: 'high', scheme: 'redhat-impact', value: 'Important', by: 'redhat' },
        { label: 'unknown', scheme: 'CVSS_V3', value: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H', by: 'redhat' },
      ],
      references: [
        ...[
          'security/cve/CVE-2023-38545',
          'errata/RHSA-2024:0797',
          'errata/RHSA-2023:5700',
          'errata/RHSA-2023:5763',
          'errata/RHSA-2023:6745',
          'errata/RHSA-2023:7626',
        ].map((path) => ({ type: 'advisory', url: `https://access.redhat.com/${path}` })),
        { type: 'report', url: 'https://bugzilla.redhat.com/show_bug.cgi?id=2241933' },
      ],
    });
  });
});

describe('the index', () => {
  it.each([
    '',
    'Not Found',
    'csaf_vex.tar.zst\nother',
    '../csaf_vex.tar.zst',
    'https://x.test/a.tar',
    'a b.tar',
    'csaf_vex.zip',
  ])('does not name an archive in %j', (text) => {
    expect(() => redhat.follow?.(index, Buffer.from(text))).toThrow(AdvisoryError);
  });
  it('names the archive of the day under one name', () => {
    const [named, ...lists] = redhat.follow?.(index, Buffer.from('csaf_vex_2026-11-20.tar.zst')) ?? [];
    const feed = { url: `${archive.url}.zst`, ecosystems: ['Red Hat'], edition: 'csaf-vex' };
    expect(named).toEqual({ ...feed, asOf: '2026-11-20' });
    expect(lists.map(({ revises, index: isIndex }) => [revises, isIndex])).toEqual([
      ['csaf-vex', true],
      ['csaf-vex', true],
    ]);
    const undated = { ...feed, url: `${VEX}vex-archive.tar.zst` };
    expect(redhat.follow?.(index, Buffer.from('vex-archive.tar.zst\n'))[0]).toEqual(undated);
  });
});

it('reads every document that it can', async () => {
  const found: string[] = [];
  const files = {
    'a.json': Buffer.from('{"document":'),
    'b.json': Buffer.from('[]'),
    'c.json': Buffer.from('{"document":{"tracking":{"id":"CVE-2026-9"}}}'),
    'd.json': Buffer.from(JSON.stringify(documentWith({ fixed: [[MAIN, 'pkg:oci/p?tag=1']] }))),
    'e.json': Buffer.from(JSON.stringify(small())),
    'changes.csv': Buffer.from('"a.json","2026-11-20T00:00:00+00:00"'),
  };
  const packed = zstdCompressSync(tarOf(files));
  const report = await redhat.parse(
    archive,
    packed,
    ({ id }) => found.push(id),
    () => {},
  );
  expect(found).toEqual(['CVE-2026-1']);
  const skipped = { malformed: 2, 'no-flaw': 1, 'no-package': 1 };
  expect(report).toEqual({ read: 5, kept: 1, skipped, malformed: ['a.json', 'b.json'] });
});

it('reads a document by itself as in the archive', async () => {
  const found: Advisory[] = [];
  const feed = { url: `${VEX}2023/cve-2023-38545.json`, ecosystems: ['Red Hat'] };
  const report = await redhat.parse(
    feed,
    curl,
    (advisory) => found.push(advisory),
    () => {},
  );
  expect(report).toEqual({ read: 1, kept: 1, skipped: {}, malformed: [] });
  expect(found[0]?.affected.map(line).toSorted()).toEqual(await lines(curl));
  expect(
    await redhat.parse(
      feed,
      curl.subarray(0, curl.length / 2),
      () => {},
      () => {},
    ),
  ).toEqual({
    read: 1,
    kept: 0,
    skipped: { malformed: 1 },
    malformed: ['2023/cve-2023-38545.json'],
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import { rpm } from '../version/rpm.ts';
import { elsewhere, matchPackages } from './match.ts';
import { type ProductSource, redHatProducts } from './products.ts';
import { type Installed, installed, judgedBy } from './redhat.contract.ts';

/** Repositories as Red Hat's map has them. */
const map: Readonly<Record<string, readonly string[]>> = {
  'rhel-8-for-x86_64-baseos-rpms': ['cpe:/o:redhat:enterprise_linux:8::baseos', 'cpe:/o:redhat:rhel:8.3::baseos'],
  'rhel-9-for-x86_64-baseos-rpms': ['cpe:/o:redhat:enterprise_linux:9::baseos'],
  'rhel-9-for-x86_64-appstream-rpms': ['cpe:/a:redhat:enterprise_linux:9::appstream'],
  'rhel-9-for-x86_64-baseos-eus-rpms': ['cpe:/o:redhat:rhel_eus:9.0::baseos', 'cpe:/o:redhat:rhel_eus:9.2::baseos'],
  'rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2': ['cpe:/a:redhat:rhel_eus:9.2::appstream'],
  'rhel-7-server-els-rpms': ['cpe:/o:redhat:rhel_els:7'],
  'satellite-6.14-for-rhel-8-x86_64-rpms': ['cpe:/a:redhat:satellite:6.14::el8'],
  'rhocp-4.13-for-rhel-9-x86_64-rpms': ['cpe:/a:redhat:openshift:4.13::el9'],
};

function image(release?: string): ProductSource {
  return { release, productsOf: (name) => map[name] };
}

describe('the products of a package', () => {
  const package9 = { name: 'p', version: '1-1.el9', major: 9 };
  const assumed9 = ['cpe:/o:redhat:enterprise_linux:9'];
  it.each<[string, Partial<Installed>, string | undefined, readonly string[], boolean]>([
    [
      'are those of the content sets of its image',
      { contentSets: ['rhel-9-for-x86_64-appstream-rpms', 'rhel-9-for-x86_64-baseos-rpms'] },
      '9.4',
      ['cpe:/a:redhat:enterprise_linux:9::appstream', 'cpe:/o:redhat:enterprise_linux:9::baseos'],
      false,
    ],
    ['are assumed where nobody tells', {}, '9.4', assumed9, true],
    ['are assumed for content sets that nobody knows', { contentSets: ['mine'] }, '9.4', assumed9, true],
    [
      'of a layered product are those of a plain image too',
      { contentSets: ['rhocp-4.13-for-rhel-9-x86_64-rpms'] },
      undefined,
      ['cpe:/a:redhat:openshift:4.13::el9', ...assumed9],
      true,
    ],
    [
      'are those of the repository that it came from, where dnf wrote that down',
      { repository: 'rhocp-4.13-for-rhel-9-x86_64-rpms', contentSets: ['rhel-9-for-x86_64-baseos-rpms'] },
      '9.4',
      ['cpe:/a:redhat:openshift:4.13::el9'],
      false,
    ],
    [
      'of a repository that is not in the map, by its name',
      { repository: 'ubi-9-baseos-rpms' },
      '9.4',
      assumed9,
      false,
    ],
    [
      'of a product laid upon a release whose repository is not in the map, by its name',
      { major: 8, repository: 'satellite-capsule-6.16-for-rhel-8-x86_64-rpms' },
      '8.10',
      ['cpe:/a:redhat:satellite_capsule:6.16::el8'],
      false,
    ],
    [
      'of such a one that has no name here are those of a plain image',
      { repository: 'mine-1.0-for-rhel-9-x86_64-rpms' },
      '9.4',
      assumed9,
      true,
    ],
    ['of a cloud provider, by its name', { repository: 'rhui-rhel-9-baseos-rhui-rpms' }, '9.4', assumed9, false],
    [
      'of an unknown channel of extras, by its name',
      { major: 7, repository: 'rhel-7-server-extras-rpms' },
      '7.9',
      ['cpe:/a:redhat:rhel_extras:7'],
      false,
    ],
    [
      'of an unknown extended repository, by its name',
      { contentSets: ['rhel-9-for-s390x-baseos-e4s-rpms__9_DOT_0'] },
      '9.0',
      ['cpe:/o:redhat:rhel_e4s:9.0'],
      false,
    ],
    [
      'of an unknown extended repository of no minor release, by the release of the image',
      { contentSets: ['rhel-9-for-aarch64-baseos-eus-rpms'] },
      '9.2',
      ['cpe:/o:redhat:rhel_eus:9.2'],
      false,
    ],
    [
      'of an extended repository are those of the minor release of the image',
      { contentSets: ['rhel-9-for-x86_64-baseos-eus-rpms'] },
      '9.2',
      ['cpe:/o:redhat:rhel_eus:9.2::baseos'],
      false,
    ],
    [
      'of an extended repository are all where the minor release is not known',
      { contentSets: ['rhel-9-for-x86_64-baseos-eus-rpms'] },
      undefined,
      ['cpe:/o:redhat:rhel_eus:9.0::baseos', 'cpe:/o:redhat:rhel_eus:9.2::baseos'],
      false,
    ],
    [
      'of RHEL 7 are its extras too',
      { major: 7 },
      '7.9',
      ['cpe:/o:redhat:enterprise_linux:7', 'cpe:/a:redhat:rhel_extras:7'],
      true,
    ],
  ])('%s', (_, more, release, cpes, assumed) => {
    const found = installed({ ...package9, ...more });
    expect(redHatProducts(image(release))(found)).toMatchObject({ cpes, assumed });
  });
  it('limit nothing elsewhere', () => {
    const found = { ...installed(package9), ecosystem: 'AlmaLinux:9' };
    expect(redHatProducts(image())(found)).toBeUndefined();
  });
});

function excerpt(name: string): Uint8Array {
  return readFileSync(new URL(`../advisory/source/redhat/testdata/${name}`, import.meta.url));
}

const main9 = ['rhel-9-for-x86_64-baseos-rpms', 'rhel-9-for-x86_64-appstream-rpms'];
const eus9 = ['rhel-9-for-x86_64-baseos-eus-rpms'];
const curl = judgedBy(excerpt('cve-2023-38545.json'));
const openssl = judgedBy(excerpt('cve-2024-0727.json'));
const fcgi = judgedBy(excerpt('cve-2025-40907.json'));

/*
 * CVE-2023-38545 in libcurl, as https://access.redhat.com/security/cve/CVE-2023-38545 has it: RHEL 9.0 EUS
 * 7.76.1-14.el9_0.9 (RHSA-2023:5700), RHEL 9.2 7.76.1-23.el9_2.4 (RHSA-2023:5763), RHEL 9.3 7.76.1-26.el9_3.2
 * (RHSA-2023:6745); releases 6 to 8 do not have the code.
 */
describe('lines of builds: CVE-2023-38545 of libcurl', () => {
  const both = '(RHSA-2023:5763, RHSA-2023:6745)';
  const base = { name: 'libcurl', architecture: 'x86_64', major: 9, source: 'curl' };
  it.each<[string, string, Partial<Installed>, string | undefined, string]>([
    ['main, before all fixes', '7.76.1-14.el9', { contentSets: main9 }, '9.0', `affected 7.76.1-23.el9_2.4 ${both}`],
    [
      'main: the fix of the extended 9.0 is of another line',
      '7.76.1-14.el9_0.9',
      { contentSets: main9 },
      '9.0',
      `affected 7.76.1-23.el9_2.4 ${both}`,
    ],
    ['main: 9.2, fixed', '7.76.1-23.el9_2.4', { contentSets: main9 }, '9.2', 'not affected'],
    ['main: a later build for 9.2', '7.76.1-23.el9_2.5', { contentSets: main9 }, '9.2', 'not affected'],
    [
      'main: 9.3 as it was first shipped is higher than the fix of 9.2, and has the flaw',
      '7.76.1-26.el9',
      { contentSets: main9 },
      '9.3',
      `affected 7.76.1-26.el9_3.2 ${both}`,
    ],
    ['main: 9.3, fixed', '7.76.1-26.el9_3.2', { contentSets: main9 }, '9.3', 'not affected'],
    ['main: 9.4', '7.76.1-29.el9_4', { contentSets: main9 }, '9.4', 'not affected'],
    ['nobody tells: main', '7.76.1-26.el9', {}, '9.3', `affected 7.76.1-26.el9_3.2 ${both}`],
    ['extended 9.0', '7.76.1-14.el9_0.5', { contentSets: eus9 }, '9.0', 'affected 7.76.1-14.el9_0.9 (RHSA-2023:5700)'],
    ['extended 9.0, fixed there', '7.76.1-14.el9_0.9', { contentSets: eus9 }, '9.0', 'not affected'],
    [
      'extended 9.2, of which nothing is said: as the main line, whose fix for 9.2 it gets',
      '7.76.1-23.el9_2.3',
      { contentSets: ['rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2'] },
      '9.2',
      `affected 7.76.1-23.el9_2.4 ${both}`,
    ],
    [
      'extended, of which nothing is said, and whose main line has no fix for it or before',
      '7.76.1-26.el9',
      { contentSets: ['rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_1'] },
      '9.1',
      'affected not-fixed (fixed in 7.76.1-26.el9_3.2 of a later minor release)',
    ],
    [
      'main and extended at hand: the build tells',
      '7.76.1-14.el9_0.9',
      { contentSets: [...main9, ...eus9] },
      '9.0',
      'not affected',
    ],
    [
      'extended, of which minor release nobody tells: the build does',
      '7.76.1-23.el9_2.3',
      { contentSets: eus9 },
      undefined,
      `affected 7.76.1-23.el9_2.4 ${both}`,
    ],
    [
      'extended, of which minor release nobody tells, not even the build: whatever is said',
      '7.76.1-23.el9',
      { contentSets: eus9 },
      undefined,
      `affected 7.76.1-23.el9_2.4 ${both}`,
    ],
    ['release 8 does not have the code', '7.61.1-1.el8', { major: 8 }, '8.9', 'not affected'],
  ])('%s', (_, version, more, release, expected) => {
    expect(curl(installed({ ...base, version, ...more }), image(release))).toBe(expected);
  });
  it('without anything known of products they limit nothing', () => {
    expect(curl(installed({ ...base, version: '7.76.1-14.el9_0.9' }))).toMatch(/^affected /);
    expect(curl(installed({ ...base, version: '7.76.1-30.el9' }))).toBe('not affected');
  });
});

describe('products laid upon a release: puppet-agent of CVE-2023-38545', () => {
  const agent = { name: 'puppet-agent', version: '7.26.0-1.el8sat', architecture: 'x86_64', major: 8 };
  it.each<[string, Partial<Installed>, string]>([
    [
      'of Satellite',
      { contentSets: ['satellite-6.14-for-rhel-8-x86_64-rpms'] },
      'affected 7.27.0-1.el8sat (RHSA-2024:0797)',
    ],
    [
      'of its repository',
      { repository: 'satellite-6.14-for-rhel-8-x86_64-rpms' },
      'affected 7.27.0-1.el8sat (RHSA-2024:0797)',
    ],
    ['of a plain image is another package', { contentSets: ['rhel-8-for-x86_64-baseos-rpms'] }, 'not affected'],
    ['of an image that does not tell is another package', {}, 'not affected'],
    ['of OpenShift is another package', { repository: 'rhocp-4.13-for-rhel-9-x86_64-rpms' }, 'not affected'],
  ])('%s', (_, more, expected) => {
    expect(judgedBy(excerpt('cve-2023-38545.json'))(installed({ ...agent, ...more }), image('8.9'))).toBe(expected);
  });
});

/* CVE-2024-0727: openssl 1:3.0.7-27.el9 fixes it in release 9; no fix elsewhere. */
describe('epochs and statuses: CVE-2024-0727 of openssl', () => {
  it.each<[string, Installed, string]>([
    [
      'below',
      { name: 'openssl-libs', source: 'openssl', version: '1:3.0.7-25.el9_3', major: 9 },
      'affected 1:3.0.7-27.el9 (RHSA-2024:2447)',
    ],
    ['fixed', { name: 'openssl-libs', source: 'openssl', version: '1:3.0.7-27.el9', major: 9 }, 'not affected'],
    [
      'no epoch is epoch 0',
      { name: 'openssl-libs', source: 'openssl', version: '3.5.0-1.el9', major: 9 },
      'affected 1:3.0.7-27.el9 (RHSA-2024:2447)',
    ],
    [
      'deferred is affected, in every package of the source',
      { name: 'openssl-libs', source: 'openssl', version: '1:1.1.1k-14.el8_6', major: 8 },
      'affected deferred (Fix deferred)',
    ],
    [
      'out of support is affected',
      { name: 'openssl-libs', source: 'openssl', version: '1:1.0.2k-26.el7_9', major: 7 },
      'affected end-of-life (Out of support scope)',
    ],
    [
      'will not be fixed is affected',
      { name: 'edk2-ovmf', source: 'edk2', version: '20220126gitbb1bba3d77-6.el8', major: 8 },
      'affected will-not-fix (Will not fix)',
    ],
    ['not affected', { name: 'shim-x64', source: 'shim', version: '15.8-4.el8_9', major: 8 }, 'not affected'],
    ['another package', { name: 'bash', version: '5.1.8-9.el9', major: 9 }, 'not affected'],
  ])('%s', (_, found, expected) => {
    expect(openssl(installed(found), image())).toBe(expected);
  });
});

/* CVE-2025-40907: the package is of a module in release 8, of none in 9 and 10; in 7 only the extended life cycle has it. */
describe('modules and ends of maintenance: CVE-2025-40907 of perl-FCGI', () => {
  const label = 'perl-FCGI:0.78:8100020250529111022:69ef70f8';
  const name = 'perl-FCGI';
  it.each<[string, Installed, string]>([
    [
      'the stream',
      { name, version: '1:0.78-11.module+el8.1.0+2940+55ca6856', major: 8, label },
      'affected 1:0.78-12.module+el8.10.0+23147+df114ff4 (RHSA-2025:8696)',
    ],
    [
      'the stream, fixed',
      { name, version: '1:0.78-12.module+el8.10.0+23147+20b7d289', major: 8, label },
      'not affected',
    ],
    [
      'another stream',
      { name, version: '1:0.78-11.module+el8.1.0+2940+55ca6856', major: 8, label: 'perl-FCGI:0.80:8:a' },
      'not affected',
    ],
    [
      'a build of a module that does not say of which stream',
      { name, version: '1:0.78-11.module+el8.1.0+2940+55ca6856', major: 8 },
      'unknown 1:0.78-12.module+el8.10.0+23147+df114ff4 (RHSA-2025:8696)',
    ],
    ['a build of no module', { name, version: '1:0.78-1.el8', major: 8 }, 'not affected'],
    [
      'what is said of builds of no module',
      { name, version: '1:0.79-8.el9', major: 9 },
      'affected 1:0.79-8.1.el9_6 (RHSA-2025:8635)',
    ],
    [
      'what is said of builds of no module, of one',
      { name, version: '1:0.79-8.module+el9', major: 9, label },
      'not affected',
    ],
    [
      'release 10, whose products have a minor release',
      { name, version: '1:0.82-13.el10', major: 10 },
      'affected 1:0.82-13.1.el10_0 (RHSA-2025:8636)',
    ],
    [
      'after the end of maintenance',
      { name, version: '1:0.74-8.el7', major: 7 },
      'affected end-of-life (fixed for Extended Life Cycle Support only: RHSA-2025:8625)',
    ],
    [
      'with the extended life cycle',
      { name, version: '1:0.74-8.el7', major: 7, contentSets: ['rhel-7-server-els-rpms'] },
      'affected 1:0.74-8.el7_9.1 (RHSA-2025:8625)',
    ],
    [
      'with the extended life cycle, fixed',
      { name, version: '1:0.74-8.el7_9.1', major: 7, contentSets: ['rhel-7-server-els-rpms'] },
      'not affected',
    ],
  ])('%s', (_, found, expected) => {
    expect(fcgi(installed(found), image())).toBe(expected);
  });
});

it.each<[string, string, boolean]>([
  ['kernel-headers', 'kernel', true],
  ['kernel-core', 'kernel', false],
  ['kernel-tools-libs', 'kernel', false],
])('flaws of the kernel are not in %s of %s: %s', (name, source, expected) => {
  const found = installed({ name, source, version: '5.14.0-70.el9', major: 9 });
  expect(elsewhere(found, 'CVE-2026-1') !== undefined).toBe(expected);
});

it('says what a verdict leans on', () => {
  const found = installed({
    name: 'libcurl',
    source: 'curl',
    architecture: 'x86_64',
    version: '7.76.1-14.el9',
    major: 9,
  });
  const entry: StoredEntry = {
    id: 'CVE-2023-38545',
    aliases: [],
    covers: [],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '7.76.1-23.el9_2.4' }] }],
    fixState: 'fixed',
    qualifiers: { module: '', products: ['cpe:/o:redhat:enterprise_linux:9'] },
    feed: 1,
    source: { name: 'redhat', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
  };
  const comparisonIn = (more: Partial<Installed>): string | undefined => {
    const one = {
      ...found,
      metadata: installed({ name: 'libcurl', version: '7.76.1-14.el9', major: 9, ...more }).metadata,
    };
    const lookup = (_: string, __: string, to: string): readonly StoredEntry[] => (to === 'binary' ? [entry] : []);
    const context = { productsOf: redHatProducts(image('9.2')) };
    return matchPackages([one], { lookup }, new Map([['rpm', rpm]]), context).packages[0]?.matches[0]?.comparison;
  };
  const plain = '7.76.1-14.el9 is within < 7.76.1-23.el9_2.4 (rpm)';
  expect(comparisonIn({ contentSets: main9 })).toBe(plain);
  expect(comparisonIn({})).toBe(`${plain}; the image does not tell its products, so those of a plain one`);
  expect(comparisonIn({ contentSets: eus9 })).toBe(
    `${plain}; said of a wider product than the image's own, of which nothing is`,
  );
});

import { describe, expect, it } from 'vitest';
import { versionSchemes } from '../../../scan/ecosystems.ts';
import { judgedOf } from '../../../scan/judged.ts';
import type { AdvisorySource } from '../../advisory.ts';
import { alpine } from '../alpine/alpine.ts';
import { alpineTracker } from '../alpine/tracker.ts';
import { chainguard } from '../chainguard/chainguard.ts';
import { minimos } from '../minimos/minimos.ts';
import { databaseOf, foundIn, installed, type Loaded } from '../updateinfo/assessed.contract.ts';
import { wolfi } from '../wolfi/wolfi.ts';

/** The openssl entry that Chainguard gives as its example (vulnerability-scanner-support, "Scanning Implementation"). */
const openssl = {
  name: 'openssl',
  secfixes: {
    '0': ['CVE-2023-0466', 'CVE-2023-4807'],
    '3.0.8-r0': ['CVE-2022-4203', 'CVE-2022-4304'],
    '3.1.1-r2': ['CVE-2023-2975'],
    '3.1.1-r3': ['CVE-2023-3446'],
    '3.1.1-r4': ['CVE-2023-3817'],
  },
};

function loaded(source: AdvisorySource, ecosystem: string, document: unknown): Loaded {
  const [feed] = source.feeds([ecosystem]);
  if (feed === undefined) throw new Error(`no feed for ${ecosystem}`);
  return { source, feed, document: Buffer.from(JSON.stringify(document)) };
}

const families: readonly [string, AdvisorySource][] = [
  ['Alpine:v3.20', alpine],
  ['Wolfi', wolfi],
  ['Chainguard', chainguard],
  ['MinimOS', minimos],
];

describe.each(families)('%s', (ecosystem, source) => {
  const database = [loaded(source, ecosystem, { distroversion: 'v3.20', packages: [{ pkg: openssl }] })];
  const libcrypto = (version: string): ReturnType<typeof installed> =>
    installed('apk', ecosystem, 'libcrypto3', version, { source: { name: 'openssl', version } });

  // The first row is worked out in that document.
  it.each<[string, readonly string[]]>([
    ['3.1.1-r2', ['CVE-2023-3446 affected 3.1.1-r3', 'CVE-2023-3817 affected 3.1.1-r4']],
    ['3.1.1-r4', []],
    ['3.1.1-r3', ['CVE-2023-3817 affected 3.1.1-r4']],
    [
      '3.0.7-r0',
      [
        'CVE-2022-4203 affected 3.0.8-r0',
        'CVE-2022-4304 affected 3.0.8-r0',
        'CVE-2023-2975 affected 3.1.1-r2',
        'CVE-2023-3446 affected 3.1.1-r3',
        'CVE-2023-3817 affected 3.1.1-r4',
      ],
    ],
  ])('libcrypto3 %s, of openssl', async (version, expected) => {
    expect(await foundIn(database, libcrypto(version))).toEqual(expected);
  });

  it('is judged by the origin of the package, not by its name', async () => {
    expect(await foundIn(database, installed('apk', ecosystem, 'libcrypto3', '3.0.7-r0'))).toEqual([]);
  });

  it('is not silent about a version that it can not read', async () => {
    const found = await foundIn(database, libcrypto('what'));
    expect(found).toContain('version-unparsable');
    expect(found.filter((line) => line.includes(' unknown '))).toHaveLength(5);
  });

  it('has "0" for never affected, which goes before what others say', async () => {
    const osv = { ...source, id: 'other' };
    const other = { name: 'openssl', secfixes: { '9-r0': ['CVE-2023-0466', 'CVE-2020-9999'] } };
    const both = [...database, loaded(osv, ecosystem, { distroversion: 'v3.20', packages: [{ pkg: other }] })];
    expect(await foundIn(both, libcrypto('3.1.1-r4'))).toEqual(['CVE-2020-9999 affected 9-r0']);
  });

  it('lists fixes alone, so that what is found in files of its packages stays', async () => {
    const owner = libcrypto('3.1.1-r4');
    const owned = { ...owner, id: 'x', type: 'pypi', ecosystem: 'PyPI', ownedBy: owner.id };
    const { packages } = judgedOf([owner, owned], { advisories: await databaseOf(database), schemes: versionSchemes });
    expect(packages).toContain(owned);
  });
});

describe('Wolfi and Chainguard', () => {
  it('are told apart by what the image says: neither answers for the other', async () => {
    const database = [loaded(wolfi, 'Wolfi', { packages: [{ pkg: openssl }] })];
    const found = installed('apk', 'Chainguard', 'openssl', '3.0.7-r0');
    expect(await foundIn(database, found)).toEqual([]);
  });
});

describe('Alpine and its tracker', () => {
  const state = (version: string, fixed: boolean): object => ({
    repo: '3.22-main',
    packageVersion: `https://security.alpinelinux.org/srcpkg/openssl/${version}`,
    fixed,
  });
  const flaw = (id: string, ...states: object[]): object => ({
    id: `https://security.alpinelinux.org/vuln/${id}`,
    state: states,
  });
  const database = [
    loaded(alpine, 'Alpine:v3.22', { distroversion: 'v3.22', packages: [{ pkg: openssl }] }),
    loaded(alpineTracker, 'Alpine:v3.22', {
      id: 'https://security.alpinelinux.org/branch/3.22-main',
      items: [
        flaw('CVE-2025-1111', state('3.1.1-r4', false)),
        flaw('CVE-2023-0466', state('3.1.1-r4', false)),
        flaw('CVE-2023-3817', state('3.1.1-r3', false), state('3.1.1-r4', true)),
      ],
    }),
  ];
  it.each<[string, readonly string[]]>([
    // Open without a fix, but nobody has looked; what secdb says was never there stays away.
    ['3.1.1-r4', ['CVE-2025-1111 unknown not-fixed']],
    ['3.1.1-r3', ['CVE-2023-3817 affected 3.1.1-r4', 'CVE-2025-1111 unknown not-fixed']],
    // Later than what the tracker has seen.
    ['3.1.1-r5', []],
  ])('openssl %s', async (version, expected) => {
    expect(await foundIn(database, installed('apk', 'Alpine:v3.22', 'openssl', version))).toEqual(expected);
  });
});

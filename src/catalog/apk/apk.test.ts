import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { apk } from './apk.ts';

const path = 'lib/apk/db/installed';
const distro: Distro = {
  id: 'alpine',
  name: 'Alpine Linux v3.20',
  versionId: '3.20.3',
  like: [],
  source: '/etc/os-release',
  ecosystem: 'Alpine:v3.20',
};
const layer = { index: 3, diffId: 'sha256:00' };

function testdata(name: string): Uint8Array {
  return readFileSync(new URL(`testdata/${name}`, import.meta.url));
}

function catalog(text: string | Uint8Array, at: string = path): CatalogResult {
  return apk.catalog({ distro, files: [{ path: at, bytes: Buffer.from(text), layer }] });
}

describeCataloger(apk, [
  {
    name: 'alpine 3.20',
    files: { [path]: testdata('installed-3.20') },
    distro,
    expected: [
      'alpine-baselayout 3.6.5-r0 x86_64',
      'busybox-binsh 1.36.1-r29 x86_64',
      'ca-certificates-bundle 20240705-r0 x86_64',
      'libcrypto3 3.3.2-r0 x86_64',
      'musl 1.2.5-r0 x86_64',
      'scanelf 1.3.7-r2 x86_64',
      'zlib 1.3.1-r1 x86_64',
    ],
  },
  {
    name: 'alpine 3.11 under /usr, without a distribution',
    files: { [`usr/${path}`]: testdata('installed-3.11') },
    expected: [
      'ca-certificates-cacert 20191127-r2 x86_64',
      'libc-utils 0.7.2-r0 x86_64',
      'libtls-standalone 2.9.1-r0 x86_64',
      'musl-utils 1.1.24-r3 x86_64',
      'zlib 1.2.11-r3 x86_64',
    ],
  },
]);

it('reads a package whole', () => {
  expect(catalog(testdata('installed-3.20')).packages.find((found) => found.name === 'libcrypto3')).toEqual({
    id: 'pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&distro=alpine-3.20.3',
    name: 'libcrypto3',
    version: '3.3.2-r0',
    ecosystem: 'Alpine:v3.20',
    type: 'apk',
    kind: 'binary',
    source: { name: 'openssl', version: '3.3.2-r0' },
    architecture: 'x86_64',
    purl: 'pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&distro=alpine-3.20.3',
    locations: [{ path: '/lib/apk/db/installed', layer }],
    licenses: ['Apache-2.0'],
    foundBy: 'apk',
    metadata: {
      kind: 'apk',
      maintainer: 'Natanael Copa <ncopa@alpinelinux.org>',
      url: 'https://www.openssl.org/',
      commit: expect.stringMatching(/^[\da-f]{40}$/),
    },
  });
});

it('reads the files of a package with their digests', () => {
  const { ownership } = catalog(testdata('installed-3.20'));
  expect(ownership?.find((owned) => owned.package.includes('/libcrypto3@'))?.files).toContainEqual({
    path: '/lib/libcrypto.so.3',
    digest: expect.stringMatching(/^sha1:[\da-f]{40}$/),
  });
  const baselayout = ownership?.find((owned) => owned.package.includes('/alpine-baselayout@'));
  // Its checksum line is `Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=`.
  expect(baselayout?.files[0]).toEqual({ path: '/etc/motd', digest: 'sha1:48b912f610627546cfc30af0f974745a1bf7c30f' });
});

const head = 'P:a\nV:1-r0\nA:x86_64\no:b\n';

it.each([
  ['MIT', ['MIT']],
  ['MIT AND (BSD-3-Clause OR ISC)', ['MIT AND (BSD-3-Clause OR ISC)']],
  ['GPL-2.0-only WITH Classpath-exception-2.0', ['GPL-2.0-only WITH Classpath-exception-2.0']],
  ['MIT BSD GPL2+ MIT', ['MIT', 'BSD', 'GPL2+']],
  ['', []],
])('licence %j is %j', (text, licenses) => {
  expect(catalog(`${head}L:${text}\n\n`).packages[0]?.licenses).toEqual(licenses);
});

it.each([
  ['R:x', { path: '/x' }],
  ['F:\nR:x', { path: '/x' }],
  ['F:usr/bin\nR:x', { path: '/usr/bin/x' }],
  ['F:usr/bin\nR:x\na:0:0:755\nZ:Q2!', { path: '/usr/bin/x' }],
  [`R:x\nZ:Q1${Buffer.alloc(20, 0xab).toString('base64')}`, { path: '/x', digest: `sha1:${'ab'.repeat(20)}` }],
  [`R:x\nZ:Q2${Buffer.alloc(32, 0xab).toString('base64')}`, { path: '/x', digest: `sha256:${'ab'.repeat(32)}` }],
  [`R:x\nZ:Q2${Buffer.alloc(20, 0xab).toString('base64')}`, { path: '/x' }],
  [`R:x\nZ:${'ab'.repeat(16)}`, { path: '/x', digest: `md5:${'ab'.repeat(16)}` }],
])('file lines %j own %o', (lines, file) => {
  expect(catalog(`${head}${lines}\n\n`).ownership?.[0]?.files).toEqual([file]);
});

it.each([
  ['no name', `V:1\n\n${head}\n`, 'line 1: package without usable name'],
  ['no version', `P:x\n\n${head}\n`, 'line 1: package without usable version'],
  ['a bad name', `P:x y\nV:1\n\n${head}\n`, 'line 1: package without usable name'],
  ['a line without letter', `${head}oops\n\n`, 'line 5: not a field'],
  ['a version twice', `${head}V:2\n\n`, 'line 5: field twice'],
  ['an empty line lost', `P:x\nV:1\no:x\n${head}\n`, 'line 4: no empty line before the next package'],
  ['an end within a package', `${head}\nP:x\nV:1\n`, 'line 7: end within a package'],
  ['an end within a line', `${head}\nP:x\nV:1`, 'line 7: end within a line; line 7: end within a package'],
])('%s is told and the others are read', (_name, text, detail) => {
  const { packages, problems } = catalog(text);
  expect(packages.map((found) => `${found.name} ${found.version}`)).toContain('a 1-r0');
  expect(problems).toEqual([
    {
      code: 'corrupt',
      message: 'Package record is damaged',
      detail,
      path: '/lib/apk/db/installed',
      layer: 3,
      by: 'apk',
      lossy: true,
    },
  ]);
});

it('reads one file under both paths once, and two files both', () => {
  const both = (second: string): CatalogResult =>
    apk.catalog({
      files: [
        { path, bytes: Buffer.from(`${head}\n`), layer },
        { path: `usr/${path}`, bytes: Buffer.from(second), layer },
      ],
    });
  expect(both(`${head}\n`).packages[0]?.locations).toHaveLength(1);
  const { packages, problems } = both(`${head}\nP:c\nV:2\nA:noarch\n\n`);
  expect(packages.map((found) => [found.name, found.locations.length])).toEqual([
    ['a', 2],
    ['c', 1],
  ]);
  expect(problems).toEqual([]);
});

it('one package of two origins is two', () => {
  const { packages, ownership } = catalog(`${head}\n${head.replace('o:b', 'o:c')}R:x\n\n${head}\n`);
  const purl = 'pkg:apk/alpine/a@1-r0?arch=x86_64&distro=alpine-3.20.3';
  expect(packages.map((found) => [found.id, found.purl, found.source?.name])).toEqual([
    [purl, purl, 'b'],
    [`${purl}#2`, purl, 'c'],
  ]);
  expect(ownership).toEqual([{ package: `${purl}#2`, files: [{ path: '/x' }] }]);
});

it.each([
  ['Wolfi', 'Wolfi'],
  ['Debian:12', undefined],
  ['openSUSE:Leap 15.6', undefined],
])('in %s a package is of %s', (ecosystem, expected) => {
  const files = [{ path, bytes: Buffer.from(`${head}\n`), layer }];
  const { packages } = apk.catalog({ distro: { ...distro, ecosystem }, files });
  expect(packages.map((found) => found.ecosystem)).toEqual([expected]);
});

it('counts what it does not tell one by one', () => {
  const { problems } = catalog('P:x\n\n'.repeat(100));
  expect([problems.length, problems.at(-1)?.detail]).toEqual([21, '80 more']);
});

const fixtures = new URL('../../../../shared/fixtures/apk/', import.meta.url);
const there = existsSync(fixtures);
describe.skipIf(!there)(`whole databases${there ? '' : ': SKIPPED, no ../shared/fixtures here'}`, () => {
  it.each([
    ['3.11.13', 14],
    ['3.14.10', 14],
    ['3.17.10', 15],
    ['3.20.3', 14],
    ['edge', 14],
  ])('%s', (version, count) => {
    const text = readFileSync(new URL(`${version}/installed`, fixtures), 'utf8');
    const { packages, ownership, problems } = catalog(text);
    expect([packages.length, problems]).toEqual([count, []]);
    const pairs = [...text.matchAll(/^P:(.*)\nV:(.*)$/gm)].map((match) => `${match[1]} ${match[2]}`);
    expect(packages.map((found) => `${found.name} ${found.version}`).toSorted()).toEqual(pairs.toSorted());
    const files = ownership?.reduce((sum, owned) => sum + owned.files.length, 0);
    expect(files).toBe(text.match(/^R:/gm)?.length);
  });
});

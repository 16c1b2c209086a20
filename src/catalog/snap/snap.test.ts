import { describe, expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { snap } from './snap.ts';
import { snapExtractor } from './snap-extractor.ts';

const layer = { index: 0, diffId: 'sha256:00' };
const mounted = readTree(new URL('testdata/tree/', import.meta.url));
const old = readTree(new URL('testdata/old/', import.meta.url));
const packed = { 'var/lib/snapd/seed/snaps/core20_2318.snap': Buffer.from('hsqs and so on') };
const based = [
  'base-files 12.4+deb12u11 amd64',
  'bash 5.2.15-2+b8 amd64',
  'core22 20240408 amd64',
  'libc6 2.36-9+deb12u14 amd64',
  'libssl3 3.0.19-1~deb12u2 amd64',
  'tzdata 2025b-0+deb12u2 all',
];
const staged = ['harbour 3.10 amd64', 'libcurl4 7.81.0-1ubuntu1.16 amd64', 'libgomp1 12.3.0-1ubuntu1~22.04 amd64'];

describeCataloger(
  snap,
  [
    { name: 'mounted snaps', files: mounted, expected: [...based, ...staged].toSorted() },
    {
      name: 'the root of a snap',
      files: old,
      distro: { id: 'ubuntu', name: 'Ubuntu', versionId: '22.04', like: ['debian'], source: '/etc/os-release' },
      expected: ['libssl1.0.0 1.0.2g-1ubuntu4.15 -', 'tide 1.2+git3.abcdef1 all'],
    },
    { name: 'a packed snap', files: packed, expected: ['core20 2318 -'] },
  ],
  { extractor: snapExtractor },
);
describeMutations(snap, [mounted, old], 3);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({
      path,
      bytes: Buffer.from(files[path] ?? ''),
      layer,
      ...(snapExtractor.selects(path) ? { extractor: snapExtractor.id } : {}),
    }));
  return snap.catalog({ files: list });
}

describe('mounted snaps', () => {
  const { packages, relationships = [], problems } = catalog(mounted);
  it('are told whole, without problems', () => {
    expect(problems).toEqual([]);
    expect(packages.find(({ name }) => name === 'harbour')).toEqual({
      id: 'pkg:snap/harbour@3.10?arch=amd64',
      purl: 'pkg:snap/harbour@3.10?arch=amd64',
      name: 'harbour',
      version: '3.10',
      type: 'snap',
      kind: 'binary',
      architecture: 'amd64',
      locations: [{ path: '/snap/harbour/x1/meta/snap.yaml', layer }],
      licenses: ['GPL-3.0-or-later'],
      foundBy: 'snap',
      metadata: { kind: 'language', homepage: 'https://example.org/harbour' },
    });
  });
  it('depend on their base', () => {
    expect(relationships.filter(({ kind }) => kind === 'depends-on')).toEqual([
      {
        kind: 'depends-on',
        from: 'pkg:snap/harbour@3.10?arch=amd64',
        to: 'pkg:snap/core22@20240408?arch=amd64',
      },
    ]);
  });
  it('contain Debian packages, of which no distribution of the image is told', () => {
    const from = 'pkg:snap/harbour@3.10?arch=amd64';
    expect(relationships.flatMap((one) => (one.from === from && one.kind === 'contains' ? [one.to] : []))).toEqual([
      'pkg:deb/ubuntu/libcurl4@7.81.0-1ubuntu1.16?arch=amd64&distro=ubuntu-22.04',
      'pkg:deb/ubuntu/libgomp1@12.3.0-1ubuntu1~22.04?arch=amd64&distro=ubuntu-22.04',
    ]);
    expect(packages.filter((one) => one.ecosystem !== undefined)).toEqual([]);
  });
});

it('what was only unpacked to build a snap is likely in it', () => {
  expect(catalog(old).packages.find(({ type }) => type === 'deb')?.metadata).toEqual({
    kind: 'language',
    identifiedBy: 'manifest.yaml',
    certainty: 'likely',
  });
});

describe('a packed snap', () => {
  const path = 'var/lib/snapd/snaps/harbour_x1.snap';
  it('is known by its name only, which is said', () => {
    const { packages, problems } = catalog({ 'var/lib/snapd/snaps/firefox_4793.snap': 'hsqs' });
    expect(packages).toMatchObject([
      { id: 'pkg:snap/firefox@4793', metadata: { identifiedBy: 'file name', certainty: 'guessed' } },
    ]);
    expect(problems).toMatchObject([{ code: 'unsupported', detail: 'firefox 4793', lossy: true }]);
  });
  it('is the mounted one', () => {
    expect(catalog({ ...mounted, [path]: 'hsqs' })).toEqual(catalog(mounted));
  });
  it('that is named otherwise is told', () => {
    const { packages, problems } = catalog({ 'var/lib/snapd/snaps/..snap': 'hsqs' });
    expect([packages, problems]).toMatchObject([[], [{ code: 'unsupported', lossy: true }]]);
  });
  it('is never held whole', () => {
    const extraction = snapExtractor.open(path, 2 ** 32);
    expect(extraction.write(Buffer.from('hs'))).toBe(true);
    expect(extraction.write(Buffer.alloc(100_000, 'qs'))).toBe(false);
    expect(Buffer.from(extraction.end()?.bytes ?? []).toString()).toBe('hsqs');
    expect(snapExtractor.open(path, 0).end()).toBeUndefined();
  });
});

const yaml = 'snap/a/1/meta/snap.yaml';
it.each<[string, readonly string[], readonly string[]]>([
  ['name: a\nversion: 1.10\n', ['a 1.10'], []],
  ['name: a\nversion: "1.10"\n', ['a 1.10'], []],
  ['name: a\nversion: 2024-01-02 # today\n', ['a 2024-01-02'], []],
  ['name: a\nversion: 1.2', ['a 1.2'], ['A file may be cut short']],
  ['name: a\n', [], ['A package has no usable name or version']],
  ['name: ../a\nversion: 1\n', [], ['The declaration of a snap is damaged']],
  ['- a\n', [], ['The declaration of a snap is damaged']],
  [`name: a\nversion: ${'1'.repeat(2000)}\n`, [], ['A package has no usable name or version']],
  ['__proto__: {name: b}\nname: a\nversion: 1\n', ['a 1'], []],
])('%j', (text, packages, problems) => {
  const result = catalog({ [yaml]: text });
  expect(result.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(packages);
  expect(result.problems.map(({ message }) => message)).toEqual(problems);
});

it.each<[string, readonly string[], number]>([
  ['primed-stage-packages: [a-b=1, "c:i386=2:3-4", d, e=x, "=1", {f: 1}, "G=1"]\n', ['a-b 1', 'c 2:3-4'], 5],
  ['primed-stage-packages: []\nparts: {p: {stage-packages: [never=1]}}\n', [], 0],
  ['parts: {p: {stage-packages: null}, q: [], __proto__: {stage-packages: [a-b=1]}}\n', ['a-b 1'], 0],
  ['1\n', [], 1],
  [`primed-stage-packages: [${'x, '.repeat(50_000)}]\n`, [], 10],
])('a manifest %.60s', (text, debs, problems) => {
  const result = catalog({ [yaml]: 'name: a\nversion: 1\n', 'snap/a/1/snap/manifest.yaml': text });
  expect(result.packages.filter(({ type }) => type === 'deb').map(({ name, version }) => `${name} ${version}`)).toEqual(
    debs,
  );
  expect(result.problems).toHaveLength(problems);
});

it.each([
  ['snap/a/current/meta/snap.yaml', true],
  ['var/lib/snapd/snap/a/12/meta/snap.yaml', true],
  ['meta/snap.yaml', true],
  ['snap/manifest.yaml', true],
  ['srv/project/snap/manifest.yaml', false],
  ['srv/project/snap/snapcraft.yaml', false],
  ['snap/a/b/meta/snap.yaml', false],
  ['xmeta/snap.yaml', false],
  ['usr/share/snappy/dpkg.list', true],
])('wants %s: %s', (path, wanted) => {
  expect(snap.selects(path, 'files')).toBe(wanted);
});

it('leaves a list at the root of an image that is no snap alone', () => {
  expect(catalog({ 'usr/share/snappy/dpkg.list': 'ii  a 1 amd64 x\n' })).toMatchObject({ packages: [], problems: [] });
  expect(catalog({ 'snap/a/1/snap/manifest.yaml': 'parts: {}\n' }).problems).toMatchObject([{ lossy: true }]);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { readDeploy } from './deploy.ts';
import { flatpak } from './flatpak.ts';

const testdata = new URL('testdata/', import.meta.url);
const layer = { index: 0, diffId: 'sha256:00' };
const root = 'var/lib/flatpak/';
const installed = readTree(new URL('installed/', testdata), root);
const image = readTree(new URL('image/', testdata));
/** `id/arch/branch`, version, remote, commit, runtime, by Flatpak itself. */
const rows = readFileSync(new URL('flatpak-list.txt', testdata), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));
const listed = rows.map(([ref = '', version]) => {
  const [id, arch, branch] = ref.split('/');
  return `${id} ${version || branch} ${arch}`;
});
const modules = ['buoy 0.9.0 -', 'libquay 2.4.1 -', 'moor 880e38dedfd737008ddd0ebbbd0daaaed26b0d20 -', 'tide 1.10 -'];
const harbour = 'pkg:flatpak/org.example.Harbour@3.1.4?arch=x86_64&branch=stable';
const platform = 'pkg:flatpak/org.example.Platform@24.08?arch=x86_64&branch=24.08';

describeCataloger(flatpak, [
  { name: 'an installation', files: installed, expected: [...listed, ...modules].toSorted() },
]);
describeCataloger(flatpak, [
  { name: 'a flatpak as an image', files: image, expected: ['org.example.Harbour 3.1.4 x86_64'], unrecognizable: true },
]);
describeMutations(flatpak, [installed, image], 11);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const paths = Object.keys(files).toSorted();
  return flatpak.catalog({ files: paths.map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer })) });
}

describe('an installation', () => {
  const { packages, relationships = [], problems } = catalog(installed);
  it('is told whole, without problems', () => {
    expect(problems).toEqual([]);
    const metadata = Object.keys(installed).find((path) => path.includes('Harbour/') && path.endsWith('/metadata'));
    expect(packages.find(({ id }) => id === harbour)).toEqual({
      id: harbour,
      purl: harbour,
      name: 'org.example.Harbour',
      version: '3.1.4',
      type: 'flatpak',
      kind: 'binary',
      architecture: 'x86_64',
      locations: [{ path: `/${metadata}`, layer }],
      licenses: ['GPL-3.0-or-later'],
      foundBy: 'flatpak',
      metadata: {
        kind: 'language',
        origin: 'harbour-remote',
        integrity: 'fb3d4b5920bf2aeae1404406fe7e6bd23a936f3d31eb875b2149e44b5fc6d583',
      },
    });
  });
  it('has the commits and the remotes that Flatpak tells', () => {
    const told = packages
      .filter(({ type }) => type === 'flatpak')
      .map((one) =>
        one.metadata.kind === 'language' ? `${one.metadata.origin} ${one.metadata.integrity?.slice(0, 12)}` : '',
      );
    expect(told.toSorted()).toEqual(rows.map(([, , origin, commit]) => `${origin} ${commit}`).toSorted());
  });
  it('is related as Flatpak tells', () => {
    expect(relationships.filter(({ kind }) => kind === 'depends-on').map(({ from, to }) => [from, to])).toEqual([
      ['pkg:flatpak/org.example.Bare@stable?arch=x86_64&branch=stable', platform],
      [harbour, platform],
      ['pkg:flatpak/org.example.Harbour.Locale@stable?arch=x86_64&branch=stable', harbour],
    ]);
    expect(relationships.filter(({ kind }) => kind === 'contains').map(({ from, to }) => [from, to])).toEqual([
      [harbour, 'pkg:generic/libquay@2.4.1'],
      [harbour, 'pkg:generic/tide@1.10'],
      [harbour, 'pkg:generic/moor@880e38dedfd737008ddd0ebbbd0daaaed26b0d20'],
      [harbour, 'pkg:generic/buoy@0.9.0'],
    ]);
  });
  it('of a user is one too', () => {
    const files = readTree(new URL('installed/', testdata), 'home/u/.local/share/flatpak/');
    expect(catalog(files).packages.map(({ id }) => id)).toEqual(packages.map(({ id }) => id));
  });
});

it.each([
  ['is one', image, ['pkg:flatpak/org.example.Harbour@3.1.4?arch=x86_64'], 0],
  [
    'in the folder of a build is one',
    { 'app/metadata': image['metadata'] ?? '', 'app/files/manifest.json': '{"branch": "beta"}' },
    ['pkg:flatpak/org.example.Harbour@beta?arch=x86_64&branch=beta'],
    0,
  ],
  ['without a release is told', { metadata: image['metadata'] ?? '' }, [], 1],
  [
    'of a runtime is of its branch',
    { metadata: '[Runtime]\nname=org.a.B\nruntime=org.a.B/x86_64/9\n' },
    ['pkg:flatpak/org.a.B@9?arch=x86_64&branch=9'],
    0,
  ],
  ['of another kind is nothing', { 'app/metadata': 'name: x\n', metadata: '\xff', 'files/manifest.json': '{' }, [], 0],
])('metadata at the root of an image: what %s', (_name, files, ids, problems) => {
  const result = catalog(files);
  expect(result.packages.map(({ id }) => id)).toEqual(ids);
  expect(result.problems).toHaveLength(problems);
});

const app = '[Application]\nname=org.a.B\nruntime=org.a.P/x86_64/1\n';
const folder = `${root}app/org.a.B/x86_64/stable/00/`;
it.each<[string, Readonly<Record<string, string>>, readonly string[], readonly string[]]>([
  [
    'no metadata',
    { deploy: '' },
    ['org.a.B stable'],
    ['A flatpak has no metadata', 'The note of how a flatpak was installed is damaged'],
  ],
  [
    'metadata of another',
    { metadata: app.replace('B', 'C') },
    ['org.a.B stable'],
    ['The metadata of a flatpak are damaged'],
  ],
  [
    'metadata of neither kind',
    { metadata: '[Context]\nname=org.a.B\n' },
    ['org.a.B stable'],
    ['The metadata of a flatpak are damaged'],
  ],
  ['only a manifest', { 'files/manifest.json': '{}' }, [], ['A flatpak has no metadata']],
  [
    'modules without a version',
    {
      metadata: app,
      'files/manifest.json':
        '{"modules": ["x.json", 1, null, {"name": "y", "sources": [{"type": "archive", "url": "https://example.org/latest.zip"}]}, {"name": "z", "sources": 5, "modules": {}}]}',
    },
    ['org.a.B stable'],
    ['Modules of a flatpak tell no version'],
  ],
  [
    'too many modules',
    { metadata: app, 'files/manifest.json': `{"modules": [${'1,'.repeat(30_000)}1]}` },
    ['org.a.B stable'],
    ['A flatpak has too many modules'],
  ],
])('a flatpak with %s', (_name, files, packages, problems) => {
  const result = catalog(Object.fromEntries(Object.entries(files).map(([path, text]) => [folder + path, text])));
  expect(result.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(packages);
  expect(result.problems.map(({ message }) => message)).toEqual(problems);
});

it.each([
  [`${root}app/org.a.B/x86_64/stable/00/metadata`, true],
  [`${root}app/org.a.B/x86_64/stable/00/export/metadata`, false],
  [`${root}app/org.a.B/current`, false],
  [`${root}app/org.a.B/x86_64/stable/00/files/share/metainfo/org.a.B.metainfo.xml`, false],
  ['files/share/metainfo/org.a.B.metainfo.xml', true],
  ['app/metadata', true],
  ['srv/metadata', false],
  ['deploy', false],
  ['app/deploy', false],
])('wants %s: %s', (path, wanted) => {
  expect(flatpak.selects(path, 'files')).toBe(wanted);
});

it('no cut of a deploy file is read', () => {
  const deploys = Object.entries(installed).filter(([path]) => path.endsWith('/deploy'));
  expect(deploys).toHaveLength(4);
  for (const [, bytes] of deploys) {
    expect(readDeploy(bytes)?.values.has('timestamp')).toBe(false);
    expect(readDeploy(bytes)).toBeDefined();
    const cuts = Array.from({ length: bytes.length }, (_, length) => readDeploy(bytes.subarray(0, length)));
    expect(cuts.filter((read) => read !== undefined)).toEqual([]);
  }
});

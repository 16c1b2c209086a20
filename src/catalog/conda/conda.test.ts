import { describe, expect, it } from 'vitest';
import type { CatalogInput, CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { conda } from './conda.ts';

const files = readTree(new URL('testdata/opt/', import.meta.url), 'opt/');
const layer = { index: 0, diffId: 'sha256:00' };

function catalog(
  given: Readonly<Record<string, Uint8Array | string>>,
  more: Omit<CatalogInput, 'files'> = {},
): CatalogResult {
  const paths = Object.keys(given).toSorted();
  return conda.catalog({
    ...more,
    files: paths.map((path) => ({ path, bytes: Buffer.from(given[path] ?? ''), layer })),
  });
}

describeCataloger(conda, [
  {
    name: 'an environment',
    files,
    expected: ['ca-certificates 2019.11.27 -', 'libzlib 1.2.12 -', 'six 1.16.0 -', 'zlib 1.2.12 -'],
  },
]);
describeMutations(conda, [files]);

describe('an environment', () => {
  const result = catalog(files);
  it('has no problems', () => {
    expect(result.problems).toEqual([]);
  });
  it('is told whole', () => {
    const purl = 'pkg:conda/ca-certificates@2019.11.27?build=0&channel=pkgs/main&subdir=win-64';
    expect(result.packages[0]).toEqual({
      id: purl,
      purl,
      name: 'ca-certificates',
      version: '2019.11.27',
      type: 'conda',
      kind: 'binary',
      licenses: ['MPL 2.0'],
      locations: [{ path: '/opt/conda/conda-meta/ca-certificates-2019.11.27-0.json', layer }],
      foundBy: 'conda',
      metadata: {
        kind: 'language',
        integrity: 'sha256:c9e222704a8492d177aba840c1d2cc1de92f5f9402675290ef17e8bc8ef6eeaa',
      },
    });
  });
  it('depends within itself', () => {
    expect(result.relationships).toEqual([
      {
        kind: 'depends-on',
        from: 'pkg:conda/zlib@1.2.12?build=h90dfc92_0&channel=conda-forge&subdir=osx-arm64',
        to: 'pkg:conda/libzlib@1.2.12?build=h90dfc92_0&channel=conda-forge&subdir=osx-arm64',
      },
    ]);
  });
  it('owns its files, by the digests that they have there', () => {
    const owned = new Map(
      result.ownership?.flatMap(({ files: list }) => list.map(({ path, digest }) => [path, digest])),
    );
    expect(owned.get('/opt/conda/lib/python3.9/site-packages/six-1.16.0.dist-info/METADATA')).toBe(
      'sha256:5507062050801267d9725efb139ae23c2378bf64c8b1cfeab5a7278f12872682',
    );
    expect(owned.get('/opt/conda/lib/pkgconfig/zlib.pc')).toBe(
      'sha256:ebef720d100e68e99c25c3202d414750e79af042ba7613f896ac1e251325cdd0',
    );
    expect([owned.has('/opt/conda/lib/libz.dylib'), owned.get('/opt/conda/lib/libz.dylib')]).toEqual([true, undefined]);
  });
  it('is asked only for the owners of some files', () => {
    const path = '/opt/conda/lib/libz.a';
    expect(catalog(files, { owns: (asked) => asked === path }).ownership).toMatchObject([{ files: [{ path }] }]);
  });
});

const record = (more: object): string => JSON.stringify({ name: 'a', version: '1', build: '0', ...more });

it.each([
  [{ channel: 'conda-forge/linux-64', subdir: 'linux-64' }, 'conda-forge'],
  [{ channel: 'https://x.invalid/t/tk-1-secret/own/label/dev/linux-64', subdir: 'linux-64' }, 'own/label/dev'],
  [{ channel: 'https://u:p@x.invalid/own', subdir: 'noarch' }, 'own'],
  [{ url: 'https://x.invalid/conda-forge/noarch/a-1-0.conda', subdir: 'noarch' }, 'conda-forge'],
  [{ channel: 'defaults' }, 'defaults'],
  [{}, undefined],
])('channel of %j is %s', (more, channel) => {
  const { packages } = catalog({ 'conda-meta/a-1-0.json': record(more) });
  expect(packages.map(({ purl }) => new URLSearchParams(purl.split('?')[1]).get('channel') ?? undefined)).toEqual([
    channel,
  ]);
});

it.each([
  ['six', true],
  ['python=3.9', true],
  ['conda-forge::six >=1', true],
  ['None', undefined],
  ['', undefined],
  ['six==1.16.0=pyh6c4a22f_0', undefined],
])('asked for as %j: direct %s', (spec, direct) => {
  const { packages } = catalog({ 'conda-meta/a-1-0.json': record({ requested_spec: spec }) });
  expect(packages.map(({ usage }) => usage?.direct)).toEqual([direct]);
});

it('one build in two environments is one package, one of two builds two', () => {
  const { packages, relationships, ownership } = catalog({
    'x/conda-meta/a-1-0.json': record({ depends: ['b >=2,<3', '__glibc'], files: ['bin/a', '../up', '/abs'] }),
    'y/conda-meta/a-1-0.json': record({ files: ['bin/a'] }),
    'y/conda-meta/b-2-0.json': record({ name: 'b', version: '2' }),
    'z/conda-meta/a-1-1.json': record({ build: '1', depends: ['c::b[version=2]'] }),
    'z/conda-meta/b-2-0.json': record({ name: 'b', version: '2' }),
  });
  expect(packages.map(({ id, locations }) => [id, locations.length])).toEqual([
    ['pkg:conda/a@1?build=0', 2],
    ['pkg:conda/a@1?build=1', 1],
    ['pkg:conda/b@2?build=0', 2],
  ]);
  expect(relationships).toEqual([{ kind: 'depends-on', from: 'pkg:conda/a@1?build=1', to: 'pkg:conda/b@2?build=0' }]);
  expect(ownership).toEqual([
    { package: 'pkg:conda/a@1?build=0', files: [{ path: '/x/bin/a' }, { path: '/y/bin/a' }] },
  ]);
});

it.each([
  ['no name', '{"version":"1"}'],
  ['a version that is none', '{"name":"a","version":"1 2"}'],
  ['another document', '[]'],
  ['deep nesting', '['.repeat(100_000)],
])('%s is a lossy problem', (_name, content) => {
  const { packages, problems } = catalog({ 'conda-meta/a-1-0.json': content, 'conda-meta/b-1-0.json': record({}) });
  expect(packages).toHaveLength(1);
  expect(problems).toMatchObject([{ code: 'corrupt', path: '/conda-meta/a-1-0.json', lossy: true }]);
});

it.each([
  ['opt/conda/conda-meta/history', false],
  ['opt/conda/pkgs/a/info/index.json', false],
  ['opt/my-conda-meta/a.json', false],
  ['conda-meta/a.json', true],
])('selects %s: %s', (path, expected) => {
  expect(conda.selects(path, 'names')).toBe(expected);
});

import { expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import type { CatalogInput, CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { alpm } from './alpm.ts';

const distro: Distro = { id: 'arch', name: 'Arch Linux', like: [], source: '/etc/os-release' };
const layer = { index: 1, diffId: 'sha256:00' };
const database = readTree(new URL('testdata/local/', import.meta.url), 'var/lib/pacman/local/');
const expected = [
  'driftwood 20240101.r5.gabc123-1.1 any',
  'seaglass 1:1.2.3-2 x86_64',
  'seaglass-libs 1:1.2.3-2 x86_64',
];
const purlOf = (name: string, arch = 'x86_64'): string => `pkg:alpm/arch/${name}?arch=${arch}&distro=arch`;
const wood = purlOf('driftwood@20240101.r5.gabc123-1.1', 'any');
const glass = purlOf('seaglass@1:1.2.3-2');
const libs = purlOf('seaglass-libs@1:1.2.3-2');

function catalog(
  files: Readonly<Record<string, string | Uint8Array>>,
  more: Omit<CatalogInput, 'files'> = {},
): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return alpm.catalog({ distro, ...more, files: list });
}

describeCataloger(alpm, [
  { name: 'pacman 6.0.2', files: database, distro, expected },
  {
    name: 'without a distribution and lists of files',
    files: Object.fromEntries(Object.entries(database).filter(([path]) => path.endsWith('/desc'))),
    expected,
  },
]);
describeMutations(alpm, [database]);

it('reads a package whole', () => {
  expect(catalog(database).packages.find((found) => found.name === 'seaglass-libs')).toEqual({
    id: libs,
    name: 'seaglass-libs',
    version: '1:1.2.3-2',
    type: 'alpm',
    kind: 'binary',
    source: { name: 'seaglass', version: '1:1.2.3-2' },
    architecture: 'x86_64',
    purl: libs,
    locations: [{ path: '/var/lib/pacman/local/seaglass-libs-1:1.2.3-2/desc', layer }],
    licenses: ['GPL2', 'MIT'],
    foundBy: 'alpm',
    metadata: { kind: 'language', homepage: 'https://example.org/seaglass' },
  });
});

it('knows what was asked for by name', () => {
  // As `pacman -Qe` lists.
  expect(catalog(database).packages.flatMap(({ name, usage }) => (usage?.direct ? [name] : []))).toEqual(['seaglass']);
});

it('follows dependencies to what provides them', () => {
  expect(catalog(database).relationships).toEqual([
    { kind: 'depends-on', from: glass, to: libs },
    { kind: 'depends-on', from: glass, to: wood },
  ]);
});

it('an optional dependency is one', () => {
  const files = Object.fromEntries(
    Object.entries(database).map(([path, bytes]) => [
      path,
      Buffer.from(bytes).toString().replace('libtide.so=3-64\nnow', 'now'),
    ]),
  );
  expect(catalog(files, { detail: 'packages' }).relationships).toContainEqual({
    kind: 'depends-on',
    from: glass,
    to: wood,
    scope: 'optional',
  });
});

it('knows the files of a package with their digests', () => {
  const { ownership } = catalog(database);
  expect(ownership?.find((owned) => owned.package === glass)?.files).toEqual([
    {
      path: '/etc/seaglass.conf',
      digest: 'sha256:df1c303bd3548a0238b96abfa73e9e24e104d50ccea3a1a92630545f6e51f083',
    },
    { path: '/usr/bin/sea glass' },
    { path: '/usr/bin/seaglass', digest: 'sha256:7d78b62d16675c41c42aa6066eb87969e95a7b89f987e033e3def10ee2d70b7e' },
  ]);
  const some = catalog(database, { owns: (path) => path.endsWith('.so.1') });
  expect(some.ownership?.map((owned) => [owned.package, owned.files.length])).toEqual([[libs, 1]]);
});

const at = 'var/lib/pacman/local/a-1-1';
const head = '%NAME%\na\n\n%VERSION%\n1-1\n\n%ARCH%\nany\n\n';

it.each([
  ['another name', head.replace('\na\n', '\nb\n'), 'b 1-1', 'not what its folder is called'],
  ['no name', head.replace('%NAME%\na\n\n', ''), 'a 1-1', 'not what its folder is called'],
  ['no architecture', head.replace('%ARCH%\nany\n\n', ''), 'a 1-1', 'no architecture'],
  ['a value of nothing', `x\n\n${head}`, 'a 1-1', 'line 1: value without section'],
  ['an end within', head.slice(0, -1), 'a 1-1', 'line 9: end within a section'],
  ['bytes', '\0', 'a 1-1', 'A package record is no text; not what its folder is called; no architecture'],
])('%s is told, and the package is listed', (_name, text, listed, detail) => {
  const { packages, problems } = catalog({ [`${at}/desc`]: text });
  expect(packages.map((found) => `${found.name} ${found.version}`)).toEqual([listed]);
  expect(problems).toEqual([
    {
      code: 'corrupt',
      message: 'Package record is damaged',
      detail,
      path: `/${at}/desc`,
      layer: 1,
      by: 'alpm',
      lossy: true,
    },
  ]);
});

it('files without a record, and digests that are none, are told', () => {
  expect(catalog({ [`${at}/files`]: '%FILES%\n\n' }).problems).toMatchObject([{ code: 'unreadable', lossy: true }]);
  const { ownership, problems } = catalog({
    [`${at}/desc`]: head,
    [`${at}/files`]: '%FILES%\nusr/\nusr/x\n\n',
    [`${at}/mtree`]: 'no gzip',
  });
  expect(ownership?.[0]?.files).toEqual([{ path: '/usr/x' }]);
  expect(problems).toMatchObject([{ path: `/${at}/mtree`, lossy: false }]);
});

it.each([
  ['var/lib/pacman/local/a-1-1/desc', true],
  ['var/lib/pacman/local/a-1-1/install', false],
  ['var/lib/pacman/local/desc', false],
  ['var/lib/pacman/local/a/b/desc', false],
  ['var/lib/pacman/sync/core.db', false],
])('wants %s: %s', (path, wanted) => {
  expect(alpm.selects(path, 'files')).toBe(wanted);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import type { CatalogInput, CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { readAtoms, splitName } from './atom.ts';
import { portage } from './portage.ts';

const distro: Distro = { id: 'gentoo', name: 'Gentoo Linux', versionId: '2.14', like: [], source: '/etc/os-release' };
const layer = { index: 1, diffId: 'sha256:00' };
const packages = readTree(new URL('testdata/pkg/', import.meta.url), 'var/db/pkg/');
const database = {
  ...packages,
  'var/lib/portage/world': readFileSync(new URL('testdata/world', import.meta.url)),
};
const expected = [
  'dev-lang/python 3.11.6 -',
  'dev-lang/python 3.12.0_rc3_p1 -',
  'dev-libs/gtk-2-engine 9999 -',
  'sys-libs/zlib 1.2.13-r1 -',
];
const purlOf = (name: string): string => `pkg:ebuild/${name}?distro=gentoo-2.14`;
const zlib = purlOf('sys-libs/zlib@1.2.13-r1');
const python311 = purlOf('dev-lang/python@3.11.6');
const python312 = purlOf('dev-lang/python@3.12.0_rc3_p1');
const engine = purlOf('dev-libs/gtk-2-engine@9999');

function catalog(
  files: Readonly<Record<string, string | Uint8Array>>,
  more: Omit<CatalogInput, 'files'> = {},
): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return portage.catalog({ distro, ...more, files: list });
}

describeCataloger(portage, [
  { name: 'a database', files: packages, distro, expected },
  {
    name: 'without a distribution and lists of files',
    files: Object.fromEntries(Object.entries(packages).filter(([path]) => path.endsWith('/PF'))),
    expected,
  },
]);
describeMutations(portage, [database]);

it('reads a package whole', () => {
  expect(catalog(database).packages.find((found) => found.version === '9999')).toEqual({
    id: engine,
    name: 'dev-libs/gtk-2-engine',
    version: '9999',
    type: 'ebuild',
    kind: 'binary',
    purl: engine,
    locations: [{ path: '/var/db/pkg/dev-libs/gtk-2-engine-9999/PF', layer }],
    licenses: ['GPL-2+', 'MIT', 'BSD'],
    foundBy: 'portage',
    metadata: { kind: 'language', origin: 'guru' },
  });
});

it('follows dependencies by slot, blockers left out', () => {
  expect(catalog(database).relationships).toEqual([
    { kind: 'depends-on', from: python311, to: zlib },
    { kind: 'depends-on', from: python312, to: zlib },
    { kind: 'depends-on', from: engine, to: python311 },
    { kind: 'depends-on', from: engine, to: zlib },
  ]);
});

it('knows what the world file asks for', () => {
  const direct = catalog(database).packages.filter(({ usage }) => usage?.direct);
  expect(direct.map(({ version }) => version)).toEqual(['3.11.6']);
});

it('knows the files of a package with their digests', () => {
  const { ownership } = catalog(database);
  expect(ownership?.map((owned) => [owned.package, owned.files.length])).toEqual([
    [python311, 1],
    [python312, 1],
    [zlib, 3],
  ]);
  expect(ownership?.at(-1)?.files).toEqual([
    { path: '/usr/lib64/libz.so.1.2.13', digest: 'md5:0cc175b9c0f1b6a831c399e269772661' },
    { path: '/usr/lib64/libz.so.1' },
    { path: '/usr/share/doc/a name', digest: 'md5:92eb5ffee6ae2fec3ad71c777531578f' },
  ]);
  const some = catalog(database, { owns: (path) => path === '/usr/bin/python3.12' });
  expect(some.ownership?.map((owned) => owned.package)).toEqual([python312]);
});

it.each([
  ['portage-3.0.30-r3', 'portage', '3.0.30-r3'],
  ['gtk+-2.24.33-r3', 'gtk+', '2.24.33-r3'],
  ['font-adobe-100dpi-1.0.3', 'font-adobe-100dpi', '1.0.3'],
  ['openssl-1.0.2u', 'openssl', '1.0.2u'],
  ['a-1_alpha_p20240101-r0', 'a', '1_alpha_p20240101-r0'],
  ['eselect-python-20200719', 'eselect-python', '20200719'],
  ['lib3ds-2-1.0', 'lib3ds-2', '1.0'],
])('%s is %s in %s', (pf, name, version) => {
  expect(splitName(pf)).toEqual({ name, version });
});

it.each(['portage', 'a-1.x', '-1', 'a-', 'a-1-r'])('%s has no version', (pf) => {
  expect(splitName(pf)).toBeUndefined();
});

it.each([
  ['>=sys-libs/zlib-1.2:0/1=', ['sys-libs/zlib 0']],
  ['=dev-lang/perl-5.36*:=', ['dev-lang/perl']],
  ['dev-lang/python:3.11[ssl,threads(+)]', ['dev-lang/python 3.11']],
  ['|| ( a/b c/d::guru ) foo? ( e/f-2 )', ['a/b', 'c/d', 'e/f-2']],
  ['!!<a/b-1 !c/d', []],
])('%s names %o', (text, names) => {
  expect(readAtoms(text).map(({ name, slot }) => (slot ? `${name} ${slot}` : name))).toEqual(names);
});

it.each([
  ['a/-MERGING-b-1', 'A package was being installed'],
  ['a/b', 'A package has no usable name or version'],
])('%s is told', (at, message) => {
  const { packages: none, problems } = catalog({ [`var/db/pkg/${at}/PF`]: 'b\n' });
  expect([none, problems.map((found) => [found.message, found.lossy])]).toEqual([[], [[message, true]]]);
});

it.each([
  ['var/db/pkg/a/b-1/PF', true],
  ['var/db/pkg/a/b-1/environment.bz2', false],
  ['var/db/pkg/a/PF', false],
  ['var/lib/portage/world', true],
  ['var/lib/portage/config', false],
])('wants %s: %s', (path, wanted) => {
  expect(portage.selects(path, 'files')).toBe(wanted);
});

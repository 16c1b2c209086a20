import { expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import type { CatalogInput, CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { opkg } from './opkg.ts';
import { readFileList, sourceName } from './record.ts';

const distro: Distro = {
  id: 'openwrt',
  name: 'OpenWrt 23.05.3',
  versionId: '23.05.3',
  like: [],
  source: '/etc/os-release',
};
const layer = { index: 1, diffId: 'sha256:00' };
const openwrt = readTree(new URL('testdata/openwrt/', import.meta.url), 'usr/lib/opkg/');
const yocto = readTree(new URL('testdata/yocto/', import.meta.url), 'var/lib/opkg/');
const status = 'usr/lib/opkg/status';
const purlOf = (name: string): string => `pkg:opkg/openwrt/${name}?arch=x86_64&distro=openwrt-23.05.3`;
const uhttpd = purlOf('uhttpd@2023-06-25-34a8a74d-2');
const busybox = purlOf('busybox@1.36.1-1');
const libc = purlOf('libc@1.2.4-4');
const libubox = purlOf('libubox20230523@2023-05-23-75a3b870-1');

function catalog(
  files: Readonly<Record<string, string | Uint8Array>>,
  more: Omit<CatalogInput, 'files'> = {},
): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return opkg.catalog({ distro, ...more, files: list });
}

describeCataloger(opkg, [
  {
    name: 'OpenWrt',
    files: openwrt,
    distro,
    expected: [
      'busybox 1.36.1-1 x86_64',
      'libc 1.2.4-4 x86_64',
      'libubox20230523 2023-05-23-75a3b870-1 x86_64',
      'uhttpd 2023-06-25-34a8a74d-2 x86_64',
    ],
  },
  {
    name: 'Yocto, without a distribution',
    files: yocto,
    expected: ['base-files 3.0.14-r89 qemux86_64', 'zlib 1:1.3-r0 core2-64'],
  },
]);
describeMutations(opkg, [openwrt, yocto]);

it('reads a package whole', () => {
  expect(catalog(openwrt).packages.find((found) => found.name === 'uhttpd')).toEqual({
    id: uhttpd,
    name: 'uhttpd',
    version: '2023-06-25-34a8a74d-2',
    type: 'opkg',
    kind: 'binary',
    source: { name: 'uhttpd', version: '2023-06-25-34a8a74d-2' },
    architecture: 'x86_64',
    purl: uhttpd,
    locations: [{ path: '/usr/lib/opkg/status', layer }],
    usage: { direct: true },
    licenses: ['ISC'],
    foundBy: 'opkg',
    metadata: { kind: 'language' },
  });
});

it('follows dependencies to what provides them', () => {
  expect(catalog(openwrt).relationships).toEqual([
    { kind: 'depends-on', from: libubox, to: libc },
    { kind: 'depends-on', from: busybox, to: libc },
    { kind: 'depends-on', from: uhttpd, to: libc },
    { kind: 'depends-on', from: uhttpd, to: libubox },
    { kind: 'depends-on', from: uhttpd, to: busybox },
  ]);
});

it('knows the files of a package', () => {
  const files = [{ path: '/etc/config/uhttpd' }, { path: '/usr/sbin/uhttpd' }, { path: '/www/a file' }];
  expect(catalog(openwrt).ownership).toEqual([{ package: uhttpd, files }]);
  expect(catalog(openwrt, { owns: (path) => path === '/usr/sbin/uhttpd' }).ownership?.[0]?.files).toHaveLength(1);
  expect(readFileList(Buffer.from(yocto['var/lib/opkg/info/zlib.list'] ?? []).toString())).toEqual([
    '/usr/lib/libz.so.1',
    '/usr/lib/libz.so.1.3',
  ]);
});

it.each([
  ['curl', 'feeds/packages/net/x', 'curl'],
  [undefined, 'feeds/packages/net/curl', 'curl'],
  [undefined, 'zlib_1.3.bb', 'zlib'],
  [undefined, 'git://example.org/x', undefined],
  [undefined, undefined, undefined],
])('a source said as %s and %s is %s', (said, source, name) => {
  expect(sourceName(said, source)).toBe(name);
});

const good = 'Package: good\nVersion: 1\nStatus: install ok installed\nArchitecture: all\n\n';
const bad = good.replace('good', 'x');
it.each([
  ['no version', bad.replace('Version: 1\n', ''), 'line 1: x without usable Version', ['good']],
  ['no state', bad.replace(/Status.*\n/, ''), 'line 1: x without usable Status', ['good', 'x']],
  ['no architecture', bad.replace(/Arch.*\n/, ''), 'line 1: x without usable Architecture', ['good', 'x']],
  ['a line that is no field', `oops\n${bad}`, 'line 1: not a field', ['good', 'x']],
])('%s is told and the others are read', (_name, text, detail, names) => {
  const { packages, problems } = catalog({ [status]: text + good });
  expect(packages.map(({ name }) => name)).toEqual(names);
  expect(problems).toMatchObject([{ code: 'corrupt', detail, path: `/${status}`, lossy: true }]);
});

it('says when packages have files but no record', () => {
  const { problems } = catalog({ [status]: '', 'usr/lib/opkg/info/a.list': '/a\n' });
  expect(problems).toMatchObject([{ code: 'unreadable', lossy: true }]);
});

it.each([
  ['opt/lib/opkg/status', true],
  ['usr/lib/opkg/info/a.b.control', true],
  ['usr/lib/opkg/info/a.postinst', false],
  ['srv/opkg/status', false],
  ['srv/info/a.list', false],
])('wants %s: %s', (path, wanted) => {
  expect(opkg.selects(path, 'files')).toBe(wanted);
});

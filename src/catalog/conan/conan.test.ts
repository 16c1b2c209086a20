import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { conan } from './conan.ts';
import { readReference } from './reference.ts';

const layer = { index: 1, diffId: 'sha256:00' };
const testdata = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
const lock2 = { 'srv/app/conan.lock': testdata('conan-2.lock') };
const lock1 = { 'srv/app/conan.lock': testdata('conan-1.lock') };
const manifest = { 'srv/app/conanfile.txt': testdata('conanfile.txt') };
const info = 'root/.conan/data/glass/3.0.3/_/_/package/435a70ddf70c4243c2c78e4df6d416d3f0ead6e4/conaninfo.txt';
const cache = { [info]: testdata('conaninfo-1.txt') };
const kiln = 'pkg:conan/sea/kiln@0.9?channel=testing&user=sea';
const [glass, tide] = ['pkg:conan/glass@3.0.3', 'pkg:conan/tide@1.2.11'];
const locked = ['glass 3.0.3 - (locked)', 'kiln 0.9 - (locked)', 'tide 1.2.11 - (locked)'];

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return conan.catalog({ files: list });
}

describeCataloger(conan, [
  { name: 'a lock file of conan 2', files: lock2, expected: locked },
  { name: 'a lock file of conan 1', files: lock1, expected: locked },
]);
describeMutations(conan, [lock2, lock1, manifest, cache]);

it('knows versions, scopes and what depends on what', () => {
  const { packages, relationships } = catalog(lock1);
  expect(packages).toMatchObject([
    { id: glass, ecosystem: 'ConanCenter', usage: { direct: true } },
    { id: kiln, usage: { direct: true, scope: 'dev' } },
    { id: tide, ecosystem: 'ConanCenter', usage: { direct: true } },
  ]);
  expect(packages[1]?.ecosystem).toBeUndefined();
  expect(relationships).toEqual([{ kind: 'depends-on', from: glass, to: tide }]);
});

it('a lock file of conan 2 tells what is only needed to build', () => {
  expect(catalog(lock2).packages.map(({ name, usage }) => [name, usage?.scope])).toEqual([
    ['glass', undefined],
    ['kiln', 'dev'],
    ['tide', undefined],
  ]);
});

it.each([
  ['alone', manifest, true],
  ['beside a lock file', { ...manifest, ...lock2 }, false],
])('a range in a manifest %s is told', (_name, files, lossy) => {
  const { packages, problems } = catalog(files);
  expect(packages.map(({ id }) => id)).toEqual(lossy ? [glass, kiln] : [glass, kiln, tide]);
  expect(problems).toMatchObject([{ code: 'unsupported', detail: 'tide/[>=1.2 <2]', lossy }]);
});

it('what is in the cache is installed', () => {
  const { packages, relationships, problems } = catalog(cache);
  expect(packages.map(({ id, presence }) => [id, presence])).toEqual([
    [glass, undefined],
    [tide, 'locked'],
  ]);
  expect(relationships).toEqual([{ kind: 'depends-on', from: glass, to: tide }]);
  expect(problems).toEqual([]);
});

it('what names no version is none', () => {
  expect(catalog({ 'root/.conan2/p/b/glass0/p/conaninfo.txt': testdata('conaninfo-2.txt') })).toMatchObject({
    packages: [],
    problems: [],
  });
});

it.each([
  ['zlib/1.3#0123%1.5', { name: 'zlib', version: '1.3' }],
  ['zlib/1.3@', { name: 'zlib', version: '1.3' }],
  ['zlib/1.3@_/_:0123', { name: 'zlib', version: '1.3' }],
  ['a/cci.20240101@me', { name: 'a', version: 'cci.20240101', user: 'me' }],
  ['a/1.0+x@me/dev#1:2#3', { name: 'a', version: '1.0+x', user: 'me', channel: 'dev' }],
  ['a/[~1.0]', 'range'],
  ['a', undefined],
  ['a/b c', undefined],
  ['a/1@x/y/z', undefined],
])('%s is %o', (text, reference) => {
  expect(readReference(text)).toEqual(reference);
});

it.each([
  '{}',
  '[]',
  '{"version": "0.5"}',
  '{"requires": ["a b"]}',
  '{"graph_lock": {"nodes": {"1": {"ref": ""}}}',
  '{',
])('the lock file %s is damaged', (text) => {
  expect(catalog({ 'conan.lock': text })).toMatchObject({ packages: [], problems: [{ code: 'corrupt', lossy: true }] });
});

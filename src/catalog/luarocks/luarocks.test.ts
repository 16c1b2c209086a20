import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { luarocks } from './luarocks.ts';

const layer = { index: 1, diffId: 'sha256:00' };
const tree = readTree(new URL('testdata/rocks-5.1/', import.meta.url), 'usr/local/lib/luarocks/rocks-5.1/');
const lock = {
  'srv/app/luarocks.lock': Uint8Array.from(readFileSync(new URL('testdata/luarocks.lock', import.meta.url))),
};
const [seaglass, tide] = ['pkg:luarocks/seaglass@scm-2', 'pkg:luarocks/tide@1.2.0-1'];

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return luarocks.catalog({ files: list });
}

describeCataloger(luarocks, [
  { name: 'a tree of LuaRocks 3.8', files: tree, expected: ['seaglass scm-2 -', 'tide 1.2.0-1 -'] },
  { name: 'luarocks.lock', files: lock, expected: ['tide 1.2.0-1 - (locked)'] },
]);
describeMutations(luarocks, [tree, lock]);

it('reads a rock whole, with what it depends on', () => {
  const { packages, relationships } = catalog(tree);
  expect(packages[1]).toEqual({
    id: tide,
    name: 'tide',
    version: '1.2.0-1',
    type: 'luarocks',
    kind: 'binary',
    purl: tide,
    locations: [{ path: '/usr/local/lib/luarocks/rocks-5.1/tide/1.2.0-1/tide-1.2.0-1.rockspec', layer }],
    licenses: ['MIT/X11'],
    foundBy: 'luarocks',
    metadata: { kind: 'language', homepage: 'https://example.org/tide' },
  });
  expect(relationships).toEqual([{ kind: 'depends-on', from: seaglass, to: tide }]);
});

it('installed beats locked', () => {
  expect(catalog({ ...tree, ...lock }).packages.map(({ id, presence }) => [id, presence])).toEqual([
    [seaglass, undefined],
    [tide, undefined],
  ]);
});

it.each([
  [
    'return { dependencies = { ["lua-cjson"] = "2.1.0-1", lpeg = \'1.0.2-1\' } }',
    ['lpeg 1.0.2-1', 'lua-cjson 2.1.0-1'],
    0,
  ],
  ['return { test_dependencies = { busted = "2.0-1" }, dependencies = {} }', ['busted 2.0-1'], 0],
  ['return { dependencies = { a = os.exit() } }', [], 1],
  ['return { dependencies = { a = "one" } }', [], 1],
  ['dependencies = {}', [], 1],
])('%s', (text, expected, problems) => {
  const result = catalog({ 'luarocks.lock': text });
  expect(result.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(expected);
  expect(result.problems.length).toBe(problems);
});

it.each([
  ['usr/lib/luarocks/rocks/lpeg/1.0.2-1/lpeg-1.0.2-1.rockspec', true],
  ['srv/app/tide-1.2.0-1.rockspec', false],
  ['rocks-5.1/a/1-1/b-1-1.rockspec', false],
])('wants %s: %s', (path, wanted) => {
  expect(luarocks.selects(path, 'files')).toBe(wanted);
});

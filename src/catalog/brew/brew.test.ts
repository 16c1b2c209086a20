import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { brew } from './brew.ts';

const layer = { index: 1, diffId: 'sha256:00' };
const prefix = 'home/linuxbrew/.linuxbrew/';
const all = Object.fromEntries(
  Object.entries(readTree(new URL('testdata/Cellar/', import.meta.url), `${prefix}Cellar/`)).map(
    ([path, bytes]) => [path.replace('/dot-brew/', '/.brew/'), bytes] as const,
  ),
);
const kegs = Object.fromEntries(Object.entries(all).filter(([path]) => path.endsWith('.json')));
const expected = ['glass 0.4.2 x86_64', 'openssl@3 3.2.0_1 x86_64', 'zlib 1.3.1 x86_64'];

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return brew.catalog({ files: list });
}

describeCataloger(brew, [
  { name: 'a Cellar', files: kegs, expected },
  {
    name: 'one with a keg without a receipt',
    files: all,
    expected: [...expected.slice(0, 1), 'headonly HEAD-1a2b3c4 -', ...expected.slice(1)],
  },
]);
describeMutations(brew, [all]);

it('reads a formula whole, with what it depends on', () => {
  const { packages, relationships } = catalog(all);
  const id = 'pkg:brew/sea/tap/glass@0.4.2';
  expect(packages.find(({ name }) => name === 'glass')).toEqual({
    id,
    name: 'glass',
    version: '0.4.2',
    type: 'brew',
    kind: 'binary',
    source: { name: 'glass', version: '0.4.2' },
    architecture: 'x86_64',
    purl: id,
    locations: [{ path: `/${prefix}Cellar/glass/0.4.2/INSTALL_RECEIPT.json`, layer }],
    usage: { direct: true },
    licenses: [],
    foundBy: 'brew',
    metadata: { kind: 'language' },
  });
  expect(packages.find(({ name }) => name === 'openssl@3')).toMatchObject({
    id: 'pkg:brew/openssl%403@3.2.0_1',
    source: { name: 'openssl@3', version: '3.2.0' },
  });
  expect(packages.find(({ name }) => name === 'headonly')).toMatchObject({
    licenses: ['BSD-2-Clause'],
    metadata: { homepage: 'https://example.org/headonly' },
  });
  expect(relationships).toEqual([{ kind: 'depends-on', from: id, to: 'pkg:brew/openssl%403@3.2.0_1' }]);
});

it.each([
  ['{"source": {"tap": "homebrew/cask", "version": "1.2"}}', ['pkg:brew/homebrew/cask/font-x@1.2'], 0],
  ['{"source": {"tap": "homebrew/cask"}}', [], 1],
  ['{', [], 2],
])('a cask with %s', (text, ids, problems) => {
  const result = catalog({ 'opt/homebrew/Caskroom/font-x/.metadata/INSTALL_RECEIPT.json': text });
  expect(result.packages.map(({ id }) => id)).toEqual(ids);
  expect(result.problems.length).toBe(problems);
});

it.each(['', '[]', '{"source": 1}', '{"__proto__": {"source": {}}}'])('a keg with the receipt %j is listed', (text) => {
  const { packages, problems } = catalog({ [`${prefix}Cellar/a/1/INSTALL_RECEIPT.json`]: text });
  expect(packages.map(({ id }) => id)).toEqual(['pkg:brew/a@1']);
  expect(problems).toMatchObject([{ code: 'corrupt', lossy: true }]);
});

it.each([
  [`${prefix}Cellar/a/1/lib/INSTALL_RECEIPT.json`, false],
  [`${prefix}Cellar/a/1/lib/a.rb`, false],
  ['srv/INSTALL_RECEIPT.json', false],
])('wants %s: %s', (path, wanted) => {
  expect(brew.selects(path, 'files')).toBe(wanted);
});

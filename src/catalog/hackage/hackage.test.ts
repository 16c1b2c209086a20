import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { hackage } from './hackage.ts';

const layer = { index: 1, diffId: 'sha256:00' };
const testdata = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
const database = readTree(new URL('testdata/package.conf.d/', import.meta.url), 'var/lib/ghc/package.conf.d/');
const stack = { 'srv/app/stack.yaml.lock': testdata('stack.yaml.lock') };
const freeze = { 'srv/app/cabal.project.freeze': testdata('cabal.project.freeze') };
const plan = { 'srv/app/dist-newstyle/cache/plan.json': testdata('plan.json') };

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return hackage.catalog({ files: list });
}

describeCataloger(hackage, [
  {
    name: 'a package database of GHC 9.0.2',
    files: database,
    expected: [
      'base 4.15.1.0 -',
      'bytestring 0.10.12.1 -',
      'random 1.2.1.1 -',
      'rts 1.0.2 -',
      'splitmix 0.1.0.4 -',
      'text 1.2.5.0 -',
    ],
  },
  {
    name: 'stack.yaml.lock',
    files: stack,
    expected: ['acme-missiles 0.3 - (locked)', 'pandoc-types 1.23.1 - (locked)'],
  },
  {
    name: 'plan.json',
    files: plan,
    expected: ['app 0.1 - (locked)', 'base 4.15.1.0 - (locked)', 'rts 1.0.2 - (locked)', 'splitmix 0.1.0.4 - (locked)'],
  },
]);
describeMutations(hackage, [database, stack, freeze, plan]);

it('reads a package whole', () => {
  expect(catalog(database).packages.find(({ name }) => name === 'text')).toEqual({
    id: 'pkg:hackage/text@1.2.5.0',
    name: 'text',
    version: '1.2.5.0',
    ecosystem: 'Hackage',
    type: 'hackage',
    kind: 'binary',
    purl: 'pkg:hackage/text@1.2.5.0',
    locations: [{ path: '/var/lib/ghc/package.conf.d/text-1.2.5.0.conf', layer }],
    licenses: ['BSD-2-Clause'],
    foundBy: 'hackage',
    metadata: { kind: 'language', homepage: 'https://github.com/haskell/text' },
  });
});

it('follows dependencies by unit', () => {
  const of = (result: CatalogResult): string[] =>
    (result.relationships ?? []).map(({ from, to }) => `${from.slice(12)} ${to.slice(12)}`);
  expect(of(catalog(database)).filter((line) => line.startsWith('random'))).toEqual([
    'random@1.2.1.1 base@4.15.1.0',
    'random@1.2.1.1 bytestring@0.10.12.1',
    'random@1.2.1.1 splitmix@0.1.0.4',
  ]);
  expect(of(catalog(plan))).toEqual([
    'base@4.15.1.0 rts@1.0.2',
    'splitmix@0.1.0.4 base@4.15.1.0',
    'app@0.1 base@4.15.1.0',
    'app@0.1 splitmix@0.1.0.4',
  ]);
});

it('freezes versions, several where several are allowed', () => {
  const { packages, problems } = catalog(freeze);
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
    'array 0.5.4.0',
    'base 4.15.1.0',
    'splitmix 0.1.0.4',
    'text 1.2.5.0',
    'text 2.0',
  ]);
  expect(problems).toEqual([]);
});

it("knows the project, the compiler's own and where a package comes from", () => {
  const { packages } = catalog({ ...plan, ...stack });
  expect(packages.map(({ name, ecosystem, usage, metadata }) => [name, ecosystem, usage?.root, metadata])).toEqual([
    [
      'acme-missiles',
      'Hackage',
      undefined,
      { kind: 'language', integrity: 'sha256:2ba66a092a32593880a87fb00f3213762d7bca65a687d45965778deb8694c5d1' },
    ],
    ['app', undefined, true, { kind: 'language' }],
    ['base', 'Hackage', undefined, { kind: 'language' }],
    [
      'pandoc-types',
      'Hackage',
      undefined,
      { kind: 'language', origin: 'https://example.org/pandoc-types.git@4a0e79f52bb0b3a5e4a5d6fbc5a2e5bd1c7b0f31' },
    ],
    ['rts', undefined, undefined, { kind: 'language' }],
    [
      'splitmix',
      'Hackage',
      undefined,
      { kind: 'language', integrity: 'sha256:6d065402394e7a9117093dbb4530a21342c9b1e2ec509516c8a8d0ffed98ecaa' },
    ],
  ]);
});

it.each([
  ['cabal.project.freeze', 'constraints: any.a >=1,\n any.b ==2\n'],
  ['cabal.project.freeze', 'oops'],
  ['stack.yaml.lock', 'packages: [{}]\nsnapshots: []\n'],
  ['stack.yaml.lock', 'a: b'],
  ['x/cache/plan.json', '{"install-plan": [{"pkg-name": "a"}]}'],
  ['x/cache/plan.json', '{}'],
  ['package.conf.d/a.conf', 'name: a\n'],
  ['package.conf.d/a.conf', ''],
])('damage of %s is told: %j', (path, text) => {
  expect(catalog({ [path]: text }).problems[0]).toMatchObject({ code: 'corrupt', path: `/${path}`, lossy: true });
});

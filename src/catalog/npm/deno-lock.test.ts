import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { npm } from './npm.ts';

function read(lock: unknown): CatalogResult {
  const bytes = Buffer.from(typeof lock === 'string' ? lock : JSON.stringify(lock));
  return npm.catalog({ files: [{ path: 'app/deno.lock', bytes, layer: { index: 0, diffId: '' } }] });
}

function told(lock: unknown): string[] {
  const { packages, relationships = [], problems } = read(lock);
  expect(problems).toEqual([]);
  const names = new Map(packages.map(({ id, name, version }) => [id, `${name}@${version}`]));
  return [
    ...packages.map(({ name, version, usage, presence }) =>
      [`${name}@${version}`, usage?.direct && 'direct', usage?.scope, presence].filter(Boolean).join(' '),
    ),
    ...relationships.map(({ from, to }) => `${names.get(from)} > ${names.get(to)}`),
  ].toSorted();
}

const integrity = 'sha512-x';
const all = [
  '@jsr/std__assert@1.0.0 direct locked',
  '@jsr/std__internal@1.0.5 locked',
  '@jsr/std__assert@1.0.0 > @jsr/std__internal@1.0.5',
];
const node = [
  'a@1.0.0 direct locked',
  'b@2.0.0 locked',
  '@s/c@3.0.0 locked',
  'a@1.0.0 > b@2.0.0',
  'a@1.0.0 > @s/c@3.0.0',
];

it.each<[string, unknown, string[]]>([
  [
    '2',
    {
      version: '2',
      remote: {},
      npm: {
        specifiers: { 'a@^1': 'a@1.0.0' },
        packages: {
          'a@1.0.0': { integrity, dependencies: { b: 'b@2.0.0', c: '@s/c@3.0.0' } },
          'b@2.0.0': { integrity, dependencies: {} },
          '@s/c@3.0.0': { integrity, dependencies: {} },
        },
      },
    },
    node,
  ],
  [
    '3',
    {
      version: '3',
      packages: {
        specifiers: {
          'jsr:@std/assert@1': 'jsr:@std/assert@1.0.0',
          'jsr:@std/internal@^1': 'jsr:@std/internal@1.0.5',
          'npm:a@^1': 'npm:a@1.0.0',
        },
        jsr: {
          '@std/assert@1.0.0': { integrity, dependencies: ['jsr:@std/internal@^1'] },
          '@std/internal@1.0.5': { integrity },
        },
        npm: {
          'a@1.0.0': { integrity, dependencies: { b: 'b@2.0.0', c: '@s/c@3.0.0' } },
          'b@2.0.0': { integrity, dependencies: {} },
          '@s/c@3.0.0': { integrity, dependencies: {} },
        },
      },
      remote: {},
      workspace: { dependencies: ['jsr:@std/assert@1'], packageJson: { dependencies: ['npm:a@^1'] } },
    },
    [...all, ...node],
  ],
  ...['4', '5'].map((version): [string, unknown, string[]] => [
    version,
    {
      version,
      specifiers: { 'jsr:@std/assert@1': '1.0.0', 'jsr:@std/internal@^1': '1.0.5', 'npm:a@^1': '1.0.0_b@2.0.0' },
      jsr: {
        '@std/assert@1.0.0': { integrity, dependencies: ['jsr:@std/internal@^1'] },
        '@std/internal@1.0.5': { integrity },
      },
      npm: {
        'a@1.0.0_b@2.0.0': { integrity, dependencies: ['b', 'alias@npm:@s/c@3.0.0'] },
        'b@2.0.0': { integrity },
        '@s/c@3.0.0': { integrity },
      },
      workspace: { members: { one: { dependencies: ['jsr:@std/assert@1', 'npm:a@^1'] } } },
    },
    [...all, ...node],
  ]),
])('a lock file of version %s', (_, lock, expected) => {
  expect(told(lock)).toEqual(expected.toSorted());
});

it('what is loaded by an address alone is no package', () => {
  expect(told({ version: '5', remote: { 'https://example.org/mod.ts': 'aa' } })).toEqual([]);
});

it.each<[string, unknown, string]>([
  ['no version', {}, 'corrupt'],
  ['a later version', { version: '6' }, 'unsupported'],
  ['no JSON', '{"version": "5"', 'corrupt'],
  ['a package without a name', { version: '5', npm: { '@1.0.0': {} } }, 'corrupt'],
])('%s is a problem', (_, lock, code) => {
  expect(read(lock).problems.map((one) => [one.code, one.lossy])).toEqual([[code, true]]);
});

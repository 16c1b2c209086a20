import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { composer } from './composer.ts';

const v2 = readTree(new URL('testdata/v2/', import.meta.url));
const v1 = readTree(new URL('testdata/v1/', import.meta.url));
const lockOnly = { 'app/composer.lock': v2['app/composer.lock'] ?? new Uint8Array() };
const listing = (name: string): string => readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8');

const installed = ['acme/devtool v3.0.0-RC1 -', 'acme/http dev-trunk -', 'acme/log 1.2.3 -', 'acme/vcs dev-main -'];

describeCataloger(composer, [
  { name: 'Composer 2, installed and locked', files: v2, expected: ['acme/app 0.9.0 -', ...installed] },
  { name: 'Composer 1, in a folder of another name', files: v1, expected: installed },
  { name: 'a lock file alone', files: lockOnly, expected: installed.map((line) => `${line} (locked)`) },
]);
describeMutations(composer, [v2, v1]);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const layer = { index: 2, diffId: 'sha256:00' };
  return composer.catalog({
    files: Object.keys(files)
      .toSorted()
      .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer })),
  });
}

const shown = (result: CatalogResult): string[] =>
  result.packages.filter(({ usage }) => !usage?.root).map(({ name, version }) => `${name} ${version}`);

it.each([
  ['show.json', 'installed', v2],
  ['show-locked.json', 'locked', lockOnly],
])('agrees with Composer: %s', (name, key, files) => {
  const list = JSON.parse(listing(name)) as Record<string, { name: string; version: string }[]>;
  // Composer puts the commit behind the name of a branch.
  const told = list[key]?.map((entry) => `${entry.name} ${entry.version.split(' ')[0]}`);
  expect(told?.length).toBeGreaterThan(3);
  expect(shown(catalog(files))).toEqual(told);
});

it('knows what is asked for, what is only to develop, and where it comes from', () => {
  const { packages, relationships = [], problems } = catalog(v2);
  expect(problems).toEqual([]);
  expect(packages.map(({ purl, usage, licenses, metadata }) => [purl, usage, licenses, metadata])).toEqual([
    ['pkg:composer/acme/app@0.9.0', { root: true }, [], { kind: 'language' }],
    [
      'pkg:composer/acme/devtool@v3.0.0-RC1',
      { direct: true, scope: 'dev' },
      ['proprietary'],
      { kind: 'language', origin: '../pkgs/devtool#c96af070f4fb534da1f03dd16b471b76f2974b07' },
    ],
    [
      'pkg:composer/acme/http@dev-trunk',
      { direct: true },
      ['BSD-3-Clause'],
      { kind: 'language', origin: '../pkgs/http#de1ded9fd614bcdf59dc973cd6a7f85d2e4740a1' },
    ],
    [
      'pkg:composer/acme/log@1.2.3',
      undefined,
      ['MIT'],
      {
        kind: 'language',
        origin: '../pkgs/log#97f24e4e1196c009cb99cfeb50ffe58c4e2850bf',
        homepage: 'https://example.com/log',
      },
    ],
    [
      'pkg:composer/acme/vcs@dev-main',
      { direct: true },
      ['(GPL-2.0-only or MIT)'],
      { kind: 'language', origin: 'https://git.example.com/vcs.git#529931ee0a7fb6564a4acd0014711feb3030e525' },
    ],
  ]);
  const edges = relationships.map(({ from, to, scope }) =>
    `${from} ${to} ${scope ?? '-'}`.replaceAll(/pkg:composer\/acme\/|@[^ ]+/g, ''),
  );
  expect(edges.toSorted()).toEqual([
    'app devtool dev',
    'app http -',
    'app vcs -',
    'devtool log -',
    'http log -',
    // By what the one provides and the other asks for.
    'http vcs -',
  ]);
});

it('says the origin of a branch only, for packages of the public registry', () => {
  const entry = (version: string): object => ({
    name: 'A/B',
    version,
    source: { url: 'https://git.example.com/b', reference: 'abc' },
    dist: { shasum: 'ff' },
    'notification-url': 'https://packagist.example.com/downloads/',
  });
  const origins = ['1.0.0', 'dev-master', '2.x-dev'].map((version) => {
    const { packages } = catalog({ 'composer.lock': JSON.stringify({ packages: [entry(version)] }) });
    return packages.map(({ name, metadata }) => [name, metadata]);
  });
  const plain = { kind: 'language', integrity: 'ff' };
  const told = { ...plain, origin: 'https://git.example.com/b#abc' };
  expect(origins).toEqual([[['a/b', plain]], [['a/b', told]], [['a/b', told]]]);
});

it.each([
  ['composer.lock', true],
  ['app/vendor/x/y/composer.lock', true],
  ['app/composer.json', true],
  ['app/vendor/x/y/composer.json', false],
  ['app/vendor/composer/installed.json', true],
  ['composer/installed.json', true],
  ['app/mycomposer/installed.json', false],
  ['app/installed.json', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(composer.selects(path, 'packages')).toBe(wanted);
});

it.each([
  ['no list', 'app/composer.lock', '{}'],
  ['a list of something else', 'app/composer.lock', '{"packages":[3]}'],
  ['no version', 'app/vendor/composer/installed.json', '[{"name":"a/b"}]'],
  ['no packages', 'app/vendor/composer/installed.json', '{"dev":true}'],
  ['deep nesting', 'app/composer.lock', `{"packages":${'['.repeat(200_000)}`],
  ['prototype keys', 'app/composer.lock', '{"__proto__":{"packages":[]},"constructor":1}'],
])('%s is a problem, and another application is read', (_name, path, text) => {
  const { packages, problems } = catalog({ ...v1, [path]: text });
  expect(packages).toHaveLength(4);
  expect(problems.map((found) => [found.code, found.path, found.lossy])).toEqual([['corrupt', `/${path}`, true]]);
});

it('a manifest without anything installed or locked is nothing to tell', () => {
  expect(catalog({ 'app/composer.json': '{"name":"a/b","version":"1"}' })).toMatchObject({
    packages: [],
    problems: [],
  });
});

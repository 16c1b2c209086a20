import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { pub } from './pub.ts';

const app = readTree(new URL('testdata/app/', import.meta.url));
const cache = readTree(new URL('testdata/cache/', import.meta.url));
const locked = ['flutter 0.0.0', 'forked 1.0.0-dev.2', 'inner 3.1.0+4', 'lints 2.1.1', 'near 0.0.1'].map(
  (text) => `${text} - (locked)`,
);

describeCataloger(pub, [
  { name: 'a lock file', files: app, expected: ['args 2.4.2 - (locked)', ...locked] },
  { name: 'the cache beside it', files: { ...app, ...cache }, expected: ['args 2.4.2 -', ...locked] },
]);
describeMutations(pub, [app, cache]);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const layer = { index: 2, diffId: 'sha256:00' };
  return pub.catalog({
    files: Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text), layer })),
  });
}

it('knows how each is used and where it is from', () => {
  const { packages, problems } = catalog(app);
  expect(problems).toEqual([]);
  expect(packages.map(({ purl, ecosystem, usage, metadata }) => [purl, ecosystem, usage, metadata])).toEqual([
    [
      'pkg:pub/args@2.4.2',
      'Pub',
      { direct: true },
      { kind: 'language', integrity: 'sha256:eef6c46b622e0494a36c5a12d10d77fb4e855501a91c1b9ef9339326e58f0596' },
    ],
    ['pkg:pub/flutter@0.0.0', undefined, { direct: true }, { kind: 'language', origin: 'sdk flutter' }],
    [
      'pkg:pub/forked@1.0.0-dev.2',
      'Pub',
      { direct: true },
      { kind: 'language', origin: 'https://git.example.com/forked.git#6481dd0b01112d082dd7eb362782126e81964138' },
    ],
    ['pkg:pub/inner@3.1.0%2B4', 'Pub', undefined, { kind: 'language', origin: 'https://dart.example.com' }],
    [
      'pkg:pub/lints@2.1.1',
      'Pub',
      { direct: true, scope: 'dev' },
      { kind: 'language', integrity: 'sha256:0a217c6c989d21039f1498c3ed9f3ed71b354e69873f13a8dfc3c9fe76f1b452' },
    ],
    ['pkg:pub/near@0.0.1', 'Pub', { direct: true }, { kind: 'language', origin: '../near' }],
  ]);
});

it('a package in the cache has the version of its folder', () => {
  const { packages } = catalog({
    'c/hosted/pub.dev/a_b-1.2.3%43build/pubspec.yaml': 'name: a_b\nhomepage: https://example.com\n',
  });
  expect(packages.map(({ name, version, metadata }) => [name, version, metadata])).toEqual([
    ['a_b', '1.2.3+build', { kind: 'language', homepage: 'https://example.com' }],
  ]);
});

it.each([
  ['pubspec.lock', true],
  ['app/pubspec.lock', true],
  ['app/my_pubspec.lock', false],
  ['app/pubspec.yaml', false],
  ['root/.pub-cache/hosted/pub.dev/a-1.0.0/pubspec.yaml', true],
  ['root/.pub-cache/hosted/pub.dev/a-1.0.0/example/pubspec.yaml', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(pub.selects(path, 'packages')).toBe(wanted);
});

it.each([
  ['nothing', 'pubspec.lock', ''],
  ['a list', 'pubspec.lock', '- a\n'],
  ['a package without version', 'pubspec.lock', 'packages:\n  a:\n    source: hosted\nsdks: {}\n'],
  ['a text as a package', 'pubspec.lock', 'packages:\n  a: b\nsdks: {}\n'],
  ['brackets', 'pubspec.lock', '['.repeat(100_000)],
  ['another name', 'hosted/pub.dev/a-1.0.0/pubspec.yaml', 'name: b\n'],
  ['no version', 'hosted/pub.dev/a/pubspec.yaml', 'name: a\n'],
])('%s is a problem', (_name, path, text) => {
  const { packages, problems } = catalog({ [path]: text });
  expect(packages).toEqual([]);
  expect(problems.map((found) => [found.code, found.path, found.lossy])).toEqual([['corrupt', `/${path}`, true]]);
});

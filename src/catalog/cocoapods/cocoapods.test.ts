import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { cocoapods } from './cocoapods.ts';

const app = readTree(new URL('testdata/app/', import.meta.url));
const expected = [
  'Alamofire 5.8.1',
  'AlamofireImage 4.3.0',
  'Firebase 10.18.0',
  'FirebaseAnalytics 10.18.0',
  'Near+More 0.1.0',
  'Ours 2.0.0-beta.1',
].map((text) => `${text} - (locked)`);

describeCataloger(cocoapods, [
  { name: 'a lock file', files: app, expected },
  {
    name: 'a small one elsewhere',
    files: { 'ios/Podfile.lock': Buffer.from('PODS:\n  - A (1.0)\n\nSPEC CHECKSUMS:\n  A: ab\n') },
    expected: ['A 1.0 - (locked)'],
  },
]);
describeMutations(cocoapods, [app]);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const layer = { index: 2, diffId: 'sha256:00' };
  return cocoapods.catalog({
    files: Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text), layer })),
  });
}

it('knows what is asked for, where it is from and what it needs', () => {
  const { packages, relationships = [], problems } = catalog(app);
  expect(problems).toEqual([]);
  expect(packages.filter(({ usage }) => usage?.direct).map(({ name }) => name)).toEqual([
    'AlamofireImage',
    'Firebase',
    'Near+More',
    'Ours',
  ]);
  expect(packages.map(({ metadata }) => 'origin' in metadata && metadata.origin)).toEqual([
    false,
    false,
    false,
    false,
    '../near',
    'https://git.example.com/ours.git#6481dd0b01112d082dd7eb362782126e81964138',
  ]);
  expect(relationships.map(({ from, to }) => `${from} ${to}`.replaceAll(/pkg:cocoapods\/|@[^ ]+/g, ''))).toEqual([
    'AlamofireImage Alamofire',
    'Firebase FirebaseAnalytics',
  ]);
  expect(packages.filter(({ ecosystem }) => ecosystem !== undefined)).toEqual([]);
});

it.each([
  ['nothing', ''],
  ['no pods', 'COCOAPODS: 1.14.3\n'],
  ['a pod without version', 'PODS:\n  - A\nSPEC CHECKSUMS:\n  A: b\n'],
  ['brackets', '['.repeat(100_000)],
])('%s is a problem', (_name, text) => {
  const { packages, problems } = catalog({ 'Podfile.lock': text });
  expect(packages).toEqual([]);
  expect(problems.map((found) => [found.code, found.path, found.lossy])).toEqual([['corrupt', '/Podfile.lock', true]]);
});

import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { swift } from './swift.ts';

const tree = (name: string): Record<string, Uint8Array> => readTree(new URL(`testdata/${name}/`, import.meta.url));

describeCataloger(swift, [
  {
    name: 'version 1',
    files: tree('v1'),
    expected: [
      'github.com/0xLeif/E.num 0.2.0 - (locked)',
      'github.com/0xLeif/SwiftPack 0.0.1 - (locked)',
      'github.com/apple/swift-nio 2.24.0 - (locked)',
      'github.com/vapor/async-kit 1.2.0 - (locked)',
    ],
  },
  {
    name: 'version 2, with all kinds of pins',
    files: tree('v2'),
    expected: [
      'git.example.com/group/sub/swift-branch b6cd7b93ef45b767041efeb83571457658c4acf7 - (locked)',
      'git.example.com/group/swift-revision 6481dd0b01112d082dd7eb362782126e81964138 - (locked)',
      'linked/list 1.1.0 - (locked)',
      'near 1.0.0 - (locked)',
    ],
  },
  {
    name: 'version 3',
    files: tree('v3'),
    expected: [
      'github.com/apple/swift-docc-plugin 1.4.5 - (locked)',
      'github.com/swiftlang/swift-docc-symbolkit 1.0.0 - (locked)',
    ],
  },
]);
describeMutations(swift, [tree('v1'), tree('v2'), tree('v3')]);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const layer = { index: 2, diffId: 'sha256:00' };
  return swift.catalog({
    files: Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text), layer })),
  });
}

it('says the origin of what has no version, without passwords, and has no ecosystem for what no advisory names', () => {
  const { packages, problems } = catalog(tree('v2'));
  expect(problems).toEqual([]);
  expect(
    packages.map(({ purl, ecosystem, metadata }) => [purl, ecosystem, 'origin' in metadata && metadata.origin]),
  ).toEqual([
    ['pkg:generic/near@1.0.0', undefined, false],
    [
      'pkg:swift/git.example.com/group/sub/swift-branch@b6cd7b93ef45b767041efeb83571457658c4acf7',
      'SwiftURL',
      'git@git.example.com:group/sub/swift-branch.git#main',
    ],
    [
      'pkg:swift/git.example.com/group/swift-revision@6481dd0b01112d082dd7eb362782126e81964138',
      'SwiftURL',
      'https://git.example.com:8443/group/swift-revision.git/#6481dd0b01112d082dd7eb362782126e81964138',
    ],
    ['pkg:swift/linked/list@1.1.0', undefined, false],
  ]);
});

it.each([
  ['Package.resolved', true],
  ['app/x.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved', true],
  ['app/MyPackage.resolved', false],
  ['app/Package.swift', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(swift.selects(path, 'packages')).toBe(wanted);
});

it.each([
  ['no pins', '{"version":2}'],
  ['pins of something else', '{"pins":[1]}'],
  ['a pin without version', '{"pins":[{"identity":"a","location":"https://example.com/a/b","state":{}}]}'],
  ['a pin without address', '{"pins":[{"state":{"version":"1"}}]}'],
  ['deep nesting', '['.repeat(300_000)],
])('%s is a problem', (_name, text) => {
  const { packages, problems } = catalog({ 'Package.resolved': text });
  expect(packages).toEqual([]);
  expect(problems.map((found) => [found.code, found.path, found.lossy])).toEqual([
    ['corrupt', '/Package.resolved', true],
  ]);
});

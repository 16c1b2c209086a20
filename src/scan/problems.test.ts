import { expect, it } from 'vitest';
import type { LayerContent } from '../image/layer/collector.ts';
import { PathIndex } from '../image/layer/path-index.ts';
import { squash } from '../image/tree/squash.ts';
import { layerProblems, storeProblems, treeProblems } from './problems.ts';

const squashed = squash([], { selects: () => true, folders: [] });

it('a tree that was read whole has no problem', () => {
  expect(treeProblems(squashed, true)).toEqual([]);
});

it('what the last reading showed to be unread may hold packages', () => {
  expect(treeProblems(squashed, false)).toMatchObject([{ code: 'unreadable', lossy: true }]);
});

it('a file behind a link that could not be read, and a link round, may hide packages', () => {
  const odd = { ...squashed, missing: new Map([['opt/status', 'opt/status']]), cycles: [{ path: 'a', layer: 1 }] };
  expect(treeProblems(odd, true)).toMatchObject([
    { code: 'link-cycle', path: '/a', layer: 1, lossy: true },
    { code: 'unreadable', path: '/opt/status', lossy: true },
  ]);
});

it('a layer read by its table is never whole: a table may leave files out that a runtime unpacks', () => {
  const lazy = { format: 'estargz', fetched: 1, of: 9, requests: 1, unseen: 0, largestUnseen: 0, unread: 0 } as const;
  const content = { index: 2, problems: [] } as unknown as LayerContent;
  expect(layerProblems({ ...content, lazy })).toMatchObject([{ code: 'not-fetched', layer: 2, lossy: true }]);
  expect(layerProblems(content)).toEqual([]);
});

it('a Nix store without its database is not silent', () => {
  const index = new PathIndex();
  index.add('nix/store/abc-hello-2.12/bin/hello', false);
  const contents = [{ paths: index.data() }] as unknown as LayerContent[];
  expect(storeProblems(contents, []).map(({ path, lossy }) => [path, lossy])).toEqual([['/nix/store', true]]);
  expect(storeProblems(contents, [{ cataloger: 'nix' }])).toEqual([]);
  expect(storeProblems([{ paths: new PathIndex().data() }] as unknown as LayerContent[], [])).toEqual([]);
});

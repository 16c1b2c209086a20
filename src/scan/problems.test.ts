import { expect, it } from 'vitest';
import { squash } from '../image/tree/squash.ts';
import { treeProblems } from './problems.ts';

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

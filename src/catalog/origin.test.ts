import { expect, it } from 'vitest';
import { shownOrigin } from './origin.ts';

it.each([
  ['https://example.com/a', 'https://example.com/a'],
  ['https://user:p@ss@example.com/a@b', 'https://example.com/a@b'],
  ['git+ssh://git@example.com/a.git#1', 'git+ssh://git@example.com/a.git#1'],
  ['https://example.com/a?branch=x', 'https://example.com/a?branch=x'],
  ['https://example.com/a?access_token=x#1', 'https://example.com/a#1'],
  ['git@example.com:a/b.git', 'git@example.com:a/b.git'],
  ['../local@1', '../local@1'],
])('%s is shown as %s', (address, shown) => {
  expect(shownOrigin(address)).toBe(shown);
});

import { expect, it } from 'vitest';
import { byEnding, endingOf } from './by-ending.ts';

it.each([
  ['usr/lib/a.jar', 'jar'],
  ['A.JAR', 'jar'],
  ['a/b.deps.json', 'json'],
  ['a.d/PKG-INFO', 'pkg-info'],
  ['Gemfile', 'gemfile'],
  ['a/.spdx-x.spdx', 'spdx'],
  ['a/.profile', 'profile'],
  ['a/b.', ''],
])('the name of %s ends in "%s"', (path, ending) => {
  expect(endingOf(path)).toBe(ending);
});

it('gives those that may want a name, in their order, and always those that say nothing of names', () => {
  const [json, all, both] = [{ endings: ['json'] }, {}, { endings: ['lock', 'json'] }];
  const takers = byEnding<{ readonly endings?: readonly string[] }>([json, all, both]);
  expect(takers('json')).toEqual([json, all, both]);
  expect(takers('lock')).toEqual([all, both]);
  expect(takers('txt')).toEqual([all]);
});

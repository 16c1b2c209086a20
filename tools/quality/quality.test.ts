import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Figures, fallen, figuresOf, table } from './gate.ts';
import { measure, type Quality } from './measure.ts';
import { readSets } from './set.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'testdata/quality');
const baseline = JSON.parse(readFileSync(join(folder, 'baseline.json'), 'utf8')) as Record<string, Figures>;

describe('labelled lists', () => {
  it.each(readSets(folder).map((set) => [set.name, set] as const))(
    '%s is judged no worse than before',
    async (_, set) => {
      const quality = await measure(set, root);
      const own = Object.entries(baseline).filter(([name]) => name === set.name);
      expect(own.map(([name]) => name)).toEqual([set.name]);
      expect([...fallen([quality], Object.fromEntries(own)), ...quality.missed]).toEqual([]);
    },
  );
});

describe('the gate', () => {
  const good: Quality = {
    set: 'a',
    labels: 4,
    right: 2,
    missed: [],
    wrong: [],
    fixes: [],
    unknown: 0,
    unknownWanted: 0,
  };
  const before = { a: figuresOf(good) };
  it.each<[string, Partial<Quality>, string[]]>([
    ['as before', {}, []],
    ['a miss', { right: 1, missed: ['x'] }, ['a: recall 0.5 < 1']],
    ['a false alarm', { wrong: ['x', 'y'] }, ['a: precision 0.5 < 1']],
    ['more unknown', { unknown: 1 }, ['a: unknown 0.25 > 0']],
    ['fewer labels', { labels: 3 }, ['a: labels 3 < 4']],
    ['another fix', { fixes: ['x: fix 1, not 2'] }, ['x: fix 1, not 2']],
  ])('tells of %s', (_, change, expected) => {
    expect(fallen([{ ...good, ...change }], before)).toEqual(expected);
  });
  it('tells of a set that is gone', () => {
    expect(fallen([], before)).toEqual(['a: the set is gone']);
  });
  it('sums all sets', () => {
    expect(table([good, { ...good, set: 'b', right: 0, missed: ['x', 'y'] }])).toBe(
      [
        'set  labels  precision  recall  unknown',
        'a    4       1.000      1.000   0.000',
        'b    4       1.000      0.000   0.000',
        'all  8       1.000      0.500   0.000',
      ].join('\n'),
    );
  });
});

import { array, assert, double, integer, property, record, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, cover } from './cover.ts';

const THINGS = 8;
const weights = array(double({ min: 0, max: 10, noNaN: true }), { minLength: THINGS, maxLength: THINGS });
const covers = array(integer({ min: 0, max: THINGS - 1 }), { maxLength: THINGS });
const priced = array(record({ covers, cost: integer({ min: 1, max: 6 }) }), { maxLength: 9 });
const budgets = integer({ min: 0, max: 15 });

function worth(candidates: readonly Candidate[], of: readonly number[]): number {
  const covered = new Set(candidates.flatMap((candidate) => candidate.covers));
  return [...covered].reduce((sum, thing) => sum + (of[thing] ?? 0), 0);
}

/** The best of all choices that the budget pays, by trying them all. */
function optimum(candidates: readonly Candidate[], of: readonly number[], budget: number): number {
  let best = 0;
  for (let choice = 0; choice < 2 ** candidates.length; choice++) {
    const chosen = candidates.filter((_, index) => (choice & (1 << index)) !== 0);
    if (chosen.reduce((sum, { cost }) => sum + cost, 0) <= budget) best = Math.max(best, worth(chosen, of));
  }
  return best;
}

function gained(candidates: readonly Candidate[], of: readonly number[], budget: number): number {
  return cover(candidates, of, budget).picks.reduce((sum, { gain }) => sum + gain, 0);
}

describe('compared with the best of all choices', () => {
  it('is at least (1 − 1/e)/2 of it', () => {
    assert(
      property(priced, weights, budgets, (candidates, of, budget) => {
        const bound = ((1 - 1 / Math.E) / 2) * optimum(candidates, of, budget);
        return gained(candidates, of, budget) >= bound - 1e-9;
      }),
      { numRuns: 500 },
    );
  });
  it('is at least 1 − 1/e of it where all cost the same', () => {
    assert(
      property(array(covers, { maxLength: 9 }), weights, integer({ min: 0, max: 9 }), (all, of, budget) => {
        const candidates = all.map((one) => ({ covers: one, cost: 1 }));
        return gained(candidates, of, budget) >= (1 - 1 / Math.E) * optimum(candidates, of, budget) - 1e-9;
      }),
      { numRuns: 300 },
    );
  });
  it('is the best without a limit', () => {
    assert(
      property(priced, weights, (candidates, of) => {
        return Math.abs(gained(candidates, of, Infinity) - worth(candidates, of)) < 1e-9;
      }),
    );
  });
});

it('picks no candidate twice, keeps to the budget, and each gain is what is new', () => {
  assert(
    property(priced, weights, budgets, (candidates, of, budget) => {
      const { picks } = cover(candidates, of, budget);
      const indexes = picks.map(({ index }) => index);
      const cost = indexes.reduce((sum, index) => sum + (candidates[index]?.cost ?? 0), 0);
      const chosen = indexes.flatMap((index) => candidates[index] ?? []);
      const total = picks.reduce((sum, { gain }) => sum + gain, 0);
      return new Set(indexes).size === indexes.length && cost <= budget && Math.abs(total - worth(chosen, of)) < 1e-9;
    }),
  );
});

it('takes each time what a plain search would', () => {
  assert(
    property(tuple(priced, weights), ([candidates, of]) => {
      const covered = new Set<number>();
      for (const { index, gain } of cover(candidates, of, Infinity).picks) {
        const fresh = candidates.map((one) =>
          worth([{ ...one, covers: one.covers.filter((t) => !covered.has(t)) }], of),
        );
        const best = Math.max(...fresh.map((value, at) => value / (candidates[at]?.cost ?? 1)));
        if (Math.abs(gain / (candidates[index]?.cost ?? 1) - best) > 1e-9) return false;
        for (const thing of candidates[index]?.covers ?? []) covered.add(thing);
      }
      return true;
    }),
  );
});

it('one dear action may be worth more than many cheap ones', () => {
  const candidates = [
    { covers: [0], cost: 1 },
    { covers: [1], cost: 10 },
  ];
  expect(cover(candidates, [2, 10], 10)).toEqual({ picks: [{ index: 1, gain: 10 }], by: 'single' });
  expect(cover(candidates, [2, 10], 11).picks.map(({ index }) => index)).toEqual([0, 1]);
});

import { array, assert, double, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyOf, likelyExploited, overDays, probabilityOf } from './probability.ts';
import { EXPLOITED, flawWith, predicted, TODAY } from './testdata/findings.ts';

const share = double({ min: 0, max: 0.999, noNaN: true });
const HERE = { today: TODAY, held: { exploited: TODAY, predictions: TODAY } };

describe('EPSS of a group', () => {
  it('FIRST’s example: 0.10, 0.20 and 0.15 are 0.388', () => {
    expect(anyOf([0.1, 0.2, 0.15])).toBeCloseTo(0.388, 12);
  });
  it.each([
    [[], 0],
    [[0.3], 0.3],
    [[0, 0, 0], 0],
    [[1, 0.1], 1],
    // The naive product loses it all.
    [[1e-17, 1e-17], 2e-17],
  ])('%j is %d', (probabilities, expected) => {
    expect(anyOf(probabilities)).toBeCloseTo(expected, 20);
  });
  it('is that of two groups together, whatever the order', () => {
    assert(
      property(array(share), array(share), (a, b) => {
        const [together, apart] = [anyOf([...b, ...a]), anyOf([anyOf(a), anyOf(b)])];
        return Math.abs(together - apart) < 1e-9;
      }),
    );
  });
});

describe('EPSS over other times', () => {
  it.each([
    [0.1, 30, 0.1],
    [0.1, 60, 0.19],
    [0.19, 15, 0.1],
    [0.1, 0, 0],
    [1, 7, 1],
  ])('%d in 30 days, in %d days %d', (probability, days, expected) => {
    expect(overDays(probability, days)).toBeCloseTo(expected, 12);
  });
  it('a day after another is as both together', () => {
    assert(
      property(share, integer({ min: 1, max: 400 }), integer({ min: 1, max: 400 }), (p, a, b) => {
        return Math.abs(anyOf([overDays(p, a), overDays(p, b)]) - overDays(p, a + b)) < 1e-9;
      }),
    );
  });
});

describe('LEV (NIST CSWP 41)', () => {
  // Section 6: of the last window only 21 of 30 days have passed, so that its score of 0.08 counts as 0.056.
  it('a window that is not over counts in part', () => {
    expect(likelyExploited([{ date: '2024-11-01', score: 0.08 }], '2024-11-22')).toEqual({
      value: expect.closeTo((0.08 * 21) / 30, 12) as number,
      from: '2024-11-01',
      until: '2024-11-22',
      days: 21,
      windows: 1,
    });
  });
  it.each([
    [
      'two whole windows',
      [
        ['2024-01-01', 0.1],
        ['2024-01-31', 0.1],
      ],
      '2024-03-01',
      0.19,
      60,
    ],
    [
      'a window that another follows sooner',
      [
        ['2024-01-01', 0.3],
        ['2024-01-11', 0.6],
      ],
      '2024-02-10',
      1 - 0.9 * 0.4,
      40,
    ],
    [
      'in any order, the higher of two of a day',
      [
        ['2024-01-31', 0.1],
        ['2024-01-01', 0],
        ['2024-01-01', 0.1],
      ],
      '2024-03-01',
      0.19,
      60,
    ],
    [
      'a gap counts as nothing',
      [
        ['2024-01-01', 0.1],
        ['2024-07-01', 0.1],
      ],
      '2024-07-31',
      0.19,
      60,
    ],
    [
      'what is still to come counts as nothing',
      [
        ['2024-01-01', 0.1],
        ['2025-01-01', 0.9],
      ],
      '2024-01-31',
      0.1,
      30,
    ],
    [
      'what is no score or no day',
      [
        ['2024-01-01', 0.1],
        ['2024-01-02', 1.5],
        ['2024-13-01', 0.5],
      ],
      '2024-01-31',
      0.1,
      30,
    ],
  ] as const)('%s', (_name, history, until, value, days) => {
    const past = likelyExploited(
      history.map(([date, score]) => ({ date, score })),
      until,
    );
    expect(past?.value).toBeCloseTo(value, 12);
    expect(past?.days).toBe(days);
  });
  it('without a score before the day it is not known', () => {
    expect(likelyExploited([], TODAY)).toBeUndefined();
    expect(likelyExploited([{ date: TODAY, score: 0.5 }], TODAY)).toBeUndefined();
  });
});

describe('the probability of a flaw is the highest of EPSS, KEV and LEV', () => {
  const history = [
    { date: '2026-09-25', score: 0.5 },
    { date: '2026-10-25', score: 0.5 },
  ];
  it.each([
    ['EPSS', predicted(0.2), 0.2, 0.2, 'predicted', []],
    ['KEV', { ...predicted(0.2), ...EXPLOITED }, 0.999, 0.999, 'exploited', []],
    ['KEV without EPSS', EXPLOITED, 0.999, 0.999, 'exploited', []],
    ['LEV', { ...predicted(0.2), history }, 0.75, 0.75, 'past', []],
    ['EPSS above LEV', { ...predicted(0.9), history }, 0.9, 0.9, 'predicted', []],
    ['EPSS is never certain', predicted(1), 0.999, 0.999, 'predicted', []],
    ['nothing', {}, 0.1, 0.999, 'assumed', ['EPSS score']],
    ['LEV alone', { history }, 0.75, 0.999, 'past', ['EPSS score']],
    ['a score of 30 days ago', predicted(0.2, '2026-10-25'), 0.2, 0.2, 'predicted', []],
    ['an older one', predicted(0.2, '2026-10-24'), 0.2, 0.999, 'predicted', ['EPSS score of today']],
    ['a score that is none', predicted(Number.NaN), 0.1, 0.999, 'assumed', ['EPSS score']],
  ] as const)('%s', (_name, given, value, most, from, assumed) => {
    const found = probabilityOf(flawWith(given), HERE);
    expect(found).toMatchObject({ from, assumed });
    expect(found.value).toBeCloseTo(value, 12);
    expect(found.most).toBeCloseTo(most, 12);
  });
  it('without a KEV catalogue, any flaw may have been exploited', () => {
    expect(probabilityOf(flawWith(predicted(0.2)), { today: TODAY })).toMatchObject({
      value: 0.2,
      most: 0.999,
      assumed: ['whether it is in the KEV catalogue'],
    });
  });
  it('names source, day and formula of another horizon', () => {
    const found = probabilityOf(flawWith(predicted(0.1, '2026-11-20')), { ...HERE, horizonDays: 60 });
    expect(found.predicted).toEqual({
      value: expect.closeTo(0.19, 12) as number,
      by: 'EPSS',
      date: '2026-11-20',
      how: '1 − (1 − 0.1)^(60/30)',
    });
  });
});

import { array, assert, double, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hazardOf, probabilityOfHazard } from './hazard.ts';
import { type RiskSum, riskSum } from './image-risk.ts';
import { anyOf } from './probability.ts';
import { type Risk, riskOf } from './risk-of.ts';
import { findingWith, predicted, rating, TODAY } from './testdata/findings.ts';

const share = double({ min: 0, max: 0.999, noNaN: true });

describe('−ln(1 − p) · exposure · impact', () => {
  it.each([
    [0, 1, 1, 0],
    [0.5, 1, 1, Math.LN2],
    [0.5, 0.5, 0.98, 0.339642],
    [0.999, 1, 1, 6.907755],
    [0.999, 0, 1, 0],
  ])('p %d, exposure %d, impact %d: %d', (probability, exposure, impact, expected) => {
    expect(hazardOf(probability, exposure, impact)).toBeCloseTo(expected, 6);
  });
  it('where all is exposed and lost, the sum of hazards is the probability of any', () => {
    assert(
      property(array(share), (probabilities) => {
        const sum = probabilities.reduce((total, one) => total + hazardOf(one, 1, 1), 0);
        return Math.abs(probabilityOfHazard(sum) - anyOf(probabilities)) < 1e-9;
      }),
    );
  });
  it('grows with each part', () => {
    assert(
      property(share, share, share, share, (a, b, exposure, impact) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        return (
          hazardOf(low, exposure, impact) <= hazardOf(high, exposure, impact) &&
          hazardOf(exposure, low, impact) <= hazardOf(exposure, high, impact) &&
          hazardOf(exposure, impact, low) <= hazardOf(exposure, impact, high)
        );
      }),
    );
  });
});

const HELD = { exploited: TODAY, predictions: TODAY };

/** A few flaws in a few packages on a few assets, so that many meet. */
const risk = record({
  flaw: integer({ min: 0, max: 5 }),
  its: integer({ min: 0, max: 3 }),
  asset: integer({ min: 0, max: 2 }),
}).map(
  ({ flaw, its, asset }): Risk =>
    riskOf(
      findingWith(
        { id: `CVE-2026-000${flaw}`, ...(flaw === 5 ? {} : predicted(flaw / 10)), severity: rating('high', 'high') },
        { name: `p${its}` },
      ),
      { today: TODAY, asset: `image-${asset}`, held: HELD },
    ),
);

function close(a: RiskSum, b: RiskSum): boolean {
  return (
    Math.abs(a.hazard.value - b.hazard.value) < 1e-9 &&
    Math.abs(a.hazard.most - b.hazard.most) < 1e-9 &&
    a.flaws === b.flaws &&
    a.assumed === b.assumed &&
    Math.abs(a.exploited - b.exploited) < 1e-9
  );
}

describe('sums over each flaw on each asset once', () => {
  it('assets add up', () => {
    assert(
      property(array(risk, { maxLength: 30 }), (risks) => {
        const whole = riskSum(risks);
        const parts = [...Map.groupBy(risks, ({ asset }) => asset).values()].map((part) => riskSum(part));
        const total = (of: (sum: RiskSum) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
        return (
          Math.abs(whole.hazard.value - total(({ hazard }) => hazard.value)) < 1e-9 &&
          Math.abs(whole.hazard.most - total(({ hazard }) => hazard.most)) < 1e-9 &&
          whole.flaws === total(({ flaws }) => flaws) &&
          Math.abs(whole.score - 100 * probabilityOfHazard(whole.hazard.value)) < 1e-9
        );
      }),
    );
  });
  it('flaws add up', () => {
    assert(
      property(array(risk, { maxLength: 30 }), (risks) => {
        const parts = [...Map.groupBy(risks, ({ finding }) => finding.vulnerability.id).values()];
        const sum = parts.reduce((total, part) => total + riskSum(part).hazard.value, 0);
        return Math.abs(riskSum(risks).hazard.value - sum) < 1e-9;
      }),
    );
  });
  it('the order does not matter, nor what is there twice', () => {
    assert(
      property(array(risk, { maxLength: 30 }), (risks) => {
        return close(riskSum(risks), riskSum([...risks.toReversed(), ...risks]));
      }),
    );
  });
  it('more findings are never less', () => {
    assert(
      property(array(risk, { maxLength: 30 }), array(risk, { maxLength: 5 }), (risks, more) => {
        return riskSum([...risks, ...more]).hazard.value >= riskSum(risks).hazard.value - 1e-9;
      }),
    );
  });
  it('of the same flaw on the same asset the greater part counts, and EPSS once for all assets', () => {
    const on = (asset: string, score: number, name: string): Risk =>
      riskOf(findingWith(predicted(score), { name }), { today: TODAY, asset, held: HELD });
    const sum = riskSum([on('a', 0.1, 'x'), on('a', 0.2, 'y'), on('b', 0.2, 'x')]);
    expect(sum.hazard.value).toBeCloseTo(2 * hazardOf(0.2, 1, 0.98), 12);
    expect(sum.exploited).toBeCloseTo(0.2, 12);
    expect(sum.flaws).toBe(2);
  });
});

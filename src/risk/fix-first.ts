import { type Action, actionsOf, groupOf, type VersionOrder } from './actions.ts';
import { cover } from './cover.ts';
import { type Hazard, sumOf } from './hazard.ts';
import type { Risk } from './risk-of.ts';

/** How to choose. */
export interface FixOptions {
  readonly order: VersionOrder;
  /** What an action costs, more than 0; 1 unless given. */
  readonly cost?: (action: Action) => number;
  /** What all actions together may cost; no limit unless given. */
  readonly budget?: number;
}

/** One action, and what it takes away after those before it. */
export interface FixStep {
  readonly action: Action;
  readonly cost: number;
  /** Hazard that it newly removes. */
  readonly removes: number;
  /** Flaws, each on its asset, of which it removes all or a share, and which no step before it does. */
  readonly flaws: readonly string[];
  /** Hazard that is left after it. */
  readonly left: number;
  /** Something that it removes rests on an assumption. */
  readonly assumed: boolean;
}

/** What to do first. */
export interface FixPlan {
  readonly steps: readonly FixStep[];
  /** `single`: one action alone is worth more than what the others can do for the budget. */
  readonly by: 'greedy' | 'single';
  readonly before: Hazard;
  /** Hazard left after all steps, and that which no upgrade removes at all. */
  readonly left: number;
  readonly unfixable: number;
  readonly cost: number;
}

/** The share of a flaw's hazard on its asset that one group of packages holds. */
interface Share {
  readonly flaw: string;
  readonly weight: number;
  readonly assumed: boolean;
}

/**
 * What to upgrade first: always what removes the most hazard for its cost. A flaw in packages of several sources is gone when
 * all are upgraded; each is reckoned an equal share of its hazard, so that shares add up to the hazard of all.
 */
export function fixFirst(risks: readonly Risk[], options: FixOptions): FixPlan {
  const { indexes, shares, before } = sharesOf(risks);
  const actions = actionsOf(risks, options.order);
  const candidates = actions.map((action) => ({
    cost: costOf(action, options),
    covers: [...new Set(action.risks.map((risk) => indexes.get(risk) ?? -1))],
  }));
  const weights = shares.map(({ weight }) => weight);
  const { picks, by } = cover(candidates, weights, options.budget ?? Infinity);
  const covered = new Set<number>();
  let left = before.value;
  const steps = picks.flatMap(({ index, gain }): FixStep[] => {
    const [action, candidate] = [actions[index], candidates[index]];
    if (action === undefined || candidate === undefined) return [];
    const own = candidate.covers.filter((share) => !covered.has(share));
    for (const share of own) covered.add(share);
    left = Math.max(0, left - gain);
    const its = own.flatMap((share) => shares[share] ?? []);
    const flaws = [...new Set(its.map(({ flaw }) => flaw))];
    return [{ action, cost: candidate.cost, removes: gain, flaws, left, assumed: its.some(({ assumed }) => assumed) }];
  });
  const reachable = new Set(candidates.flatMap(({ covers }) => covers));
  const unfixable = shares.reduce((sum, { weight }, index) => sum + (reachable.has(index) ? 0 : weight), 0);
  return { steps, by, before, left, unfixable, cost: steps.reduce((sum, { cost }) => sum + cost, 0) };
}

function costOf(action: Action, { cost }: FixOptions): number {
  const given = cost?.(action) ?? 1;
  if (!(given > 0)) throw new RangeError('the cost of an action is not above 0');
  return given;
}

function sharesOf(risks: readonly Risk[]): {
  /** Which share a risk is of. */
  readonly indexes: ReadonlyMap<Risk, number>;
  readonly shares: readonly Share[];
  readonly before: Hazard;
} {
  const indexes = new Map<Risk, number>();
  const shares: Share[] = [];
  const totals: Hazard[] = [];
  const byFlaw = Map.groupBy(risks, ({ asset, finding }) => `${asset}\n${finding.vulnerability.id}`);
  for (const own of byFlaw.values()) {
    const value = own.reduce((most, { hazard }) => Math.max(most, hazard.value), 0);
    totals.push({ value, most: own.reduce((most, { hazard }) => Math.max(most, hazard.most), 0) });
    const groups = Map.groupBy(own, groupOf);
    for (const members of groups.values()) {
      for (const risk of members) indexes.set(risk, shares.length);
      const assumed = members.some((risk) => risk.assumed.length > 0);
      const flaw = members[0]?.finding.vulnerability.id ?? '';
      shares.push({ flaw, weight: value / groups.size, assumed });
    }
  }
  return { indexes, shares, before: sumOf(totals) };
}

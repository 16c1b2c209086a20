import type { Circumstances, ExposureFacts } from './circumstances.ts';
import { daysBetween } from './day.ts';
import table from './exposure.json' with { type: 'json' };

/** How much of a flaw's hazard is left where the image runs. */
export interface Exposure {
  /** Product of the factors, 0 to 1. */
  readonly value: number;
  readonly factors: readonly Factor[];
}

export interface Factor {
  readonly name: 'reachable' | 'loaded' | 'privilege' | 'confinement';
  /** In words: `outside`, `not loaded in 14 days`. */
  readonly state: string;
  readonly value: number;
  readonly by: string;
  /** Nobody knows it: the worst is taken. */
  readonly assumed?: true;
}

/** The factors of `exposure.json`; what is not known is 1. `packageId` is a `PackageRef.id`. */
export function exposureOf(packageId: string, circumstances: Circumstances): Exposure {
  const facts = circumstances.exposure;
  if (facts === undefined) return UNKNOWN;
  const factors = [reachable(facts), loaded(facts, packageId, circumstances.today), privilege(facts), confined(facts)];
  return { value: factors.reduce((product, { value }) => product * value, 1), factors };
}

const UNKNOWN: Exposure = {
  value: 1,
  factors: [unknown('reachable'), unknown('loaded'), unknown('privilege'), unknown('confinement')],
};

function unknown(name: Factor['name']): Factor {
  return { name, state: 'unknown', value: 1, by: 'assumption', assumed: true };
}

function byOf(facts: ExposureFacts): string {
  return facts.by ?? 'user';
}

function reachable(facts: ExposureFacts): Factor {
  const state = facts.reachable;
  return state === undefined
    ? unknown('reachable')
    : { name: 'reachable', state, value: table.reachable[state], by: byOf(facts) };
}

function loaded(facts: ExposureFacts, packageId: string, today: string): Factor {
  if (facts.loaded === undefined) return unknown('loaded');
  const { packages, since } = facts.loaded;
  const days = daysBetween(since, today);
  const by = byOf(facts);
  if (packages.has(packageId)) return { name: 'loaded', state: 'loaded', value: table.loaded.yes, by };
  // Looked at for no time at all is not looked at.
  if (!(days >= 1)) return unknown('loaded');
  return { name: 'loaded', state: `not loaded in ${days} day${days === 1 ? '' : 's'}`, value: table.loaded.no, by };
}

function privilege(facts: ExposureFacts): Factor {
  const state = facts.privilege;
  return state === undefined
    ? unknown('privilege')
    : { name: 'privilege', state, value: table.privilege[state], by: byOf(facts) };
}

const CONFINEMENTS = ['seccomp', 'mandatoryAccess', 'readOnlyRoot'] as const;

/** What is not known to confine does not. */
function confined(facts: ExposureFacts): Factor {
  const { confinement } = facts;
  if (confinement === undefined) return unknown('confinement');
  const on = CONFINEMENTS.filter((name) => confinement[name] === true);
  const value = on.reduce((product, name) => product * table.confinement[name], 1);
  const state = on.length === 0 ? 'none' : on.join(', ');
  const known = CONFINEMENTS.every((name) => confinement[name] !== undefined);
  return { name: 'confinement', state, value, by: byOf(facts), ...(known ? {} : { assumed: true }) };
}

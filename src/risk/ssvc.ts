import type { Circumstances, KnownFlaw, Sourced } from './circumstances.ts';
import { exploitationOf } from './exploitation.ts';
import table from './ssvc.json' with { type: 'json' };
import { traitsOf } from './traits.ts';

/** CISA's outcomes, from the least urgent. */
export const SSVC_OUTCOMES = ['track', 'track*', 'attend', 'act'] as const;

export type SsvcOutcome = (typeof SSVC_OUTCOMES)[number];

export type TechnicalImpact = 'partial' | 'total';

/** A decision by CISA's tree, with the values that led to it. */
export interface Ssvc {
  readonly outcome: SsvcOutcome;
  /** With the worst in place of all that CISA does not say itself. */
  readonly most: SsvcOutcome;
  readonly exploitation: Sourced<'none' | 'poc' | 'active'>;
  readonly automatable: Sourced<boolean>;
  readonly technicalImpact: Sourced<TechnicalImpact>;
  /** Mission and well-being impact. */
  readonly mission: Sourced<'low' | 'medium' | 'high'>;
}

const DECISIONS: ReadonlyMap<string, SsvcOutcome> = new Map(
  table.decisions.map((row) => [row.slice(0, 4).join(), row[4] as SsvcOutcome]),
);

const MISSIONS: ReadonlyMap<string, 'low' | 'medium' | 'high'> = new Map(
  table.missions.map(([prevalence = '', wellBeing = '', impact]) => [
    `${prevalence},${wellBeing}`,
    impact as 'low' | 'medium' | 'high',
  ]),
);

/** SSVC, decision model CISA Coordinator 2.0.3: what is not known is taken for the worst, and said. */
export function ssvcOf(flaw: KnownFlaw, circumstances: Circumstances): Ssvc {
  const exploitation = exploitationOf(flaw, circumstances);
  const automatable = automatableOf(flaw);
  const technicalImpact = technicalImpactOf(flaw);
  const mission = missionOf(circumstances);
  const { value } = mission;
  const isStated = flaw.decision !== undefined;
  const outcome = outcomeOf(exploitation.value, automatable.value, technicalImpact.value, value);
  const most = isStated ? outcome : outcomeOf('active', true, 'total', value);
  return { outcome, most, exploitation, automatable, technicalImpact, mission };
}

function outcomeOf(exploitation: string, automatable: boolean, technicalImpact: string, mission: string): SsvcOutcome {
  return DECISIONS.get([exploitation, automatable ? 'yes' : 'no', technicalImpact, mission].join()) ?? 'act';
}

/** CISA's word; else what the CVSS vector says or excludes; else yes. */
function automatableOf(flaw: KnownFlaw): Sourced<boolean> {
  const { decision } = flaw;
  if (decision !== undefined) return { value: decision.automatable, by: CISA, date: decision.at };
  const traits = traitsOf(flaw);
  if (traits?.automatable === undefined) return { value: true, by: 'assumption', assumed: true };
  return { value: traits.automatable.value, by: traits.by, how: traits.automatable.how };
}

/** CISA's word; else by the CVSS vector; else total. */
function technicalImpactOf(flaw: KnownFlaw): Sourced<TechnicalImpact> {
  const { decision } = flaw;
  if (decision !== undefined) return { value: decision.technicalImpact, by: CISA, date: decision.at };
  const traits = traitsOf(flaw);
  if (traits === undefined) return { value: 'total', by: 'assumption', assumed: true };
  return { value: traits.technicalImpact.value, by: traits.by, how: traits.technicalImpact.how };
}

const CISA = 'CISA (SSVC)';

/** Of the two questions one may decide alone: essential or irreversible is high whatever the other is. */
function missionOf({ mission }: Circumstances): Sourced<'low' | 'medium' | 'high'> {
  const prevalence = mission?.prevalence ?? 'essential';
  const wellBeing = mission?.wellBeing ?? 'irreversible';
  const value = MISSIONS.get(`${prevalence},${wellBeing}`) ?? 'high';
  const how = `mission prevalence ${mission?.prevalence ?? 'unknown'}, public well-being ${mission?.wellBeing ?? 'unknown'}`;
  const isDecided =
    (mission?.prevalence !== undefined && mission.wellBeing !== undefined) ||
    mission?.prevalence === 'essential' ||
    mission?.wellBeing === 'irreversible';
  return isDecided ? { value, by: 'user', how } : { value, by: 'assumption', how, assumed: true };
}

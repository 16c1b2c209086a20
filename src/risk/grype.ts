import { cvssOf } from '../cvss/cvss.ts';
import type { KnownFlaw } from './circumstances.ts';
import table from './grype.json' with { type: 'json' };

const LABELS: Readonly<Record<string, number>> = table.labels;

/**
 * Grype's risk, 0 to 100, for comparison: `100 · min(threat · severity · kev, 1)`. Threat is 1 for what has been exploited,
 * else EPSS; severity is the mean of the label's score and the mean base score, each / 10. Undefined where EPSS or the label
 * is not known.
 */
export function grypeRisk(flaw: KnownFlaw): number | undefined {
  const { exploited, prediction, severity, ratings } = flaw;
  const threat = exploited === undefined ? prediction?.score : 1;
  const label = LABELS[severity.label];
  if (threat === undefined || label === undefined) return undefined;
  const vectors = new Set([severity, ...ratings].map(({ value }) => value).filter((value) => value.includes('/')));
  const bases = [...vectors].flatMap((vector) => cvssOf(vector)?.base ?? []);
  const mean = bases.reduce((sum, base) => sum + base, 0) / bases.length;
  const severe = (bases.length === 0 ? label : (label + mean) / 2) / 10;
  const factor = exploited === undefined ? 1 : exploited.ransomware ? table.ransomware : table.exploited;
  return 100 * Math.min(threat * severe * factor, 1);
}

import type { Severity } from '../advisory/advisory.ts';
import { cvssOf } from '../cvss/cvss.ts';
import type { KnownFlaw } from './circumstances.ts';
import table from './grype.json' with { type: 'json' };
import { remembered } from './remembered.ts';

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
  const mean = meanBase(ratings.length === 0 ? [severity] : ratings);
  const severe = (mean === undefined ? label : (label + mean) / 2) / 10;
  const factor = exploited === undefined ? 1 : exploited.ransomware ? table.ransomware : table.exploited;
  return 100 * Math.min(threat * severe * factor, 1);
}

const baseOf = remembered((vector) => cvssOf(vector)?.base);

/** Of the different vectors. */
function meanBase(ratings: readonly Severity[]): number | undefined {
  let [sum, count] = [0, 0];
  for (const [index, { value }] of ratings.entries()) {
    const base = value.includes('/') ? baseOf(value) : undefined;
    if (base === undefined || ratings.findIndex((other) => other.value === value) < index) continue;
    sum += base;
    count++;
  }
  return count === 0 ? undefined : sum / count;
}

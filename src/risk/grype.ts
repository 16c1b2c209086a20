import type { Severity, SeverityLabel } from '../advisory/advisory.ts';
import { cvssOf } from '../cvss/cvss.ts';
import type { KnownFlaw } from './circumstances.ts';
import table from './grype.json' with { type: 'json' };
import { remembered } from './remembered.ts';

const LABELS: Readonly<Record<SeverityLabel, number>> = table.labels;

/**
 * Grype's risk, 0 to 100, for comparison: `100 · min(threat · severity · kev, 1)`. Threat is 1 for what has been exploited,
 * else EPSS; severity is the mean of the label's score and the mean base score, each / 10, or the label's alone where that is
 * 0. Undefined where there is neither KEV nor EPSS, which Grype takes for 0.
 */
export function grypeRisk(flaw: KnownFlaw): number | undefined {
  const { exploited, prediction, severity, ratings } = flaw;
  const threat = exploited === undefined ? prediction?.score : 1;
  const label = LABELS[severity.label];
  if (threat === undefined) return undefined;
  const mean = meanBase(ratings.length === 0 ? [severity] : ratings);
  const severe = (mean === 0 ? label : (label + mean) / 2) / 10;
  const factor = exploited === undefined ? 1 : exploited.ransomware ? table.ransomware : table.exploited;
  return 100 * Math.min(threat * severe * factor, 1);
}

const baseOf = remembered((vector) => cvssOf(vector)?.base);

/** Of the different vectors; 0 without any. */
function meanBase(ratings: readonly Severity[]): number {
  let [sum, count] = [0, 0];
  for (const [index, { value }] of ratings.entries()) {
    const base = value.includes('/') ? baseOf(value) : undefined;
    if (base === undefined || ratings.findIndex((other) => other.value === value) < index) continue;
    sum += base;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

import { hasGroup, type Metrics, weightOf } from './vector.ts';

/** Base score and the score with all that the vector gives (CVSS v2 guide, section 3.2). */
export function scoresOf2(metrics: Metrics): { readonly base: number; readonly score: number } {
  const base = baseScore(metrics, impactOf(metrics));
  if (hasGroup('2.0', metrics, 'environmental')) return { base, score: environmentalScore(metrics) };
  return { base, score: temporalScore(metrics, base) };
}

function weight(metrics: Metrics, name: string): number {
  return weightOf('2.0', metrics, name);
}

function impactOf(metrics: Metrics): number {
  return 10.41 * (1 - (1 - weight(metrics, 'C')) * (1 - weight(metrics, 'I')) * (1 - weight(metrics, 'A')));
}

function adjustedImpactOf(metrics: Metrics): number {
  const part = (name: string): number => 1 - weight(metrics, name) * weight(metrics, `${name}R`);
  return Math.min(10, 10.41 * (1 - part('C') * part('I') * part('A')));
}

function baseScore(metrics: Metrics, impact: number): number {
  if (impact === 0) return 0;
  const exploitability = 20 * weight(metrics, 'AV') * weight(metrics, 'AC') * weight(metrics, 'Au');
  return rounded((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176);
}

function temporalScore(metrics: Metrics, base: number): number {
  return rounded(base * weight(metrics, 'E') * weight(metrics, 'RL') * weight(metrics, 'RC'));
}

function environmentalScore(metrics: Metrics): number {
  const temporal = temporalScore(metrics, baseScore(metrics, adjustedImpactOf(metrics)));
  return Math.max(0, rounded((temporal + (10 - temporal) * weight(metrics, 'CDP')) * weight(metrics, 'TD')));
}

/** To one decimal, halves away from zero; what binary fractions add or lack is far below a billionth. */
function rounded(value: number): number {
  return (Math.sign(value) * Math.round(Math.abs(value) * 10 + 1e-9)) / 10;
}

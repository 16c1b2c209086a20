import { hasGroup, type Metrics, weightOf } from './vector.ts';

type Version3 = '3.0' | '3.1';

/** Weights of Privileges Required where the scope changes; other values weigh the same either way. */
const PRIVILEGES: Readonly<Record<string, number>> = { L: 0.68, H: 0.5 };

/** Base score and the score with all that the vector gives (specifications 3.0 section 8, 3.1 section 7). */
export function scoresOf3(version: Version3, metrics: Metrics): { readonly base: number; readonly score: number } {
  const base = baseScore(version, metrics);
  const here = hasGroup(version, metrics, 'environmental') ? environmentalScore(version, metrics) : base;
  return { base, score: roundedUp(version, here * exploitation(version, metrics)) };
}

function baseScore(version: Version3, metrics: Metrics): number {
  const weight = (name: string): number => weightOf(version, metrics, name);
  const isChanged = metrics.get('S') === 'C';
  const share = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = isChanged ? 7.52 * (share - 0.029) - 3.25 * (share - 0.02) ** 15 : 6.42 * share;
  return combined(version, impact, exploitability(version, metrics, isChanged), isChanged);
}

/** Before the temporal metrics, which also apply to it; each modified metric in place of the base metric. */
function environmentalScore(version: Version3, given: Metrics): number {
  const metrics = modified(given);
  const weight = (name: string): number => weightOf(version, metrics, name);
  const isChanged = metrics.get('S') === 'C';
  const part = (name: string): number => 1 - weight(name) * weight(`${name}R`);
  const share = Math.min(1 - part('C') * part('I') * part('A'), 0.915);
  const excess = version === '3.0' ? (share - 0.02) ** 15 : (share * 0.9731 - 0.02) ** 13;
  const impact = isChanged ? 7.52 * (share - 0.029) - 3.25 * excess : 6.42 * share;
  return combined(version, impact, exploitability(version, metrics, isChanged), isChanged);
}

function modified(metrics: Metrics): Metrics {
  const result = new Map(metrics);
  for (const [name, value] of metrics)
    if (name.length > 1 && name[0] === 'M' && value !== 'X') result.set(name.slice(1), value);
  return result;
}

function exploitability(version: Version3, metrics: Metrics, isChanged: boolean): number {
  const weight = (name: string): number => weightOf(version, metrics, name);
  const changed = isChanged ? PRIVILEGES[metrics.get('PR') ?? ''] : undefined;
  return 8.22 * weight('AV') * weight('AC') * (changed ?? weight('PR')) * weight('UI');
}

function exploitation(version: Version3, metrics: Metrics): number {
  const weight = (name: string): number => weightOf(version, metrics, name);
  return weight('E') * weight('RL') * weight('RC');
}

function combined(version: Version3, impact: number, exploit: number, isChanged: boolean): number {
  return impact <= 0 ? 0 : roundedUp(version, Math.min((isChanged ? 1.08 : 1) * (impact + exploit), 10));
}

/**
 * The lowest number with one decimal that is not below. In 3.0 what binary fractions add is no reason to go up; 3.1
 * (appendix A) says how much is none: what does not show in the fifth decimal.
 */
function roundedUp(version: Version3, value: number): number {
  return version === '3.0' ? Math.ceil(value * 10 - 1e-7) / 10 : Math.ceil(Math.round(value * 100_000) / 10_000) / 10;
}

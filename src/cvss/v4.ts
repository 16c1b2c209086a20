/*
 * The scores of macro vectors, the highest vectors of each level and how deep a level is are those that FIRST publishes with
 * the specification (section 8 and the reference calculator); here the levels of EQ3 and EQ6 stand under `36`.
 */
import table from './macro-vectors.json' with { type: 'json' };
import { baseMetrics, type Metrics, weightOf } from './vector.ts';

type Groups = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const SCORES: ReadonlyMap<string, number> = new Map(Object.entries(table.scores));
const HIGHEST: Groups = table.highest;
const DEPTH: Readonly<Record<string, Readonly<Record<string, number>>>> = table.depth;

/** The digits of a macro vector, EQ1 to EQ6. */
type Digits = readonly [number, number, number, number, number, number];

/** Base score and the score with all that the vector gives (specification 4.0, section 8). */
export function scoresOf4(metrics: Metrics): { readonly base: number; readonly score: number } {
  return { base: scoreOf(effective(baseMetrics('4.0', metrics))), score: scoreOf(effective(metrics)) };
}

/** Modified metrics in place of base metrics; the worst where a threat or requirement is not defined. */
function effective(metrics: Metrics): Metrics {
  const result = new Map(metrics);
  for (const [name, value] of metrics) {
    if (name.length > 1 && name[0] === 'M' && value !== 'X') result.set(name.slice(1), value);
  }
  for (const [name, worst] of [
    ['E', 'A'],
    ['CR', 'H'],
    ['IR', 'H'],
    ['AR', 'H'],
  ] as const) {
    if ((result.get(name) ?? 'X') === 'X') result.set(name, worst);
  }
  return result;
}

/** The macro vector's score, less the mean of how far the vector lies towards each next lower macro vector. */
function scoreOf(metrics: Metrics): number {
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => metrics.get(name) === 'N')) return 0;
  const digits = digitsOf(metrics);
  const [eq1, eq2, eq3, eq4, , eq6] = digits;
  const top = scoreAt(digits) ?? 0;
  const parts = [
    { drop: dropTo(top, digits, 0), along: along(metrics, '1', `${eq1}`) },
    { drop: dropTo(top, digits, 1), along: along(metrics, '2', `${eq2}`) },
    { drop: dropTo3And6(top, digits), along: along(metrics, '36', `${eq3}${eq6}`) },
    { drop: dropTo(top, digits, 3), along: along(metrics, '4', `${eq4}`) },
    // All vectors of a level of EQ5 have the same exploit maturity.
    { drop: dropTo(top, digits, 4), along: 0 },
  ];
  let [sum, count] = [0, 0];
  for (const { drop, along: share } of parts) {
    if (drop === undefined) continue;
    sum += drop * share;
    count++;
  }
  const score = top - (count === 0 ? 0 : sum / count);
  return Math.round(Math.min(10, Math.max(0, score)) * 10 + 1e-5) / 10;
}

/** Specification 4.0, tables 24 to 29. */
function digitsOf(metrics: Metrics): Digits {
  const is = (name: string, value: string): boolean => metrics.get(name) === value;
  const easy = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')].filter(Boolean).length;
  const bad = ['VC', 'VI', 'VA'].filter((name) => is(name, 'H'));
  const beyond = ['SC', 'SI', 'SA'].some((name) => is(name, 'H'));
  return [
    easy === 3 ? 0 : easy > 0 && !is('AV', 'P') ? 1 : 2,
    is('AC', 'L') && is('AT', 'N') ? 0 : 1,
    is('VC', 'H') && is('VI', 'H') ? 0 : bad.length > 0 ? 1 : 2,
    is('SI', 'S') || is('SA', 'S') ? 0 : beyond ? 1 : 2,
    is('E', 'A') ? 0 : is('E', 'P') ? 1 : 2,
    bad.some((name) => is(`${name.slice(1)}R`, 'H')) ? 0 : 1,
  ];
}

function scoreAt(digits: Digits): number | undefined {
  return SCORES.get(digits.join(''));
}

/** How much lower the macro vector is whose digit at `index` is the next, if there is one. */
function dropTo(top: number, digits: Digits, index: number): number | undefined {
  const lower = scoreAt(digits.with(index, (digits[index] ?? 0) + 1) as unknown as Digits);
  return lower === undefined ? undefined : top - lower;
}

/** EQ3 and EQ6 go together; from 00 there are two ways down, of which the higher score counts; from 10 there is no 20. */
function dropTo3And6(top: number, digits: Digits): number | undefined {
  if (digits[5] === 1) return dropTo(top, digits, 2);
  return Math.min(dropTo(top, digits, 5) ?? Infinity, dropTo(top, digits, 2) ?? Infinity);
}

/** The share of the level's depth that lies between the vector and the level's highest vector above it. */
function along(metrics: Metrics, group: string, level: string): number {
  const depth = DEPTH[group]?.[level] ?? 1;
  for (const highest of HIGHEST[group]?.[level] ?? []) {
    const distances = highest.split('/').map((item) => {
      const [name = '', value = ''] = item.split(':');
      return levelOf(name, metrics.get(name) ?? '') - levelOf(name, value);
    });
    if (distances.every((distance) => distance >= 0)) return distances.reduce((sum, one) => sum + one, 0) / depth;
  }
  return 0;
}

/** Steps below the worst value; `S` (safety) is above `H` for the impact on other systems. */
function levelOf(name: string, value: string): number {
  return value === 'S' ? 0 : weightOf('4.0', new Map([[name, value]]), name);
}

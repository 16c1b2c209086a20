import { readFileSync } from 'node:fs';
import * as library from 'ae-cvss-calculator';
import { describe, expect, it } from 'vitest';
import { cvssOf } from './cvss.ts';
import table from './metrics.json' with { type: 'json' };

/** The package is one CommonJS bundle, whose names Node does not see. */
const { fromVector } = (library as unknown as { default: typeof library }).default;

type Groups = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

const COUNT = 10_000;
const THREAT_3 = ['E', 'RL', 'RC'] as const;

/** Vectors of all groups; a metric beyond the base is there six times of ten. The same ones in every run. */
function generated(prefix: string, groups: Groups): string[] {
  const next = randomFrom(20_261_124);
  const vectors = new Set<string>();
  while (vectors.size < COUNT) {
    const parts: string[] = [];
    for (const [group, metrics] of Object.entries(groups)) {
      for (const [name, weights] of Object.entries(metrics)) {
        if (group !== 'base' && next() < 0.4) continue;
        const values = Object.keys(weights);
        parts.push(`${name}:${values[Math.floor(next() * values.length)]}`);
      }
    }
    vectors.add(prefix + parts.join('/'));
  }
  return [...vectors];
}

/** mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Difference {
  readonly vector: string;
  readonly ours: number | undefined;
  readonly theirs: number | undefined;
}

function differences(vectors: readonly string[]): Difference[] {
  return vectors
    .map((vector) => ({ vector, ours: cvssOf(vector)?.score, theirs: fromVector(vector)?.calculateScores().overall }))
    .filter(({ ours, theirs }) => ours !== theirs);
}

describe(`${COUNT} generated vectors of each version, with every group, by another implementation`, () => {
  it('3.1: all the same', () => {
    expect(differences(generated('CVSS:3.1/', table['3']))).toEqual([]);
  });

  it('4.0: all as it was recorded, and of every tenth as it says now, since it takes 3 ms for each', () => {
    const vectors = generated('CVSS:4.0/', table['4.0']);
    const recorded = readFileSync(new URL('testdata/scores-4.0.txt', import.meta.url), 'utf8')
      .trim()
      .split(/\s+/);
    expect(recorded.length).toBe(COUNT);
    const differing = vectors.filter((vector, index) => cvssOf(vector)?.score !== Number(recorded[index]));
    expect(differing).toEqual([]);
    expect(differences(vectors.filter((_, index) => index % 10 === 0))).toEqual([]);
  });

  it('3.0: it rounds up what a binary fraction has too much', () => {
    const found = differences(generated('CVSS:3.0/', table['3']));
    expect(found.length).toBeLessThan(COUNT / 100);
    const unexplained = found.filter(
      ({ vector, ours = 0, theirs = 0 }) => Math.round((theirs - ours) * 10) !== 1 || exactTemporal30(vector) !== ours,
    );
    expect(unexplained).toEqual([]);
  });

  it('2.0: for the environmental score it rounds exploitability, no step, and goes below 0', () => {
    const found = differences(generated('', table['2.0']));
    expect(found.length).toBeGreaterThan(0);
    const unexplained = found.filter(({ vector, ours, theirs = 0 }) => {
      const byTheGuide = exact20(vector, 'base, temporal');
      // Either way, since binary fractions make what is just between two tenths one or the other.
      const theirWay = exact20(vector, ENVIRONMENTAL_20.test(vector) ? 'exploitability' : 'base');
      return ours !== Math.max(0, toTenth(byTheGuide)) || Math.abs(theirs - theirWay) > 0.05 + 1e-9;
    });
    expect(unexplained).toEqual([]);
  });
});

/** The temporal step in whole numbers, which has to come out even where the library is 0.1 higher. */
function exactTemporal30(vector: string): number {
  const kept = vector.split('/').filter((part) => !THREAT_3.some((name) => part.startsWith(`${name}:`)));
  const tenths = Math.round((cvssOf(kept.join('/'))?.score ?? 0) * 10);
  const product = THREAT_3.reduce((value, name) => value * hundredths(vector, name), tenths);
  return Math.ceil(product / 1e6) / 10;
}

function hundredths(vector: string, name: (typeof THREAT_3)[number]): number {
  const value = vector
    .split('/')
    .find((part) => part.startsWith(`${name}:`))
    ?.split(':')[1];
  const weights: Readonly<Record<string, number>> = table['3'].threat[name];
  return Math.round((weights[value ?? 'X'] ?? 1) * 100);
}

/** The guide's equations once more (CVSS v2, section 3.2), before the last rounding: it rounds base and temporal score. */
const ENVIRONMENTAL_20 = /\/(?:CDP|TD|CR|IR|AR):(?!ND)/;

function exact20(vector: string, rounds: string): number {
  const given = new Map(vector.split('/').map((part) => part.split(':') as [string, string]));
  const all: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    ...table['2.0'].base,
    ...table['2.0'].threat,
    ...table['2.0'].environmental,
  };
  const weight = (name: string): number => all[name]?.[given.get(name) ?? 'ND'] ?? 0;
  const left = ['C', 'I', 'A'].reduce((value, name) => value * (1 - weight(name) * weight(`${name}R`)), 1);
  const impact = Math.min(10, 10.41 * (1 - left));
  const exploitability = 20 * weight('AV') * weight('AC') * weight('Au');
  const step = (name: string, value: number): number => (rounds.includes(name) ? toTenth(value) : value);
  const base = (0.6 * impact + 0.4 * step('exploitability', exploitability) - 1.5) * 1.176;
  const temporal = step('temporal', step('base', impact === 0 ? 0 : base) * weight('E') * weight('RL') * weight('RC'));
  return (temporal + (10 - temporal) * weight('CDP')) * weight('TD');
}

function toTenth(value: number): number {
  return (Math.sign(value) * Math.round(Math.abs(value) * 10 + 1e-9)) / 10;
}

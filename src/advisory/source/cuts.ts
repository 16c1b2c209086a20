/*
 * Sets of versions by what requirements say of them. A cut lies before or just after a version; a set is a list of spans from
 * one cut to another, sorted and apart, so that union, intersection and difference are a walk over cuts.
 */
import type { Version, VersionScheme } from '../../version/version.ts';
import type { AffectedRange } from '../advisory.ts';

/** A place in the order: before a version, just after it, or at one of the ends. */
export type Cut<V extends Version> = 'start' | 'end' | { readonly version: V; readonly after: boolean };

/** All versions from one cut to another. */
export interface Span<V extends Version> {
  readonly from: Cut<V>;
  readonly to: Cut<V>;
}

export type VersionSet<V extends Version> = readonly Span<V>[];

/** Arithmetic on sets of versions in one order. */
export interface SetAlgebra<V extends Version> {
  readonly all: VersionSet<V>;
  /** The versions from the first on, that one included, up to the second, that one not; absent ends are open. */
  between(from: V | undefined, to: V | undefined): VersionSet<V>;
  exactly(version: V): VersionSet<V>;
  upTo(version: V): VersionSet<V>;
  after(version: V): VersionSet<V>;
  union(sets: readonly VersionSet<V>[]): VersionSet<V>;
  intersection(a: VersionSet<V>, b: VersionSet<V>): VersionSet<V>;
  without(a: VersionSet<V>, b: VersionSet<V>): VersionSet<V>;
}

/** The arithmetic for a version order. */
export function setAlgebra<V extends Version>(scheme: VersionScheme<V>): SetAlgebra<V> {
  const compare = (a: Cut<V>, b: Cut<V>): number => {
    if (typeof a === 'string' || typeof b === 'string') return rank(a) - rank(b);
    return scheme.compare(a.version, b.version) || Number(a.after) - Number(b.after);
  };
  const span = (from: Cut<V>, to: Cut<V>): VersionSet<V> => (compare(from, to) < 0 ? [{ from, to }] : []);
  const before = (version: V): Cut<V> => ({ version, after: false });
  const past = (version: V): Cut<V> => ({ version, after: true });
  const complement = (set: VersionSet<V>): VersionSet<V> => {
    const gaps: Span<V>[] = [];
    let from: Cut<V> = 'start';
    for (const one of set) {
      gaps.push(...span(from, one.from));
      from = one.to;
    }
    return [...gaps, ...span(from, 'end')];
  };
  const union = (sets: readonly VersionSet<V>[]): VersionSet<V> => {
    const joined: Span<V>[] = [];
    for (const one of sets.flat().toSorted((a, b) => compare(a.from, b.from))) {
      const last = joined.at(-1);
      if (last === undefined || compare(last.to, one.from) < 0) joined.push(one);
      else if (compare(last.to, one.to) < 0) joined[joined.length - 1] = { from: last.from, to: one.to };
    }
    return joined;
  };
  const intersection = (a: VersionSet<V>, b: VersionSet<V>): VersionSet<V> =>
    complement(union([complement(a), complement(b)]));
  return {
    all: [{ from: 'start', to: 'end' }],
    between: (from, to) => span(from === undefined ? 'start' : before(from), to === undefined ? 'end' : before(to)),
    exactly: (version) => span(before(version), past(version)),
    upTo: (version) => span('start', past(version)),
    after: (version) => span(past(version), 'end'),
    union,
    intersection,
    without: (a, b) => intersection(a, complement(b)),
  };
}

function rank(cut: Cut<Version>): number {
  return cut === 'start' ? -1 : cut === 'end' ? 1 : 0;
}

/** How a set is told in OSV's events. */
export interface Telling<V extends Version> {
  /** The lowest version after one that is itself not in the set, as nearly as the order has one. */
  readonly next: (version: V) => string;
  /** Whether who is past the cut has the fix; else the span just ends there. */
  readonly isFix: (to: Cut<V>) => boolean;
}

/** The spans as ranges, one each: an end that is no fix is a limit. */
export function rangesOf<V extends Version>(set: VersionSet<V>, { next, isFix }: Telling<V>): readonly AffectedRange[] {
  return set.map(({ from, to }) => {
    const introduced = typeof from === 'string' ? '0' : from.after ? next(from.version) : from.version.text;
    if (typeof to === 'string') return { type: 'ecosystem', events: [{ introduced }] };
    const { text } = to.version;
    const end = to.after ? { lastAffected: text } : isFix(to) ? { fixed: text } : { limit: text };
    return { type: 'ecosystem', events: [{ introduced }, end] };
  });
}

import { unparsable } from './unparsable.ts';
import type { Unparsable, Version, VersionScheme } from './version.ts';

/**
 * One event of an OSV range (OSV schema 1.7, `affected[].ranges[].events[]`).
 * `introduced: "0"` is before every version; `limit: "*"` is after every version.
 */
export type RangeEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly lastAffected: string }
  | { readonly limit: string };

/** One end of an interval. */
export interface Bound<V extends Version = Version> {
  readonly version: V;
  readonly inclusive: boolean;
}

/** A run of versions; a missing end is unbounded. */
export interface Interval<V extends Version = Version> {
  readonly from?: Bound<V>;
  readonly to?: Bound<V>;
}

/** An event other than a limit, parsed; no `at` is before every version. */
interface Mark<V extends Version> {
  readonly at: V | undefined;
  readonly kind: 'introduced' | 'fixed' | 'lastAffected';
}

/**
 * The versions that one list of events covers, as sorted disjoint intervals (OSV schema, "Evaluation"). Events of equal
 * version keep their order in the list. `Unparsable` when a bound is, or when nothing is introduced (the schema
 * demands one), so that bad data never reads as "not affected".
 */
export function intervalsOf<V extends Version>(
  events: readonly RangeEvent[],
  scheme: VersionScheme<V>,
): readonly Interval<V>[] | Unparsable {
  const start = fromTheFirst(events, scheme);
  if (start !== undefined) return start;
  const marks: Mark<V>[] = [];
  const limits: (V | undefined)[] = [];
  for (const event of events) {
    const [kind, text] = entryOf(event);
    const version = isUnbounded(kind, text) ? undefined : scheme.parse(text);
    if (version?.kind === 'unparsable') return version;
    if (kind === 'limit') limits.push(version);
    else marks.push({ at: version, kind });
  }
  if (!marks.some((mark) => mark.kind === 'introduced')) {
    return unparsable(JSON.stringify(events.slice(0, 8)), 'the range has no "introduced" event');
  }
  const intervals = sweep(
    marks.toSorted((a, b) => comparePlaces(a.at, b.at, scheme)),
    scheme,
  );
  return clip(intervals, highest(limits, scheme), scheme);
}

/** Most ranges: all versions, or those before a fix; undefined for any other. */
function fromTheFirst<V extends Version>(
  events: readonly RangeEvent[],
  scheme: VersionScheme<V>,
): readonly Interval<V>[] | Unparsable | undefined {
  // By index: in a cold process destructuring takes half as long again.
  const first = events[0];
  const second = events[1];
  if (first === undefined || events.length > 2 || !('introduced' in first) || first.introduced !== '0')
    return undefined;
  if (second === undefined) return everything;
  if (!('fixed' in second)) return undefined;
  const version = scheme.parse(second.fixed);
  return version.kind === 'unparsable' ? version : [{ to: { version, inclusive: false } }];
}

const everything: readonly Interval<never>[] = [{}];

/** Whether the version lies in one of the intervals. */
export function contains<V extends Version>(
  intervals: readonly Interval<V>[],
  version: V,
  scheme: VersionScheme<V>,
): boolean {
  return intervals.some(({ from, to }) => {
    const afterStart = from === undefined ? 1 : scheme.compare(version, from.version);
    const beforeEnd = to === undefined ? -1 : scheme.compare(version, to.version);
    return (
      (afterStart > 0 || (afterStart === 0 && from?.inclusive === true)) &&
      (beforeEnd < 0 || (beforeEnd === 0 && to?.inclusive === true))
    );
  });
}

/** The intervals in words: `< 1.2.3`, `>= 1.0, < 1.2 or = 2.0`, `all versions`, `no version`. */
export function describe(intervals: readonly Interval[]): string {
  if (intervals.length === 0) return 'no version';
  return intervals.map(describeOne).join(' or ');
}

/**
 * The smallest `fixed` version after `version` that is not itself affected; `undefined` when there is none. Pass as
 * `affected` the union over all ranges when the record has several. `Unparsable` when a bound is.
 */
export function lowestFix<V extends Version>(
  events: readonly RangeEvent[],
  version: V,
  scheme: VersionScheme<V>,
  affected: readonly Interval<V>[] | Unparsable = intervalsOf(events, scheme),
): V | Unparsable | undefined {
  if ('kind' in affected) return affected;
  const fixes: V[] = [];
  for (const event of events) {
    if (!('fixed' in event)) continue;
    const fix = scheme.parse(event.fixed);
    if (fix.kind === 'unparsable') return fix;
    if (scheme.compare(fix, version) > 0) fixes.push(fix);
  }
  return lowestOutside(
    fixes.toSorted((a, b) => scheme.compare(a, b)),
    affected.toSorted((a, b) => comparePlaces(a.from?.version, b.from?.version, scheme)),
    scheme,
  );
}

/** The first of the sorted versions in none of the intervals (sorted by start), in one pass: records may be hostile. */
function lowestOutside<V extends Version>(
  versions: readonly V[],
  intervals: readonly Interval<V>[],
  scheme: VersionScheme<V>,
): V | undefined {
  let next = 0;
  let furthest: Interval<V> | undefined;
  for (const version of versions) {
    for (; next < intervals.length; next++) {
      const interval = intervals[next];
      if (interval === undefined || comparePlaces(interval.from?.version, version, scheme) > 0) break;
      if (furthest === undefined || compareEnds(furthest.to, interval.to, scheme) < 0) furthest = interval;
    }
    if (furthest === undefined || compareEnds(furthest.to, { version, inclusive: true }, scheme) < 0) return version;
  }
  return undefined;
}

function compareEnds<V extends Version>(
  a: Bound<V> | undefined,
  b: Bound<V> | undefined,
  scheme: VersionScheme<V>,
): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return scheme.compare(a.version, b.version) || Number(a.inclusive) - Number(b.inclusive);
}

function entryOf(event: RangeEvent): [kind: Mark<Version>['kind'] | 'limit', text: string] {
  if ('introduced' in event) return ['introduced', event.introduced];
  if ('fixed' in event) return ['fixed', event.fixed];
  if ('lastAffected' in event) return ['lastAffected', event.lastAffected];
  return ['limit', event.limit];
}

function isUnbounded(kind: string, text: string): boolean {
  return (kind === 'introduced' && text === '0') || (kind === 'limit' && text === '*');
}

function comparePlaces<V extends Version>(a: V | undefined, b: V | undefined, scheme: VersionScheme<V>): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return scheme.compare(a, b);
}

/** Walks sorted marks place by place; whether a place is covered and whether what follows it is may differ. */
function sweep<V extends Version>(marks: readonly Mark<V>[], scheme: VersionScheme<V>): Interval<V>[] {
  const intervals: Interval<V>[] = [];
  let open: { readonly from?: Bound<V> } | undefined;
  for (let index = 0; index < marks.length; ) {
    const at = marks[index]?.at;
    const end = endOfPlace(marks, index, scheme);
    let here = open !== undefined;
    let after = here;
    for (const { kind } of marks.slice(index, end)) {
      after = kind === 'introduced';
      // A last affected version is itself still affected.
      if (kind !== 'lastAffected') here = after;
    }
    index = end;
    if (open === undefined && here) open = at === undefined ? {} : { from: { version: at, inclusive: true } };
    if (open !== undefined && !after) {
      if (at !== undefined) intervals.push({ ...open, to: { version: at, inclusive: here } });
      open = undefined;
    }
  }
  if (open !== undefined) intervals.push(open);
  return intervals;
}

/** Index after the marks that stand at the same place as the one at `start`. */
function endOfPlace<V extends Version>(marks: readonly Mark<V>[], start: number, scheme: VersionScheme<V>): number {
  let end = start + 1;
  while (end < marks.length && comparePlaces(marks[start]?.at, marks[end]?.at, scheme) === 0) end++;
  return end;
}

/** The highest limit, since a version before any of them passes; `undefined` when there is none or one is unbounded. */
function highest<V extends Version>(limits: readonly (V | undefined)[], scheme: VersionScheme<V>): V | undefined {
  let top = limits[0];
  for (const limit of limits) {
    if (limit === undefined || top === undefined) return undefined;
    if (scheme.compare(limit, top) > 0) top = limit;
  }
  return top;
}

function clip<V extends Version>(
  intervals: readonly Interval<V>[],
  limit: V | undefined,
  scheme: VersionScheme<V>,
): readonly Interval<V>[] {
  if (limit === undefined) return intervals;
  return intervals
    .filter(({ from }) => from === undefined || scheme.compare(from.version, limit) < 0)
    .map((interval) =>
      interval.to !== undefined && scheme.compare(interval.to.version, limit) < 0
        ? interval
        : { ...interval, to: { version: limit, inclusive: false } },
    );
}

function describeOne({ from, to }: Interval): string {
  if (from === undefined && to === undefined) return 'all versions';
  if (from?.inclusive && to?.inclusive && from.version.text === to.version.text) return `= ${from.version.text}`;
  const start = from && `${from.inclusive ? '>=' : '>'} ${from.version.text}`;
  const end = to && `${to.inclusive ? '<=' : '<'} ${to.version.text}`;
  return [start, end].filter((part) => part !== undefined).join(', ');
}

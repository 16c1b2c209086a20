import type { AffectedRange } from '../advisory/advisory.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Fix, Verdict } from '../finding/finding.ts';
import { contains, describe, type Interval, intervalsOf, lowestFix, type RangeEvent } from '../version/range.ts';
import type { Unparsable, Version, VersionScheme } from '../version/version.ts';
import { isListed, isSame, listedPoints } from './listed.ts';

/** What one record says of one version, and how it comes to that. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Affected versions in words; empty with `not-affected`, where nobody asks. */
  readonly range: string;
  readonly comparison: string;
  /** Only with verdict `unknown`. */
  readonly unknownReason?: string;
  readonly fix: Fix;
}

/** Most judgements are this one, and nothing more is told of it. */
const notAffected: Judgement = { verdict: 'not-affected', range: '', comparison: '', fix: { state: 'unknown' } };

/** Judges one version by one record. A version or a range that can't be read makes it `unknown`, never `not-affected`. */
export function judge(version: Version | Unparsable, entry: StoredEntry, scheme: VersionScheme): Judgement {
  if (entry.status === 'not-affected') return notAffected;
  const judged = judgeAs(version, entry, scheme);
  if (judged.verdict === 'affected' || version.kind === 'unparsable') return judged;
  const other = otherReading(version, entry, scheme);
  if (other === undefined) return judged;
  const { comparison, ...rest } = judgeAs(other.version, entry, scheme);
  if (rest.verdict === 'not-affected' || rest.verdict === judged.verdict) return judged;
  return { ...rest, comparison: `${other.because}: ${comparison}` };
}

/** The version as a record means it that knows less of versions than the package database. */
function otherReading(
  version: Version,
  entry: StoredEntry,
  scheme: VersionScheme,
): { readonly version: Version; readonly because: string } | undefined {
  const unbuilt = scheme.publicVersion?.(version);
  // Whoever tells builds apart (`fixed: 1.2.3+patched1`) has judged ours already.
  if (unbuilt !== undefined && !names(entry, scheme, (bound) => scheme.publicVersion?.(bound) !== undefined))
    return { version: unbuilt, because: `${version.text} is a build of ${unbuilt.text}` };
  // A binary package's epoch is known to whoever publishes versions of binary packages.
  const plain = entry.appliesTo === 'source' ? scheme.withoutEpoch?.(version) : undefined;
  const other = plain && inEpochOf(entry, plain, scheme);
  if (other === undefined || scheme.compare(version, other) <= 0) return undefined;
  return { version: other, because: `the epoch of a source is not told, so ${version.text} may be ${other.text}` };
}

/**
 * The version in the highest epoch that a record names, in none where it names none: `mod_ssl` 1:2.4.37-64 is built from
 * `httpd` 2.4.37-64, of which the record says `0:2.4.37-65`.
 */
function inEpochOf(entry: StoredEntry, plain: Version, scheme: VersionScheme): Version {
  let highest = plain;
  for (const bound of boundsIn(entry, scheme)) {
    const rest = scheme.withoutEpoch?.(bound);
    if (rest === undefined) continue;
    const epoch = bound.text.slice(0, bound.text.length - rest.text.length);
    const other = scheme.parse(epoch + plain.text);
    if (other.kind === 'version' && scheme.compare(other, highest) > 0) highest = other;
  }
  return highest;
}

function judgeAs(version: Version | Unparsable, entry: StoredEntry, scheme: VersionScheme): Judgement {
  const { text } = version;
  const ranges = inOrder(entry.ranges);
  if (entry.versions?.includes(text)) {
    const fix = fixOf(version, readRanges(ranges, scheme), entry, scheme);
    return affectedOr(entry, `= ${text}`, `${text} is listed`, fix);
  }
  if (ranges.length === 0) return withoutRanges(version, entry, scheme);
  const read = readRanges(ranges, scheme);
  if (version.kind === 'unparsable') return outOfOrder(version, read, entry, scheme);
  return withinRanges(version, read, entry, scheme);
}

/** The ranges of versions: those of commits say nothing of a package version. */
function inOrder(ranges: readonly AffectedRange[]): readonly AffectedRange[] {
  return ranges.some(({ type }) => type === 'git') ? ranges.filter(({ type }) => type !== 'git') : ranges;
}

/** Whether any version that the record names is such a one. */
function names(entry: StoredEntry, scheme: VersionScheme, isSuch: (bound: Version) => boolean): boolean {
  return boundsIn(entry, scheme).some(isSuch);
}

/** Every version in the record's ranges that can be read. */
function boundsIn({ ranges }: StoredEntry, scheme: VersionScheme): readonly Version[] {
  return inOrder(ranges)
    .flatMap(({ events }) => events.flatMap((event) => Object.values<string>(event)))
    .flatMap((text) => {
      const bound = scheme.parse(text);
      return bound.kind === 'version' ? bound : [];
    });
}

/** Affected, or not known yet where the source has not determined it. */
function affectedOr(entry: StoredEntry, range: string, comparison: string, fix: Fix): Judgement {
  if (entry.status !== 'undetermined') return { verdict: 'affected', range, comparison, fix };
  const reason = 'The source has not determined yet whether the package is affected';
  const unknownReason = entry.note === undefined ? reason : `${reason}: ${entry.note}`;
  return { verdict: 'unknown', range, comparison, unknownReason, fix };
}

function unknown(entry: StoredEntry, unknownReason: string): Judgement {
  return { verdict: 'unknown', range: '', comparison: '', unknownReason, fix: stateOf(entry) };
}

/** Without versions or ranges every version is meant; ranges of commits alone say nothing of a package version. */
function withoutRanges(version: Version | Unparsable, entry: StoredEntry, scheme: VersionScheme): Judgement {
  const { text } = version;
  if (entry.versions !== undefined && entry.versions.length > 0) {
    if (version.kind === 'unparsable') return unknownVersion(version, entry, scheme);
    return listedAs(version, entry, scheme) ?? notAffected;
  }
  if (entry.ranges.length > 0) return unknown(entry, 'The record names only commits, no versions');
  return everyVersion(text, entry);
}

function everyVersion(text: string, entry: StoredEntry): Judgement {
  return affectedOr(entry, 'all versions', `every version is affected, ${text} too`, stateOf(entry));
}

/** A version may be listed in another spelling: `1.0` is `1.0.0`. */
function listedAs(
  version: Version,
  entry: StoredEntry,
  scheme: VersionScheme,
  ranges: ReadRanges = noRanges,
): Judgement | undefined {
  for (const text of entry.versions ?? []) {
    if (!isSame(text, version, scheme)) continue;
    const comparison = `${version.text} = ${text}, which is listed (${scheme.id})`;
    return affectedOr(entry, `= ${text}`, comparison, fixOf(version, ranges, entry, scheme));
  }
  return undefined;
}

function unknownVersion({ text, reason }: Unparsable, entry: StoredEntry, scheme: VersionScheme): Judgement {
  return unknown(entry, `The installed version ${text} is not one that ${scheme.id} understands: ${reason}`);
}

/** A version that has no place in the order is affected where all are. */
function outOfOrder(
  version: Unparsable,
  { intervals }: ReadRanges,
  entry: StoredEntry,
  scheme: VersionScheme,
): Judgement {
  const all = intervals.find(({ from, to }) => from === undefined && to === undefined);
  return all === undefined ? unknownVersion(version, entry, scheme) : everyVersion(version.text, entry);
}

function withinRanges(version: Version, read: ReadRanges, entry: StoredEntry, scheme: VersionScheme): Judgement {
  const { intervals, unclear } = read;
  if (contains(intervals, version, scheme)) {
    const range = describe(intervals);
    const comparison = `${version.text} is within ${range} (${scheme.id})`;
    return affectedOr(entry, range, comparison, fixOf(version, read, entry, scheme));
  }
  const listed = listedAs(version, entry, scheme, read);
  if (listed || !unclear) return listed ?? notAffected;
  return unknown(
    entry,
    `The record has a version that ${scheme.id} does not understand: ${unclear.text} (${unclear.reason})`,
  );
}

/** What could be read of a record's ranges, and the first version in them that could not. */
interface ReadRanges {
  readonly intervals: readonly Interval[];
  readonly events: readonly RangeEvent[];
  readonly unclear?: Unparsable;
}

const noRanges: ReadRanges = { intervals: [], events: [] };

function readRanges(ranges: readonly AffectedRange[], scheme: VersionScheme): ReadRanges {
  const only = ranges[0];
  if (only !== undefined && ranges.length === 1) {
    const intervals = intervalsOf(only.events, scheme);
    return 'kind' in intervals ? { ...noRanges, unclear: intervals } : { intervals, events: only.events };
  }
  const all: Interval[] = [];
  const readable: RangeEvent[] = [];
  let unclear: Unparsable | undefined;
  for (const { events } of ranges) {
    const intervals = intervalsOf(events, scheme);
    if ('kind' in intervals) unclear ??= intervals;
    else {
      for (const interval of intervals) all.push(interval);
      for (const event of events) readable.push(event);
    }
  }
  return { intervals: all, events: readable, ...(unclear === undefined ? {} : { unclear }) };
}

function stateOf({ fixState, note }: StoredEntry): Fix {
  return note === undefined ? { state: fixState } : { state: fixState, note };
}

/**
 * The lowest fixed version above the installed one that is not affected itself. Without one there is no fix in sight: what
 * was fixed is another branch.
 */
function fixOf(
  version: Version | Unparsable,
  { intervals, events, unclear }: ReadRanges,
  entry: StoredEntry,
  scheme: VersionScheme,
): Fix {
  const state = stateOf(entry);
  if (entry.fixState !== 'fixed' || version.kind === 'unparsable') return state;
  if (unclear === undefined && !events.some((event) => 'fixed' in event)) return state;
  // Without a list the version is within the intervals.
  const end = entry.versions === undefined && unclear === undefined ? onlyFix(intervals, events) : undefined;
  if (end !== undefined) return { ...state, version: end.text, appliesTo: entry.appliesTo };
  let fixed = lowestFix(events, version, scheme, intervals);
  if (fixed?.kind === 'version' && isListed(fixed, entry, scheme))
    fixed = lowestFix(events, version, scheme, [...intervals, ...listedPoints(entry, scheme)]);
  if (fixed?.kind === 'version') return { ...state, version: fixed.text, appliesTo: entry.appliesTo };
  const open =
    !unclear && intervals.some((interval) => interval.to === undefined && contains([interval], version, scheme));
  return { ...state, state: open ? 'not-fixed' : 'unknown' };
}

/** Most records tell of one run of versions that a fix ends. */
function onlyFix(intervals: readonly Interval[], events: readonly RangeEvent[]): Version | undefined {
  const to = intervals.length === 1 && events.length === 2 ? intervals[0]?.to : undefined;
  return to === undefined || to.inclusive ? undefined : to.version;
}

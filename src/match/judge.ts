import type { AffectedRange } from '../advisory/advisory.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Fix, Verdict } from '../finding/finding.ts';
import { contains, describe, type Interval, intervalsOf, lowestFix, type RangeEvent } from '../version/range.ts';
import type { Unparsable, Version, VersionScheme } from '../version/version.ts';

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
  const { text } = version;
  if (entry.versions?.includes(text)) {
    return {
      ...affectedOr(entry, `= ${text}`, `${text} is listed`),
      fix: fixOf(
        version,
        entry.ranges.flatMap((range) => (range.type === 'git' ? [] : range.events)),
        [],
        entry,
        scheme,
      ),
    };
  }
  const ranges = entry.ranges.filter(({ type }) => type !== 'git');
  if (ranges.length === 0) return withoutRanges(version, entry, scheme);
  if (version.kind === 'unparsable') return unknownVersion(version, entry, scheme);
  return withinRanges(version, ranges, entry, scheme);
}

/** Affected, or not known yet where the source has not determined it. */
function affectedOr(entry: StoredEntry, range: string, comparison: string): Omit<Judgement, 'fix'> {
  if (entry.status !== 'undetermined') return { verdict: 'affected', range, comparison };
  const unknownReason = 'The source has not determined yet whether the package is affected';
  return { verdict: 'unknown', range, comparison, unknownReason };
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
  return { ...affectedOr(entry, 'all versions', `every version is affected, ${text} too`), fix: stateOf(entry) };
}

/** A version may be listed in another spelling: `1.0` is `1.0.0`. */
function listedAs(version: Version, entry: StoredEntry, scheme: VersionScheme): Judgement | undefined {
  for (const text of entry.versions ?? []) {
    const listed = scheme.parse(text);
    if (listed.kind === 'unparsable' || scheme.compare(listed, version) !== 0) continue;
    const comparison = `${version.text} = ${text}, which is listed (${scheme.id})`;
    const events = entry.ranges.flatMap((range) => (range.type === 'git' ? [] : range.events));
    return { ...affectedOr(entry, `= ${text}`, comparison), fix: fixOf(version, events, [], entry, scheme) };
  }
  return undefined;
}

function unknownVersion({ text, reason }: Unparsable, entry: StoredEntry, scheme: VersionScheme): Judgement {
  return unknown(entry, `The installed version ${text} is not one that ${scheme.id} understands: ${reason}`);
}

function withinRanges(
  version: Version,
  ranges: readonly AffectedRange[],
  entry: StoredEntry,
  scheme: VersionScheme,
): Judgement {
  const all: Interval[] = [];
  const readable: RangeEvent[] = [];
  let unclear: Unparsable | undefined;
  for (const { events } of ranges) {
    const intervals = intervalsOf(events, scheme);
    if ('kind' in intervals) unclear = intervals;
    else {
      all.push(...intervals);
      readable.push(...events);
    }
  }
  if (contains(all, version, scheme)) {
    const range = describe(all);
    const comparison = `${version.text} is within ${range} (${scheme.id})`;
    return { ...affectedOr(entry, range, comparison), fix: fixOf(version, readable, all, entry, scheme) };
  }
  const listed = listedAs(version, entry, scheme);
  if (listed || !unclear) return listed ?? notAffected;
  return unknown(
    entry,
    `The record has a version that ${scheme.id} does not understand: ${unclear.text} (${unclear.reason})`,
  );
}

function stateOf({ fixState, note }: StoredEntry): Fix {
  return { state: fixState, ...(note === undefined ? {} : { note }) };
}

/** The lowest fixed version above the installed one that lies in no range. */
function fixOf(
  version: Version | Unparsable,
  events: readonly RangeEvent[],
  affected: readonly Interval[],
  entry: StoredEntry,
  scheme: VersionScheme,
): Fix {
  const state = stateOf(entry);
  if (entry.fixState !== 'fixed' || version.kind === 'unparsable') return state;
  const fixed = lowestFix(events, version, scheme, affected);
  return fixed?.kind === 'version' ? { ...state, version: fixed.text, appliesTo: entry.appliesTo } : state;
}

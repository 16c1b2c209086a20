import type { AffectedRange } from '../advisory/advisory.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Evidence, Fix, Verdict } from '../finding/finding.ts';
import type { Package } from '../inventory/inventory.ts';
import { contains, describe, intervalsOf, lowestFix } from '../version/range.ts';
import type { Version, VersionScheme } from '../version/version.ts';
import { qualifies } from './qualifier.ts';

/** What one record says of one package, and why. */
export interface Match {
  readonly package: Package;
  readonly entry: StoredEntry;
  readonly verdict: Verdict;
  /** Only with verdict `unknown`. */
  readonly unknownReason?: string;
  readonly evidence: Evidence;
  readonly fix: Fix;
}

/** A verdict with the range and the comparison that made it. */
interface Judgement {
  readonly verdict: Verdict;
  readonly range: string;
  readonly comparison: string;
  readonly unknownReason?: string;
}

/** Judges one package by one record; `undefined` when the record is about other builds of it. */
export function judge(
  found: Package,
  versionText: string,
  entry: StoredEntry,
  scheme: VersionScheme,
): Match | undefined {
  const qualified = qualifies(found, entry.qualifiers);
  if (qualified === 'no') return undefined;
  const plain = compareTo(versionText, entry, scheme);
  const judgement: Judgement =
    qualified === 'unclear' && plain.verdict === 'affected'
      ? {
          ...plain,
          verdict: 'unknown',
          unknownReason: 'The package is of a module, but the package database does not say which stream',
        }
      : plain;
  const { verdict, range, comparison, unknownReason } = judgement;
  const name = entry.appliesTo === 'source' ? (found.source?.name ?? found.name) : found.name;
  return {
    package: found,
    entry,
    verdict,
    ...(unknownReason === undefined ? {} : { unknownReason }),
    evidence: {
      matcher: `${entry.appliesTo}-package`,
      searchedBy: { ecosystem: found.ecosystem ?? '', name, version: versionText },
      found: { advisory: entry.id, source: entry.source, status: entry.status },
      range,
      comparison,
    },
    fix: fixOf(versionText, entry, scheme),
  };
}

function compareTo(text: string, entry: StoredEntry, scheme: VersionScheme): Judgement {
  if (entry.status === 'not-affected')
    return { verdict: 'not-affected', range: 'no version', comparison: 'the source says that no version is affected' };
  const version = scheme.parse(text);
  if (entry.versions?.includes(text))
    return { verdict: 'affected', range: `= ${text}`, comparison: `${text} is listed` };
  const ranges = entry.ranges.filter(({ type }) => type !== 'git');
  if (ranges.length === 0) return withoutRanges(text, entry);
  if (version.kind === 'unparsable') {
    return {
      verdict: 'unknown',
      range: '',
      comparison: '',
      unknownReason: `The installed version ${text} is not one that ${scheme.id} understands: ${version.reason}`,
    };
  }
  return withinRanges(version, ranges, entry, scheme);
}

/** Without versions or ranges every version is meant; ranges of commits alone say nothing of a package version. */
function withoutRanges(text: string, entry: StoredEntry): Judgement {
  if (entry.status === 'undetermined') return undetermined('every version');
  if (entry.versions !== undefined && entry.versions.length > 0) {
    return {
      verdict: 'not-affected',
      range: `${entry.versions.length} listed versions`,
      comparison: `${text} is not listed`,
    };
  }
  if (entry.ranges.length > 0) {
    return {
      verdict: 'unknown',
      range: 'commits',
      comparison: '',
      unknownReason: 'The record names only commits, no versions',
    };
  }
  return { verdict: 'affected', range: 'all versions', comparison: 'no fixed version is known' };
}

function undetermined(range: string): Judgement {
  return {
    verdict: 'unknown',
    range,
    comparison: '',
    unknownReason: 'The source has not determined yet whether the package is affected',
  };
}

function withinRanges(
  version: Version,
  ranges: readonly AffectedRange[],
  entry: StoredEntry,
  scheme: VersionScheme,
): Judgement {
  let unclear: Judgement | undefined;
  const described: string[] = [];
  for (const { events } of ranges) {
    const intervals = intervalsOf(events, scheme);
    if ('kind' in intervals) {
      unclear = {
        verdict: 'unknown',
        range: '',
        comparison: '',
        unknownReason: `The record has a version that ${scheme.id} does not understand: ${intervals.text} (${intervals.reason})`,
      };
      continue;
    }
    const range = describe(intervals);
    described.push(range);
    if (!contains(intervals, version, scheme)) continue;
    if (entry.status === 'undetermined') return undetermined(range);
    return { verdict: 'affected', range, comparison: `${version.text} is within ${range} (${scheme.id})` };
  }
  const range = described.join(' or ');
  return (
    unclear ?? { verdict: 'not-affected', range, comparison: `${version.text} is not within ${range} (${scheme.id})` }
  );
}

/** The lowest version above the installed one that no range holds. */
function fixOf(text: string, entry: StoredEntry, scheme: VersionScheme): Fix {
  const note = entry.note === undefined ? {} : { note: entry.note };
  const version = scheme.parse(text);
  if (entry.fixState !== 'fixed' || version.kind === 'unparsable') return { state: entry.fixState, ...note };
  const fixes = entry.ranges
    .filter(({ type }) => type !== 'git')
    .map(({ events }) => lowestFix(events, version, scheme));
  const fixed = fixes.find((fix) => fix !== undefined && fix.kind === 'version');
  return { state: 'fixed', ...(fixed ? { version: fixed.text, appliesTo: entry.appliesTo } : {}), ...note };
}

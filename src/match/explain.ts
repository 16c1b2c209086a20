import type { StoredEntry } from '../database/database.ts';
import { describe, intervalsOf } from '../version/range.ts';
import type { VersionScheme } from '../version/version.ts';
import type { Judgement } from './judge.ts';

/** What was judged, by which record. */
export interface Judged extends Judgement {
  readonly entry: StoredEntry;
  readonly searched: { readonly version: string };
  readonly unused?: string;
}

/** Affected versions in words, and the comparison that decided. */
export interface Explanation {
  readonly range: string;
  readonly comparison: string;
}

/** Says of a match why it is so; of one that is `not-affected` that is found out only here, since few are asked. */
export function explain(match: Judged, scheme: VersionScheme | undefined): Explanation {
  const { verdict, entry, range, comparison, searched, unused } = match;
  if (verdict !== 'not-affected') return { range, comparison };
  if (unused !== undefined)
    return { range, comparison: [comparison, unused].filter((words) => words !== '').join(', but ') };
  if (entry.status === 'not-affected') return { range: 'none', comparison: 'the record says that it is not affected' };
  const listed = (entry.versions ?? []).length;
  const intervals = entry.ranges.flatMap(({ type, events }) => {
    const read = type === 'git' || scheme === undefined ? [] : intervalsOf(events, scheme);
    return 'kind' in read ? [] : read;
  });
  const words = [
    ...(intervals.length === 0 ? [] : [describe(intervals)]),
    ...(listed === 0 ? [] : [listed === 1 ? 'one listed version' : `${listed} listed versions`]),
  ].join(', ');
  return { range: words, comparison: `${searched.version} is outside of ${words} (${scheme?.id ?? 'no order'})` };
}

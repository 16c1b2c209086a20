import type { Affected } from '../../advisory.ts';
import { fixStateOf } from './fix-state.ts';

/**
 * Entries of one record on the same package as one, with the ranges and versions of all: GitHub writes an entry per branch.
 * So the fix of one branch is seen to be affected by another. Entries that say more than versions apart stay apart.
 */
export function united(entries: readonly Affected[]): readonly Affected[] {
  if (entries.length < 2) return entries;
  const groups = Map.groupBy(entries, (entry) => (isPlain(entry) ? keyOf(entry) : entry));
  return groups.size === entries.length ? entries : [...groups.values()].map(unite);
}

/** Whether its versions are all that is to be told of it. */
function isPlain({ status, qualifiers, fixState, ranges }: Affected): boolean {
  return status === 'affected' && qualifiers === undefined && fixState === fixStateOf(ranges);
}

function keyOf({ ecosystem, package: name, severity, note }: Affected): string {
  return JSON.stringify([ecosystem, name, severity, note]);
}

function unite(group: readonly Affected[]): Affected {
  const [first, ...more] = group as readonly [Affected, ...Affected[]];
  if (more.length === 0) return first;
  const ranges = group.flatMap((entry) => entry.ranges);
  const versions = [...new Set(group.flatMap((entry) => entry.versions ?? []))];
  return { ...first, ranges, fixState: fixStateOf(ranges), ...(versions.length === 0 ? {} : { versions }) };
}

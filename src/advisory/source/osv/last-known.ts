/*
 * affected[].database_specific.last_known_affected_version_range, as GitHub writes it:
 *
 *   bound = ( "<=" | "<" ) blank* version
 *
 * GitHub knows ranges that end where no release has the fix: "< 0.20.2" where 0.20.2 is not in the registry, "< 15.5.1"
 * where nobody named the patched version. OSV's events as GitHub exports them cannot say so and stay open; the end stands
 * beside them. GitHub itself, Dependabot and `npm audit` do not report a version past it. OSV.dev does, and lists such
 * versions in `versions` too, since it counts them out from the open range; it calls the field a hint.
 */

import type { RangeEvent } from '../../../version/range.ts';
import type { Affected } from '../../advisory.ts';

const BOUND = /^(<=?)\s*([^\s<>=,]{1,256})$/;

/**
 * The entry with its only range ended where GitHub ends it; as it is when the range has an end of its own, or when the
 * bound is not understood. A bound below `introduced` ends nothing. It is no fix: the version may never have been released.
 */
export function untilLastKnown(entry: Affected, bound: unknown): Affected {
  if (typeof bound !== 'string' || entry.status !== 'affected') return entry;
  const [, operator, version] = BOUND.exec(bound.trim()) ?? [];
  const [range, ...more] = entry.ranges.filter(({ type }) => type !== 'git');
  if (version === undefined || range === undefined || more.length > 0) return entry;
  if (!range.events.every((event) => 'introduced' in event)) return entry;
  const end: RangeEvent = operator === '<' ? { fixed: version } : { lastAffected: version };
  const { versions: _counted, ...rest } = entry;
  return {
    ...rest,
    ranges: entry.ranges.map((one) => (one === range ? { ...one, events: [...one.events, end] } : one)),
    fixState: 'unknown',
  };
}

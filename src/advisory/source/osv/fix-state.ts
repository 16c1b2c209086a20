import type { AffectedRange, FixState } from '../../advisory.ts';

/** What ranges say of a fix; with only a last affected version it is not said what comes after it. */
export function fixStateOf(ranges: readonly AffectedRange[]): FixState {
  const events = ranges.filter(({ type }) => type !== 'git').flatMap((range) => range.events);
  if (events.some((event) => 'fixed' in event)) return 'fixed';
  return events.length === 0 || events.some((event) => 'lastAffected' in event) ? 'unknown' : 'not-fixed';
}

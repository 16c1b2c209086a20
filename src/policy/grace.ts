import type { Grace } from './condition.ts';
import { dayOf, daysUntil, endOfDay, later, timeOf } from './days.ts';
import type { Reason, Subject } from './policy.ts';
import { daysFor } from './tighten.ts';

/** What is left of a time of grace; undefined where it is over, or where its start is not known. */
export function graceLeft(grace: Grace, { finding, now }: Subject): Reason['grace'] {
  const ends: number[] = [];
  if (grace.until !== undefined) ends.push(endOfDay(grace.until) ?? 0);
  if (grace.days !== undefined) {
    const start = startOf(grace, finding);
    const days = daysFor(grace, finding?.severity);
    if (start === undefined || days === 0) return undefined;
    // A date that is still to come does not lengthen it.
    ends.push(later(Math.min(start, now), days));
  }
  const end = Math.min(...ends);
  return ends.length === 0 || now > end ? undefined : { daysLeft: daysUntil(end, now), until: dayOf(end) };
}

function startOf({ from = 'discovered' }: Grace, finding: Subject['finding']): number | undefined {
  const date = from === 'fixed' ? finding?.fixed : from === 'published' ? finding?.published : finding?.firstSeen;
  const at = date === undefined ? Number.NaN : timeOf(date);
  return Number.isNaN(at) ? undefined : at;
}

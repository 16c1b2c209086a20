import { dayOf, endOfDay, later } from '../days.ts';

/**
 * The last whole day before a moment (`2026-01-31`, or with a time, as RFC 3339): Trivy's entries end when their day begins,
 * ours when it ends. Undefined for what is no date.
 */
export function dayBefore(text: string): string | undefined {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](.+))?$/.exec(text.trim()) ?? [];
  const end = day === undefined ? undefined : endOfDay(day);
  if (day === undefined || end === undefined) return undefined;
  if (time === undefined) return dayOf(later(end, -1));
  if (!/^\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[Zz]|[+-]\d{2}:?\d{2})?$/.test(time)) return undefined;
  const zoned = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(time) ? time.replace(/\s/g, '') : `${time}Z`;
  const at = Date.parse(`${day}T${zoned.toUpperCase()}`);
  return Number.isNaN(at) ? undefined : dayOf(later(at, -1));
}

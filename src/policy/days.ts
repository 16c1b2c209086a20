const day = 86_400_000;

/** Dates that were read lately: each rule asks for that of each finding. */
const read = new Map<string, number>();

/** A date in milliseconds since 1970; NaN for what is none. */
export function timeOf(date: string): number {
  const known = read.get(date);
  if (known !== undefined) return known;
  const at = Date.parse(date);
  if (read.size > 50_000) read.clear();
  read.set(date, at);
  return at;
}

/** Whole days from a date (ISO 8601) to a moment, negative where it is still to come; undefined for what is no date. */
export function daysSince(date: string | undefined, now: number): number | undefined {
  if (date === undefined) return undefined;
  const at = timeOf(date);
  return Number.isNaN(at) ? undefined : Math.floor((now - at) / day);
}

/** Whole days since something happened; undefined where that is said to be yet to come, more than clocks may differ. */
export function ageInDays(date: string | undefined, now: number): number | undefined {
  const days = daysSince(date, now);
  return days === undefined || days < -1 ? undefined : Math.max(days, 0);
}

/** The last millisecond of a day, `2027-01-31`, in UTC; undefined for what is no day. */
export function endOfDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) || dayOf(at) !== text ? undefined : at + day - 1;
}

/** The day of a moment, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A moment so many days later. */
export function later(at: number, days: number): number {
  return at + days * day;
}

/** Whole days from one moment to a later one, a begun day counted; 0 where it is not later. */
export function daysUntil(end: number, now: number): number {
  return Math.max(0, Math.ceil((end - now) / day));
}

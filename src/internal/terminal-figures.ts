/** The day of an ISO 8601 time, or the text itself where it is none. */
export function day(text: string): string {
  return /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0] ?? text;
}

/** How long before `now` it was, in the largest unit that says it: `3 months old`; empty where either is no time. */
export function age(then: string, now: string): string {
  const days = Math.floor((Date.parse(now) - Date.parse(then)) / 86_400_000);
  if (Number.isNaN(days)) return '';
  if (days < -1) return 'dated in the future';
  if (days < 1) return 'today';
  if (days < 60) return `${count(days, 'day')} old`;
  if (days < 730) return `${count(Math.floor(days / 30.44), 'month')} old`;
  return `${count(Math.floor(days / 365.25), 'year')} old`;
}

/** A number with thousands separated and its noun in the right number. */
export function count(number: number, noun: string, plural: string = `${noun}s`): string {
  return `${thousands(number)} ${number === 1 ? noun : plural}`;
}

/** `1234567` as `1,234,567`; not by Intl, which costs 10 ms to load. */
export function thousands(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

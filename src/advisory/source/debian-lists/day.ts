import { dayIn } from '../day.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date of the lists, `29 Mar 2023` or `August 26th, 2005`, as a day; undefined when it is none. */
export function dayOf(text: string): string | undefined {
  const [, day, month, year] = /^(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})$/.exec(text.trim()) ?? [];
  if (day !== undefined && month !== undefined) return from(year, month, day);
  const [, name, ordinal, years] =
    /^([A-Za-z]{3})[a-z]*\s+(\d{1,2})(?:st|nd|rd|th)?,\s+(\d{4})$/.exec(text.trim()) ?? [];
  return name === undefined || ordinal === undefined ? undefined : from(years, name, ordinal);
}

function from(year: string | undefined, month: string, day: string): string | undefined {
  const number = MONTHS.indexOf(month.charAt(0).toUpperCase() + month.slice(1).toLowerCase()) + 1;
  return dayIn(`${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`);
}

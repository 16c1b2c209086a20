/** A value that is a day of the calendar, `2021-12-10`, or undefined. */
export function dayIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const time = Date.parse(`${value}T00:00:00Z`);
  // Some days that do not exist are read as those after them.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value) ? value : undefined;
}

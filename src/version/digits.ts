import type { Ordering } from './version.ts';

const zero = 48;
const nine = 57;

/** Whether the code unit is an ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

/** Index after the run of ASCII digits that starts at `from`. */
export function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** Orders two runs of digits `[from, to)` as numbers of any length; an empty run is zero. */
export function compareDigits(a: string, aFrom: number, aTo: number, b: string, bFrom: number, bTo: number): Ordering {
  let i = aFrom;
  let j = bFrom;
  while (i < aTo && a.charCodeAt(i) === zero) i++;
  while (j < bTo && b.charCodeAt(j) === zero) j++;
  if (aTo - i !== bTo - j) return aTo - i < bTo - j ? -1 : 1;
  for (; i < aTo; i++, j++) {
    const difference = a.charCodeAt(i) - b.charCodeAt(j);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return 0;
}

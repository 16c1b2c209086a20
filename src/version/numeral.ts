import type { Ordering } from './version.ts';

/** A natural number of any size: a `bigint` where a `number` could not hold it. */
export type Numeral = number | bigint;

/** Most digits that a `number` always holds exactly. */
const exactDigits = 15;

/** The number that a run of ASCII digits stands for. */
export function numeralOf(digits: string): Numeral {
  return digits.length <= exactDigits ? Number(digits) : BigInt(digits);
}

/** Orders two numerals; a `number` and a `bigint` compare by value. */
export function compareNumerals(a: Numeral, b: Numeral): Ordering {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** Orders two rows of numerals part by part; where one is the start of the other, the shorter comes first. */
export function compareRows(a: readonly Numeral[], b: readonly Numeral[]): Ordering {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const order = compareNumerals(a[index] ?? 0, b[index] ?? 0);
    if (order !== 0) return order;
  }
  return compareNumerals(a.length, b.length);
}

import type { FactValue } from './fields.ts';
import { globOf } from './glob.ts';

/** A value of an expression; undefined is unknown. */
export type CelValue = FactValue | readonly CelValue[];

type Operate = (left: CelValue, right: CelValue, whole: boolean) => CelValue;

/** What is left of the work that may be done. */
interface Budget {
  left: number;
}

/** Longest text that an expression may make; more is unknown. */
const longest = 2000;

/** CEL's operators on two known values; undefined where there is no answer (a division by 0, an overflow). */
export const operators: Readonly<Record<string, Operate>> = {
  '==': (left, right) => same(left, right),
  '!=': (left, right) => !same(left, right),
  '<': (left, right) => ordered(left, right, (order) => order < 0),
  '<=': (left, right) => ordered(left, right, (order) => order <= 0),
  '>': (left, right) => ordered(left, right, (order) => order > 0),
  '>=': (left, right) => ordered(left, right, (order) => order >= 0),
  in: contains,
  '+': add,
  '-': (left, right, whole) => arithmetic(left, right, whole, (a, b) => a - b),
  '*': (left, right, whole) => arithmetic(left, right, whole, (a, b) => a * b),
  '/': (left, right, whole) => arithmetic(left, right, whole, (a, b) => (whole ? Math.trunc(a / b) : a / b)),
  '%': (left, right, whole) => arithmetic(left, right, whole, (a, b) => a % b),
};

/** Globs that expressions ask for, made once; those of policies are few. */
const globs = new Map<string, (text: string) => boolean>();

/** CEL's functions that policies may use; the receiver of a method is the first argument. */
export const functions: Readonly<Record<string, (args: readonly CelValue[], budget: Budget) => CelValue>> = {
  size: ([value]) => sizeOf(value),
  startsWith: ([value, part]) => texts(value, part, (text, other) => text.startsWith(other)),
  endsWith: ([value, part]) => texts(value, part, (text, other) => text.endsWith(other)),
  contains: ([value, part]) => texts(value, part, (text, other) => text.includes(other)),
  glob: ([value, part], budget) => {
    if (typeof value !== 'string' || typeof part !== 'string') return undefined;
    budget.left -= Math.ceil((value.length * part.length) / 128);
    return budget.left < 0 ? undefined : cachedGlob(part)(value);
  },
  lowerAscii: ([value]) => (typeof value === 'string' ? value.toLowerCase() : undefined),
  upperAscii: ([value]) => (typeof value === 'string' ? value.toUpperCase() : undefined),
  trim: ([value]) => (typeof value === 'string' ? value.trim() : undefined),
  double: ([value]) => (typeof value === 'number' ? value : undefined),
  int: ([value]) => (typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined),
};

/** The negative of a number. */
export function unaryMinus(value: CelValue): CelValue {
  return typeof value === 'number' ? -value : undefined;
}

function cachedGlob(pattern: string): (text: string) => boolean {
  const known = globs.get(pattern);
  if (known !== undefined) return known;
  const made = globOf(pattern);
  if (globs.size < 1000) globs.set(pattern, made);
  return made;
}

function texts(value: CelValue, part: CelValue, holds: (text: string, other: string) => boolean): CelValue {
  return typeof value === 'string' && typeof part === 'string' ? holds(value, part) : undefined;
}

/** Characters, elements or keys (langdef.md, `size`). */
function sizeOf(value: CelValue): CelValue {
  if (typeof value === 'string') return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' ? Object.keys(value).length : undefined;
}

function same(left: CelValue, right: CelValue): boolean {
  if (!isList(left) || !isList(right)) return left === right;
  return left.length === right.length && left.every((item, at) => same(item, right[at]));
}

function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}

function ordered(left: CelValue, right: CelValue, holds: (order: number) => boolean): CelValue {
  if (typeof left === 'number' && typeof right === 'number') {
    return Number.isNaN(left) || Number.isNaN(right) ? undefined : holds(left - right);
  }
  if (typeof left === 'string' && typeof right === 'string') return holds(left < right ? -1 : left > right ? 1 : 0);
  return typeof left === 'boolean' && typeof right === 'boolean' ? holds(Number(left) - Number(right)) : undefined;
}

function contains(item: CelValue, holder: CelValue): CelValue {
  if (isList(holder)) return holder.some((held) => same(held, item));
  if (typeof item !== 'string') return undefined;
  if (typeof holder === 'string') return holder.includes(item);
  return typeof holder === 'object' ? Object.hasOwn(holder, item) : undefined;
}

function add(left: CelValue, right: CelValue, whole: boolean): CelValue {
  if (typeof left === 'string' && typeof right === 'string') {
    return left.length + right.length > longest ? undefined : left + right;
  }
  return arithmetic(left, right, whole, (a, b) => a + b);
}

function arithmetic(
  left: CelValue,
  right: CelValue,
  whole: boolean,
  operate: (a: number, b: number) => number,
): CelValue {
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  const value = operate(left, right);
  return (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) ? value : undefined;
}

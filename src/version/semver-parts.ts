// The grammar that the schemes of Semantic Versioning 2.0.0 share, with what is sure beyond it:
//
//   version    = number [ "." number [ "." number ] ] [ "-" identifiers ] [ "+" identifiers ]
//   number     = digit+                                 an absent one is 0; leading zeros mean nothing
//   identifiers = identifier ( "." identifier )*
//   identifier = ( digit | letter | "-" )+               of digits alone it is a number
import { endOfDigits, isDigit } from './digits.ts';
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version } from './version.ts';

/** A part of a pre-release or of build metadata: a number, or a text that is not digits alone. */
export type Identifier = Numeral | string;

/** A semantic version taken apart. */
export interface SemverVersion extends Version {
  readonly major: Numeral;
  readonly minor: Numeral;
  readonly patch: Numeral;
  /** Empty for a release. */
  readonly preRelease: readonly Identifier[];
  readonly build: readonly Identifier[];
}

const none: readonly never[] = [];
const plus = 43;
const hyphen = 45;
const dot = 46;

/** Reads the characters `[from, to)` of a text as a semantic version; at most three numbers. */
export function readSemver(text: string, from = 0, to: number = text.length): SemverVersion | Unparsable {
  const numbers: Numeral[] = [];
  let at = from;
  for (;;) {
    const end = Math.min(endOfDigits(text, at), to);
    if (end <= at) return unparsable(text, at === from ? 'no number comes first' : 'no number follows a dot');
    numbers.push(numeralOf(text.slice(at, end)));
    at = end;
    if (at >= to || text.charCodeAt(at) !== dot) break;
    if (numbers.length === 3) return unparsable(text, 'more than three numbers come first');
    at++;
  }
  let [preRelease, build]: (readonly Identifier[] | undefined)[] = [none, none];
  if (at < to && text.charCodeAt(at) === hyphen) {
    const found = text.indexOf('+', at);
    const end = found < 0 || found > to ? to : found;
    preRelease = readIdentifiers(text, at + 1, end);
    at = end;
  }
  if (at < to && text.charCodeAt(at) === plus) {
    build = readIdentifiers(text, at + 1, to);
    at = to;
  }
  if (at < to) return unparsable(text, 'something other than a pre-release or build follows the numbers');
  if (preRelease === undefined || build === undefined) {
    return unparsable(text, 'an identifier is empty or has characters other than letters, digits and hyphens');
  }
  const [major = 0, minor = 0, patch = 0] = numbers;
  return { kind: 'version', text, major, minor, patch, preRelease, build };
}

/** The identifiers between the dots of `[from, to)`; `undefined` when one is none. */
export function readIdentifiers(text: string, from: number, to: number): readonly Identifier[] | undefined {
  const identifiers: Identifier[] = [];
  let start = from;
  let numeric = true;
  for (let at = from; at <= to; at++) {
    const code = at === to ? dot : text.charCodeAt(at);
    if (code === dot) {
      if (at === start) return undefined;
      const identifier = text.slice(start, at);
      identifiers.push(numeric ? numeralOf(identifier) : identifier);
      start = at + 1;
      numeric = true;
    } else if (!isDigit(code)) {
      if (code !== hyphen && !((code | 32) >= 97 && (code | 32) <= 122)) return undefined;
      numeric = false;
    }
  }
  return identifiers;
}

/** Precedence (Semantic Versioning 2.0.0, clause 11): build metadata does not count. */
export function comparePrecedence(a: SemverVersion, b: SemverVersion): Ordering {
  return compareReleases(a, b) || comparePreReleases(a.preRelease, b.preRelease);
}

/** Order of the three numbers. */
export function compareReleases(a: SemverVersion, b: SemverVersion): Ordering {
  return compareNumerals(a.major, b.major) || compareNumerals(a.minor, b.minor) || compareNumerals(a.patch, b.patch);
}

function comparePreReleases(a: readonly Identifier[], b: readonly Identifier[]): Ordering {
  if (a.length === 0 || b.length === 0) return compareNumerals(b.length, a.length);
  return compareIdentifiers(a, b);
}

/** Identifier by identifier: numbers before texts, texts by ASCII; where one is the start of the other it is before. */
export function compareIdentifiers(a: readonly Identifier[], b: readonly Identifier[]): Ordering {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const order = compareIdentifier(a[index] ?? 0, b[index] ?? 0);
    if (order !== 0) return order;
  }
  return compareNumerals(a.length, b.length);
}

function compareIdentifier(a: Identifier, b: Identifier): Ordering {
  if (typeof a !== 'string' && typeof b !== 'string') return compareNumerals(a, b);
  if (typeof a !== 'string') return -1;
  if (typeof b !== 'string') return 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

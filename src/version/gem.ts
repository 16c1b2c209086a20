// RubyGems versions: `Gem::Version` of RubyGems 3.
//
//   version = blanks numbers [ "-" tail ] blanks
//   numbers = digit+ *( "." alnum+ )
//   tail    = ( alnum | "-" )+ *( "." ( alnum | "-" )+ )     alnum: ASCII letter or digit, in either case
//
// Order: "-" reads ".pre.". The version is a row of segments, runs of digits and runs of letters ("b2" are two); dots
// only separate. Zeros are dropped before the first letters and at the end. Segments compare one by one, a missing one
// as 0: letters (by code, upper case first) before numbers. So "1.0.a" = "1.a" < "1", and "1.a" < "1.a.1" but
// "1.a.b" < "1.a".
//
// A platform ("1.15.0-x86_64-linux") is no part of the version: whoever lists gems takes it off.
import { endOfDigits, isDigit } from './digits.ts';
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A gem's version as it sorts. */
export interface GemVersion extends Version {
  readonly segments: readonly (Numeral | string)[];
}

// The blanks are those of Ruby's `\s`, which are ASCII's.
const grammar = /^[\t-\r ]*([0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)[\t-\r ]*$/;

/** The order of Ruby's gems (`Gem::Version`); refuses what it refuses, and the empty text, which it takes for 0. */
export const gem: VersionScheme<GemVersion> = { id: 'gem', parse, compare };

function parse(text: string): GemVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  const version = grammar.exec(text)?.[1];
  if (version === undefined)
    return unparsable(text, 'the version is not letters and digits between dots, digits first');
  return { kind: 'version', text, segments: canonical(segmentsOf(version)) };
}

function segmentsOf(version: string): (Numeral | string)[] {
  const segments: (Numeral | string)[] = [];
  for (let at = 0; at < version.length; ) {
    const code = version.charCodeAt(at);
    if (isDigit(code)) {
      const end = endOfDigits(version, at);
      segments.push(numeralOf(version.slice(at, end)));
      at = end;
    } else if (isLetter(code)) {
      const start = at;
      while (at < version.length && isLetter(version.charCodeAt(at))) at++;
      segments.push(version.slice(start, at));
    } else {
      if (code === hyphen) segments.push('pre');
      at++;
    }
  }
  return segments;
}

const hyphen = 45;

function isLetter(code: number): boolean {
  return (code | 32) >= 97 && (code | 32) <= 122;
}

/** The segments without zeros before the first letters and at the end. */
function canonical(segments: (Numeral | string)[]): readonly (Numeral | string)[] {
  const letters = segments.findIndex((segment) => typeof segment === 'string');
  if (letters < 0) return withoutZeros(segments);
  return [...withoutZeros(segments.slice(0, letters)), ...withoutZeros(segments.slice(letters))];
}

function withoutZeros(segments: (Numeral | string)[]): (Numeral | string)[] {
  while (isZero(segments.at(-1))) segments.pop();
  return segments;
}

function isZero(segment: Numeral | string | undefined): boolean {
  return segment !== undefined && typeof segment !== 'string' && compareNumerals(segment, 0) === 0;
}

function compare(a: GemVersion, b: GemVersion): Ordering {
  const longer = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < longer; index++) {
    const order = compareSegments(a.segments[index] ?? 0, b.segments[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegments(a: Numeral | string, b: Numeral | string): Ordering {
  if (typeof a !== 'string') return typeof b === 'string' ? 1 : compareNumerals(a, b);
  if (typeof b !== 'string') return -1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

// Gentoo package versions: Package Manager Specification (PMS) 3.2 and 3.3.
//
//   version = number *( "." number ) [ letter ] *( suffix [ number ] ) [ "-r" number ]
//   number  = digit+        letter = "a" … "z"
//   suffix  = "_" ( "alpha" | "beta" | "pre" | "rc" | "p" )
//
// Order (PMS, algorithms 3.1 to 3.7): the first numbers as numbers; the others one by one, as numbers, but if either
// starts with 0, as text without zeros at its end; then the version with more of them; the letter, none first; the
// suffixes one by one, _alpha < _beta < _pre < _rc < end < _p, their numbers as numbers, a missing one 0; the revision,
// a missing one 0.
import { compareDigits } from './digits.ts';
import { compareNumerals } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** One suffix of a Gentoo version; `number` holds digits or nothing. */
interface Suffix {
  readonly rank: number;
  readonly number: string;
}

/** A Gentoo version taken apart; numbers are digits. */
export interface PortageVersion extends Version {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly Suffix[];
  readonly revision: string;
}

const ranks: ReadonlyMap<string, number> = new Map([
  ['alpha', 0],
  ['beta', 1],
  ['pre', 2],
  ['rc', 3],
  ['p', 5],
]);
const end: Suffix = { rank: 4, number: '' };
const grammar = /^([0-9]+(?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)[0-9]*)*)(?:-r([0-9]+))?$/;

/** The order of Gentoo's packages (PMS 3.3); refuses what PMS does not allow. */
export const portage: VersionScheme<PortageVersion> = { id: 'portage', parse, compare };

function parse(text: string): PortageVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  const match = grammar.exec(text);
  if (match === null) {
    return unparsable(text, 'the version is not numbers, a letter, suffixes that Gentoo knows and a revision');
  }
  const [, numbers = '', letter = '', suffixes = '', revision = ''] = match;
  return {
    kind: 'version',
    text,
    numbers: numbers.split('.'),
    letter,
    suffixes: suffixes === '' ? [] : suffixes.slice(1).split('_').map(suffixOf),
    revision,
  };
}

function suffixOf(text: string): Suffix {
  const word = text.replace(/[0-9]+$/, '');
  return { rank: ranks.get(word) ?? end.rank, number: text.slice(word.length) };
}

function compare(a: PortageVersion, b: PortageVersion): Ordering {
  return (
    compareRuns(a.numbers[0] ?? '', b.numbers[0] ?? '') ||
    compareFurtherNumbers(a.numbers, b.numbers) ||
    compareTexts(a.letter, b.letter) ||
    compareSuffixes(a.suffixes, b.suffixes) ||
    compareRuns(a.revision, b.revision)
  );
}

function compareFurtherNumbers(a: readonly string[], b: readonly string[]): Ordering {
  const shorter = Math.min(a.length, b.length);
  for (let index = 1; index < shorter; index++) {
    const one = a[index] ?? '';
    const two = b[index] ?? '';
    const asText = one.startsWith('0') || two.startsWith('0');
    const order = asText ? compareTexts(withoutZeros(one), withoutZeros(two)) : compareRuns(one, two);
    if (order !== 0) return order;
  }
  return compareNumerals(a.length, b.length);
}

/** The digits without zeros at their end. */
function withoutZeros(digits: string): string {
  let to = digits.length;
  while (to > 0 && digits.charCodeAt(to - 1) === 48) to--;
  return digits.slice(0, to);
}

function compareSuffixes(a: readonly Suffix[], b: readonly Suffix[]): Ordering {
  const longer = Math.max(a.length, b.length);
  for (let index = 0; index < longer; index++) {
    const one = a[index] ?? end;
    const two = b[index] ?? end;
    const order = compareNumerals(one.rank, two.rank) || compareRuns(one.number, two.number);
    if (order !== 0) return order;
  }
  return 0;
}

function compareRuns(a: string, b: string): Ordering {
  return compareDigits(a, 0, a.length, b, 0, b.length);
}

function compareTexts(a: string, b: string): Ordering {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

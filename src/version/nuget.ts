// Versions of NuGet packages, as NuGet.Versioning's `NuGetVersion` reads and orders them.
//
//   text    = blank* number ( "." number ){0,3} [ "-" labels ] [ "+" labels ] blank*      an absent number is 0
//   number  = digit+                                                       leading zeros mean nothing
//   labels  = label ( "." label )*
//   label   = ( digit | letter | "-" )+          before "+", one of digits alone has no leading zero
//
// Order: the four numbers, then a pre-release before the release, label by label: whole numbers before texts, texts in
// any case; where one row is the start of the other it is before. Metadata after "+" does not count. A label is a
// number when .NET reads it as an `int`: so "-5" is one, and one over 2147483647 is a text. NuGet refuses versions with
// a number over 2147483647; here they count.
import { endOfDigits } from './digits.ts';
import { compareNumerals, compareRows, type Numeral, numeralOf } from './numeral.ts';
import { compareIdentifiers, type Identifier, readIdentifiers } from './semver-parts.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A NuGet version taken apart. */
export interface NugetVersion extends Version {
  /** Always four. */
  readonly numbers: readonly Numeral[];
  /** Texts in upper case; empty for a release. */
  readonly labels: readonly Identifier[];
}

/** The order of NuGet.Versioning's default comparer: `1.0` and `1.0.0.0` are one version, metadata does not count. */
export const nuget: VersionScheme<NugetVersion> = { id: 'nuget', parse, compare };

const none: readonly never[] = [];
const largest = 2_147_483_647;
const leadingZero = /(?:^|\.)0\d+(?:\.|$)/;
const integer = /^-?\d{1,10}$/;

function parse(text: string): NugetVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  const word = text.trim();
  const numbers: Numeral[] = [];
  let at = -1;
  do {
    const end = endOfDigits(word, at + 1);
    if (end === at + 1) return unparsable(text, at < 0 ? 'no number comes first' : 'no number follows a dot');
    numbers.push(numeralOf(word.slice(at + 1, end)));
    at = end;
  } while (word[at] === '.' && numbers.length < 4);
  while (numbers.length < 4) numbers.push(0);
  const end = word.indexOf('+', at);
  const to = end < 0 ? word.length : end;
  const labels = word[at] === '-' ? readLabels(word.slice(at + 1, to)) : none;
  if (labels === none ? at !== to : labels === undefined) {
    return unparsable(text, 'something other than a pre-release or metadata follows the numbers');
  }
  if (end >= 0 && readIdentifiers(word, end + 1, word.length) === undefined) {
    return unparsable(text, 'the metadata after "+" is not letters, digits and hyphens between dots');
  }
  return { kind: 'version', text, numbers, labels: labels ?? none };
}

function readLabels(text: string): readonly Identifier[] | undefined {
  if (leadingZero.test(text)) return undefined;
  return readIdentifiers(text, 0, text.length)?.map((label) => {
    const word = String(label);
    if (integer.test(word) && Math.abs(Number(word)) <= largest) return Number(word) || 0;
    return word.toUpperCase();
  });
}

function compare(a: NugetVersion, b: NugetVersion): Ordering {
  const order = compareRows(a.numbers, b.numbers);
  if (order !== 0) return order;
  if (a.labels.length === 0 || b.labels.length === 0) return compareNumerals(b.labels.length, a.labels.length);
  return compareIdentifiers(a.labels, b.labels);
}

// R package versions: "Writing R Extensions", 1.1.1 (Version), in the order of R's `package_version`.
//
//   version = number ( "." | "-" ) number *( ( "." | "-" ) number )        number = digit+
//
// Order: the numbers one by one, as numbers; a missing one is 0, so "1.0" = "1.0.0". Both separators are alike, so
// "1.2-3" = "1.2.3". That is the order of `numeric_version`, by which R checks what a package depends on; its older
// `compareVersion` differs in putting "1.0" before "1.0.0". R counts to 2147483647 only; numbers have no end here. A
// single number is refused by `package_version` but is a `numeric_version`, so it is taken.
import { compareNumerals, compareRows, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** An R version as its numbers, without zeros at the end. */
export interface CranVersion extends Version {
  readonly numbers: readonly Numeral[];
}

const grammar = /^[0-9]+(?:[.-][0-9]+)*$/;

/** The order of R's packages (`numeric_version`); refuses what that refuses. */
export const cran: VersionScheme<CranVersion> = { id: 'cran', parse, compare };

function parse(text: string): CranVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (!grammar.test(text)) return unparsable(text, 'the version is not numbers between dots or hyphens');
  const numbers = text.split(/[.-]/).map(numeralOf);
  while (numbers.length > 1 && compareNumerals(numbers.at(-1) ?? 0, 0) === 0) numbers.pop();
  return { kind: 'version', text, numbers };
}

function compare(a: CranVersion, b: CranVersion): Ordering {
  return compareRows(a.numbers, b.numbers);
}

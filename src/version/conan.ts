// Versions of Conan packages, as Conan 2's `Version` reads and orders them; what a recipe's name may hold is in Conan's
// reference documentation.
//
//   text  = main [ "-" pre ] [ "+" build ]        pre after the first "-", build after the last "+"
//   main, pre, build = item ( "." item )*
//   item  = ( digit | letter | "_" | "+" | "-" )*
//
// Order: main, then a pre-release before the release, then pre, then no build before any, then build. Rows compare item by
// item without the zeros at their ends; where one is the start of the other it is before. Items: numbers by value, texts
// by ASCII, a number and a text as texts (`cci.20200101`, `1.1.1w`).
// The last of these is no order where a text starts with digits: `9` < `10` < `9a` < `9`. So here an item that starts
// with digits is that number and then the rest: `1` < `1w` < `2` < `9a` < `10`. Nothing changes among numbers of as many digits.
// Digits may have single underscores between them, as Python has it: `2020_01` is 202001.
import { endOfDigits } from './digits.ts';
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

interface Item {
  /** -1 when the item does not start with a digit. */
  readonly number: Numeral;
  readonly rest: string;
}

/** A Conan version taken apart. */
export interface ConanVersion extends Version {
  readonly main: readonly Item[];
  readonly pre: readonly Item[] | undefined;
  readonly build: readonly Item[] | undefined;
}

/** The order of Conan 2. */
export const conan: VersionScheme<ConanVersion> = { id: 'conan', parse, compare };

const allowed = /^[A-Za-z0-9_.+-]+$/;
const grouped = /^\d+(?:_\d+)+$/;
const signed = /^[+-]\d+(?:_\d+)*$/;

function parse(text: string): ConanVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (!allowed.test(text)) return unparsable(text, 'the version has a character that Conan does not allow');
  const plus = text.lastIndexOf('+');
  const before = plus < 0 ? text : text.slice(0, plus);
  const hyphen = before.indexOf('-');
  const main = hyphen < 0 ? before : before.slice(0, hyphen);
  const pre = hyphen < 0 ? undefined : before.slice(hyphen + 1);
  const build = plus < 0 ? undefined : text.slice(plus + 1);
  // Python would take the sign for a number's: no version is meant so.
  if ([main, pre, build].some((row) => row?.split('.').some((item) => signed.test(item)))) {
    return unparsable(text, 'the version has a number with a sign');
  }
  return {
    kind: 'version',
    text,
    main: readItems(main),
    pre: pre === undefined ? undefined : readItems(pre),
    build: build === undefined ? undefined : readItems(build),
  };
}

function readItems(text: string): readonly Item[] {
  const items = text.split('.').map(readItem);
  while (items.length > 0 && items.at(-1)?.number === 0 && items.at(-1)?.rest === '') items.pop();
  return items;
}

function readItem(text: string): Item {
  const word = grouped.test(text) ? text.replaceAll('_', '') : text;
  const end = endOfDigits(word, 0);
  return { number: end === 0 ? -1 : numeralOf(word.slice(0, end)), rest: word.slice(end) };
}

function compare(a: ConanVersion, b: ConanVersion): Ordering {
  return (
    compareItems(a.main, b.main) ||
    compareNumerals(Number(a.pre === undefined), Number(b.pre === undefined)) ||
    compareItems(a.pre ?? [], b.pre ?? []) ||
    compareNumerals(Number(a.build !== undefined), Number(b.build !== undefined)) ||
    compareItems(a.build ?? [], b.build ?? [])
  );
}

function compareItems(a: readonly Item[], b: readonly Item[]): Ordering {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const [x, y] = [a[index], b[index]];
    if (x === undefined || y === undefined) break;
    const order = compareItem(x, y);
    if (order !== 0) return order;
  }
  return compareNumerals(a.length, b.length);
}

function compareItem(a: Item, b: Item): Ordering {
  // What stands before digits in ASCII ("+1", "-a", nothing) is before every number, what comes after behind them.
  const order = compareNumerals(rankOf(a), rankOf(b)) || compareNumerals(a.number, b.number);
  if (order !== 0 || a.rest === b.rest) return order;
  return a.rest < b.rest ? -1 : 1;
}

function rankOf({ number, rest }: Item): number {
  if (number !== -1) return 1;
  return rest < '0' ? 0 : 2;
}

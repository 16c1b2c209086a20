// Maven versions: "Version Order Specification" of the POM reference, as `ComparableVersion` of Maven 3.9 reads them.
//
//   version = item *( ( "." | "-" | change ) item )    change: nothing, between a digit and another character
//   item    = digit* | char+                           char: any but ".", "-" and digits; letters in either case
//
// A version is a list of items; "-" and each change open a list inside the list, and so does a word after another item
// that ends the version or stands before a digit ("1.x" is "1-x"). Empty items are 0. Zeros, release words and empty
// lists are dropped from the end of each list, inside out, up to the first item that is neither one nor a list. Before
// a digit "a", "b" and "m" mean alpha, beta and milestone; "cr" is "rc"; "ga", "final" and "release" are the release.
//
// Order, item by item: words < lists < numbers; words alpha < beta < milestone < rc < snapshot < the release < sp <
// any other, which compare as text. Against nothing, a number is above unless 0, a word as against the release, and a
// list as its first item that is not equal to nothing.
//
// Why 3.9 and not 4: it is the released line, and what dependencies were resolved with. The release candidates of Maven 4
// keep a word and its number together; of 161,952 pairs of versions in OSV's advisories 56 differ, by such texts as
// "2.4-m-2" (a milestone there, a word "m" here), "3.0.0-rc.1" and "1.0.0.beta.2".
//
// It is no total order: "1" < "1-sp" < "1-0-alpha" < "1". That takes a zero between a hyphen and a word, or the like.
//
// Java takes any decimal digit of Unicode; only ASCII's are digits here, as in Maven 4.
import { compareDigits, isDigit } from './digits.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A word of a Maven version: its place among the known ones, and its text. */
interface Word {
  readonly place: number;
  readonly text: string;
}

/** An item of a Maven version: digits without zeros in front (none for 0), a word, or a list. */
export type MavenItem = string | Word | readonly MavenItem[];

/** A Maven version taken apart. */
export interface MavenVersion extends Version {
  readonly items: readonly MavenItem[];
}

const places: ReadonlyMap<string, number> = new Map([
  ['alpha', 0],
  ['beta', 1],
  ['milestone', 2],
  ['rc', 3],
  ['cr', 3],
  ['snapshot', 4],
  ['ga', 5],
  ['final', 5],
  ['release', 5],
  ['sp', 6],
]);
const releasePlace = 5;
const otherPlace = 7;
const beforeDigit: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);
const digitsAndDots = /^[0-9.]+$/;

/** Maven's order (`ComparableVersion` of Maven 3.9); refuses blanks and control characters, which no repository has. */
export const maven: VersionScheme<MavenVersion> = { id: 'maven', parse, compare };

function parse(text: string): MavenVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (digitsAndDots.test(text)) return { kind: 'version', text, items: trim(text.split('.').map(numberOf)) };
  if (/[\s\p{Cc}]/u.test(text)) return unparsable(text, 'the version has a blank or control character');
  return { kind: 'version', text, items: itemsOf(text.toLowerCase()) };
}

function itemsOf(text: string): readonly MavenItem[] {
  const lists: MavenItem[][] = [[]];
  let list = lists[0] ?? [];
  const open = (): void => {
    const inner: MavenItem[] = [];
    list.push(inner);
    lists.push(inner);
    list = inner;
  };
  let start = 0;
  let inDigits = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === dot || code === hyphen) {
      list.push(at === start ? '' : itemOf(text.slice(start, at), inDigits));
      start = at + 1;
      if (code === hyphen) open();
      continue;
    }
    const digit = isDigit(code);
    if (digit !== inDigits && at > start) {
      if (digit && list.length > 0) open();
      const item = text.slice(start, at);
      list.push(digit ? wordOf(beforeDigit.get(item) ?? item) : numberOf(item));
      start = at;
      open();
    }
    inDigits = digit;
  }
  if (start < text.length) {
    if (!inDigits && list.length > 0) open();
    list.push(itemOf(text.slice(start), inDigits));
  }
  for (const each of lists.toReversed()) trim(each);
  return lists[0] ?? [];
}

const dot = 46;
const hyphen = 45;

function itemOf(text: string, inDigits: boolean): MavenItem {
  return inDigits ? numberOf(text) : wordOf(text);
}

function numberOf(digits: string): string {
  let from = 0;
  while (from < digits.length && digits.charCodeAt(from) === 48) from++;
  return from === 0 ? digits : digits.slice(from);
}

function wordOf(text: string): Word {
  const place = places.get(text);
  return place === undefined ? { place: otherPlace, text } : { place, text: '' };
}

function isList(item: MavenItem): item is readonly MavenItem[] {
  return Array.isArray(item);
}

/** Drops what is like nothing from the end of a list, in place. */
function trim(list: MavenItem[]): MavenItem[] {
  for (let index = list.length - 1; index >= 0; index--) {
    const item = list[index] ?? '';
    const empty = typeof item === 'string' || isList(item) ? item.length === 0 : item.place === releasePlace;
    if (empty) list.splice(index, 1);
    else if (!isList(item)) break;
  }
  return list;
}

function compare(a: MavenVersion, b: MavenVersion): Ordering {
  return compareLists(a.items, b.items);
}

function compareLists(a: readonly MavenItem[], b: readonly MavenItem[]): Ordering {
  for (let index = 0; index < a.length || index < b.length; index++) {
    const one = a[index];
    const two = b[index];
    const order = one === undefined ? opposite(againstNothing(two ?? '')) : compareItems(one, two);
    if (order !== 0) return order;
  }
  return 0;
}

function compareItems(a: MavenItem, b: MavenItem | undefined): Ordering {
  if (b === undefined) return againstNothing(a);
  if (typeof a === 'string') {
    return typeof b === 'string' ? compareDigits(a, 0, a.length, b, 0, b.length) : 1;
  }
  if (typeof b === 'string') return -1;
  if (isList(a)) return isList(b) ? compareLists(a, b) : 1;
  if (isList(b)) return -1;
  if (a.place !== b.place) return a.place < b.place ? -1 : 1;
  if (a.text === b.text) return 0;
  return a.text < b.text ? -1 : 1;
}

function againstNothing(item: MavenItem): Ordering {
  if (typeof item === 'string') return item === '' ? 0 : 1;
  if (!isList(item)) return item.place === releasePlace ? 0 : item.place < releasePlace ? -1 : 1;
  for (const each of item) {
    const order = againstNothing(each);
    if (order !== 0) return order;
  }
  return 0;
}

function opposite(order: Ordering): Ordering {
  if (order === 0) return 0;
  return order < 0 ? 1 : -1;
}

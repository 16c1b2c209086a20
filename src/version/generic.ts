// Versions of programs that no package manager numbers, as the NVD writes them: nobody has laid down their order, so this
// is the one that most of them follow, and what does not look like it is refused.
//
//   text      = [ "v" ] number *( [ separator ] ( number / word ) ) [ separator ]
//   number    = digit+
//   word      = letter+
//   separator = "." / "-" / "_" / "+" / "~" / ","   one or more
//
// Parts compare one by one. A word that announces a release comes before nothing, in the order of the table below; `a`,
// `b`, `c` and `m` right before a number stand for alpha, beta, rc and milestone. Nothing is as much as 0, then come other
// words by letter (`1.0.1` < `1.0.1a` < `1.0.1k` < `1.0.1.1`), then numbers. Passed over are `release` and its like, and
// `update` and `u` before a number (`1.8.0-update_392` = `1.8.0_392`). Zeros before a word of the first kind do not count:
// `2-rc1` = `2.0.0-rc1`. Letters in upper and lower case are the same.
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A version taken apart. */
export interface GenericVersion extends Version {
  readonly parts: readonly Part[];
}

/** A number, a word, or the place of one that announces a release. */
type Part = Numeral | string | { readonly early: number };

const EARLY: ReadonlyMap<string, number> = new Map([
  ['canary', 0],
  ['dev', 0],
  ['nightly', 0],
  ['alpha', 1],
  ['ea', 1],
  ['beta', 2],
  ['milestone', 3],
  ['pre', 4],
  ['prerelease', 4],
  ['preview', 4],
  ['cr', 5],
  ['rc', 5],
  ['snapshot', 6],
]);
const EARLY_LETTERS: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['b', 2],
  ['m', 3],
  ['c', 5],
]);
const LEADING_UP: ReadonlySet<string> = new Set(['u', 'update']);
const EMPTY: ReadonlySet<string> = new Set(['final', 'ga', 'release', 'stable']);
const SHAPE = /^v?\d[\da-z._+~,-]*$/i;

/** The order of numbers, words that announce a release, and words that come after it. */
export const generic: VersionScheme<GenericVersion> = { id: 'generic', parse, compare };

function parse(text: string): GenericVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (!SHAPE.test(text))
    return unparsable(text, 'it is not numbers and words with ".", "-", "_", "+", "~" or "," between');
  const tokens =
    text
      .toLowerCase()
      .replace(/^v/, '')
      .match(/\d+|[a-z]+|[^\da-z]+/g) ?? [];
  return { kind: 'version', text, parts: partsOf(tokens) };
}

function partsOf(tokens: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (const [index, token] of tokens.entries()) {
    if (isNumber(token)) parts.push(numeralOf(token.replace(/^0+(?=\d)/, '')));
    else if (/^[a-z]/.test(token)) addWord(token, tokens.slice(index + 1, index + 3), parts);
  }
  dropZeros(parts);
  return parts;
}

function addWord(word: string, [next = '', afterNext = '']: readonly string[], parts: Part[]): void {
  const early = EARLY.get(word) ?? (isNumber(next) ? EARLY_LETTERS.get(word) : undefined);
  if (early !== undefined) {
    dropZeros(parts);
    parts.push({ early });
    return;
  }
  const leadsUp = LEADING_UP.has(word) && (isNumber(next) || (!/^[a-z]/.test(next) && isNumber(afterNext)));
  if (!leadsUp && !EMPTY.has(word)) parts.push(word);
}

function isNumber(token: string): boolean {
  return /^\d/.test(token);
}

function dropZeros(parts: Part[]): void {
  while (parts.at(-1) === 0) parts.pop();
}

function compare(a: GenericVersion, b: GenericVersion): Ordering {
  const longer = Math.max(a.parts.length, b.parts.length);
  for (let index = 0; index < longer; index++) {
    const order = compareParts(a.parts[index] ?? 0, b.parts[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: Part, b: Part): Ordering {
  const kinds = compareNumerals(kindOf(a), kindOf(b));
  if (kinds !== 0) return kinds;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return compareNumerals(numberOf(a), numberOf(b));
}

/** What announces a release, nothing, words, numbers. */
function kindOf(part: Part): number {
  if (typeof part === 'object') return 0;
  return typeof part === 'string' ? 2 : part === 0 ? 1 : 3;
}

function numberOf(part: Part): Numeral {
  return typeof part === 'object' ? part.early : typeof part === 'string' ? 0 : part;
}

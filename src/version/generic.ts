// Versions of programs that no package manager numbers, as the NVD writes them: nobody has laid down their order, so this
// is the one that most of them follow, and what does not look like it is refused.
//
//   text      = [ "v" ] number *( [ separator ] ( number / word ) ) [ separator ]
//   number    = digit+
//   word      = letter+
//   separator = "." / "-" / "_" / "+" / "~" / ","   one or more
//
// Parts compare one by one. A word that announces a release (`alpha`, `rc`; also `a`, `b`, `c`, `m` right before a number)
// comes before nothing, nothing is as much as 0, then come other words by letter (`1.0.1` < `1.0.1a` < `1.0.1k` <
// `1.0.1.1`), then numbers. `update` and `u` only lead up to a number (`1.8.0-update392` = `1.8.0_392`). Zeros before a
// word of the first kind do not count: `2-rc1` = `2.0.0-rc1`. Letters in upper and lower case are the same.
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A version taken apart. */
export interface GenericVersion extends Version {
  readonly parts: readonly Part[];
}

/** A number, or a word with whether it announces a release. */
type Part = Numeral | { readonly word: string; readonly early: boolean };

const EARLY: ReadonlySet<string> = new Set(
  'alpha beta canary cr dev ea milestone nightly pre prerelease preview rc snapshot'.split(' '),
);
const EARLY_LETTERS: ReadonlySet<string> = new Set(['a', 'b', 'c', 'm']);
const LEADING_UP: ReadonlySet<string> = new Set(['u', 'update']);
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
    const next = /^\d/.test(tokens[index + 1] ?? '');
    if (/^\d/.test(token)) parts.push(numeralOf(token));
    else if (/^[a-z]/.test(token) && !(next && LEADING_UP.has(token))) {
      const early = EARLY.has(token) || (next && EARLY_LETTERS.has(token));
      if (early) dropZeros(parts);
      parts.push({ word: token, early });
    }
  }
  dropZeros(parts);
  return parts;
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
  if (typeof a !== 'object' && typeof b !== 'object') return compareNumerals(a, b);
  const kinds = compareNumerals(kindOf(a), kindOf(b));
  if (kinds !== 0 || typeof a !== 'object' || typeof b !== 'object') return kinds;
  return a.word < b.word ? -1 : a.word > b.word ? 1 : 0;
}

function kindOf(part: Part): number {
  if (typeof part === 'object') return part.early ? 0 : 2;
  return part === 0 ? 1 : 3;
}

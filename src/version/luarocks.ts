// Versions of Lua rocks, as `luarocks.core.vers` reads and orders them.
//
//   text     = blank* tokens [ "-" digit+ ] blank*      the number at the end is the revision of the rockspec
//   tokens   = ( number | word ) ( separator* ( number | word ) )*
//   number   = digit+
//   word     = letter+
//   separator = "." | "-" | "_"
//
// A number is an item. A word sets the next item (the delta of the table, else a thousandth of its first letter's
// code); a word right after it sets it anew, and a number right after it adds its hundred-thousandth. Items compare as
// numbers, and an absent one is 0: `1.0rc1` < `1.0` = `1` < `1.0a` < `1.1` < `scm`. All is counted in hundred-thousandths
// here, which keeps it whole.
// Revisions compare last. LuaRocks ignores them when one side has none, which is no order (`1-1` = `1` = `1-2`): here
// none is before any.
import { endOfDigits, isDigit } from './digits.ts';
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A LuaRocks version taken apart. */
export interface LuarocksVersion extends Version {
  /** In hundred-thousandths. */
  readonly items: readonly Numeral[];
  /** -1 when there is none. */
  readonly revision: Numeral;
}

/** The order of LuaRocks 3. */
export const luarocks: VersionScheme<LuarocksVersion> = { id: 'luarocks', parse, compare };

const unit = 100_000;
const deltas: ReadonlyMap<string, number> = new Map([
  ['dev', 120_000_000],
  ['scm', 110_000_000],
  ['cvs', 100_000_000],
  ['rc', -1000],
  ['pre', -10_000],
  ['beta', -100_000],
  ['alpha', -1_000_000],
]);
const revisionPattern = /-(\d+)$/;

function parse(text: string): LuarocksVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  const word = text.trim();
  const found = revisionPattern.exec(word);
  const items = readItems(found === null ? word : word.slice(0, found.index));
  if (items === undefined) return unparsable(text, 'something other than numbers and words between ".", "-" and "_"');
  return { kind: 'version', text, items, revision: found?.[1] === undefined ? -1 : numeralOf(found[1]) };
}

function readItems(text: string): Numeral[] | undefined {
  const items: Numeral[] = [];
  // A word that waits for the number that may follow it.
  let open: number | undefined;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const digits = isDigit(text.charCodeAt(at));
    at = digits ? endOfDigits(text, at) : endOfLetters(text, at);
    if (at === start) return undefined;
    const token = text.slice(start, at);
    if (digits) {
      items.push(open === undefined ? numeralOf(`${token}00000`) : sum(open, numeralOf(token)));
      open = undefined;
    } else {
      const delta = deltas.get(token);
      open = delta === undefined ? token.charCodeAt(0) * (unit / 1000) : delta * unit;
    }
    while (isSeparator(text.charCodeAt(at))) at++;
  }
  if (open !== undefined) items.push(open);
  return items.length === 0 ? undefined : items;
}

function endOfLetters(text: string, from: number): number {
  let to = from;
  while ((text.charCodeAt(to) | 32) >= 97 && (text.charCodeAt(to) | 32) <= 122) to++;
  return to;
}

function isSeparator(code: number): boolean {
  return code === 45 || code === 46 || code === 95;
}

function sum(a: number, b: Numeral): Numeral {
  return typeof b === 'number' ? a + b : BigInt(a) + b;
}

function compare(a: LuarocksVersion, b: LuarocksVersion): Ordering {
  const longer = Math.max(a.items.length, b.items.length);
  for (let index = 0; index < longer; index++) {
    const order = compareNumerals(a.items[index] ?? 0, b.items[index] ?? 0);
    if (order !== 0) return order;
  }
  return compareNumerals(a.revision, b.revision);
}

/*
 * One attribute's value as the formatted string binds it (NISTIR 7695, figure 6-3), in lower case:
 *
 *   value = "*" (ANY) / "-" (NA) / [ wild ] body [ wild ] / 1*"?"
 *   wild  = "*" / 1*"?"
 *   body  = 1*( ALPHA / DIGIT / "_" / "." / "-" / "\" punctuation )
 */

/** Any value at all. */
export const ANY = '*';
/** The attribute has no meaning for the product. */
export const NA = '-';

const PLAIN = /^[a-z0-9_.-]$/;
const PUNCTUATION = /^[!-/:-@[-`{-~]$/;

/** A value out of a formatted string, or undefined when it is none; punctuation that should be quoted is quoted. */
export function readValue(text: string): string | undefined {
  if (text === ANY || text === NA) return text;
  const characters: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const isQuoted = text[at] === '\\';
    if (isQuoted) at++;
    const character = (text[at] ?? '').toLowerCase();
    if (!isQuoted && (character === '*' || character === '?')) characters.push(character);
    else if (isQuoted && PLAIN.test(character) && !/[._-]/.test(character)) return undefined;
    else if (!PLAIN.test(character) && !PUNCTUATION.test(character)) return undefined;
    else characters.push(quoted(character));
  }
  const value = characters.join('') === NA ? '\\-' : characters.join('');
  return isValue(characters) ? value : undefined;
}

/** A character of a body: what is neither letter nor digit nor one of `._-` stands behind a backslash. */
export function quoted(character: string): string {
  return PLAIN.test(character) ? character : `\\${character}`;
}

/** Unquoted `*` and `?` stand only at the ends: one `*` or several `?`. */
function isValue(characters: readonly string[]): boolean {
  const shape = characters.map((one) => (one === '*' || one === '?' ? one : 'x')).join('');
  return /^(?:(?:\*|\?+)?x+(?:\*|\?+)?|\?+)$/.test(shape);
}

/** Splits a value into what it may start and end with (`Infinity` for `*`) and the text between, without quotes. */
export function partsOf(value: string): { readonly before: number; readonly text: string; readonly after: number } {
  const [, start = '', middle = '', end = ''] = /^(\*|\?*)((?:[^\\*?]|\\.)*)(\*|\?*)$/.exec(value) ?? [];
  return { before: widthOf(start), text: middle.replace(/\\(.)/g, '$1'), after: widthOf(end) };
}

function widthOf(wild: string): number {
  return wild === '*' ? Infinity : wild.length;
}

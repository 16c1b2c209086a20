import { DocumentError } from '../document.ts';

/**
 * Literal terms of Erlang and of Elixir, which are read and never evaluated:
 *
 *   term   = tuple | list | map | text | atom | number
 *   tuple  = "{" [term *("," term)] "}"
 *   list   = "[" [item *("," item) ["|" term]] "]";   item = term | key ":" term   (Elixir, the same as {key, term})
 *   map    = "%{" or "#{" [pair *("," pair)] "}";     pair = term "=>" term | key ":" term
 *   text   = '"' … '"' | "<<" '"' … '"' ["/utf8"] ">>"
 *   atom   = name | "'" … "'" | ":" name | ":" '"' … '"'
 *
 * A comment is from `%` (Erlang; not before `{`) or `#` (Elixir; not before `{`) to the end of the line. A comma may
 * stand before a closing bracket. Terms of a file end with a full stop in Erlang.
 */
export type Term =
  | { readonly kind: 'text' | 'atom' | 'number'; readonly text: string }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Term[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Term, Term])[] };

const maximumDepth = 100;
const space = /(?:\s+|[%#](?!\{)[^\n]*)+/y;
const word = /[a-zA-Z_][\w@.]*[?!]?|[a-zA-Z_]/y;
const character = /\$(?:\\[^]|[^])/y;
const number = /[+-]?\d[\w.#+]*/y;

interface Reading {
  readonly text: string;
  at: number;
  depth: number;
}

/** The terms of a file, in order. Throws `DocumentError`. */
export function readTerms(text: string): Term[] {
  const reading: Reading = { text, at: 0, depth: 0 };
  const terms: Term[] = [];
  for (skip(reading); reading.at < text.length; skip(reading)) {
    terms.push(readTerm(reading));
    take(reading, '.');
  }
  return terms;
}

/** The text of a text or an atom; `undefined` of anything else. */
export function textOf(term: Term | undefined): string | undefined {
  return term?.kind === 'text' || term?.kind === 'atom' ? term.text : undefined;
}

/** The terms of a tuple or a list; none of anything else. */
export function itemsOf(term: Term | undefined): readonly Term[] {
  return term?.kind === 'tuple' || term?.kind === 'list' ? term.items : [];
}

/** The value of a key in a list of pairs. */
export function valueOf(list: Term | undefined, key: string): Term | undefined {
  const pair = itemsOf(list).find((item) => item.kind === 'tuple' && textOf(item.items[0]) === key);
  return itemsOf(pair)[1];
}

function skip(reading: Reading): void {
  const code = reading.text.charCodeAt(reading.at);
  // Most terms begin where the last one ended.
  if (code > 0x20 && code !== 0x23 && code !== 0x25) return;
  space.lastIndex = reading.at;
  if (space.test(reading.text)) reading.at = space.lastIndex;
}

function take(reading: Reading, token: string): boolean {
  skip(reading);
  if (!reading.text.startsWith(token, reading.at)) return false;
  reading.at += token.length;
  return true;
}

function fail({ text, at }: Reading): never {
  const line = text.slice(0, at).split('\n').length;
  throw new DocumentError('corrupt', 'A file is not the terms that it should be', `line ${line}`);
}

function readTerm(reading: Reading): Term {
  if (reading.depth >= maximumDepth) throw new DocumentError('corrupt', 'Terms are nested too deep');
  reading.depth++;
  const term = readOne(reading);
  reading.depth--;
  return term;
}

function readOne(reading: Reading): Term {
  skip(reading);
  const { text, at } = reading;
  const start = text[at] ?? '';
  switch (start) {
    case '{':
      reading.at++;
      return { kind: 'tuple', items: readItems(reading, '}') };
    case '[':
      reading.at++;
      return { kind: 'list', items: readItems(reading, ']') };
    case '%':
    case '#':
      reading.at += 2;
      return readMap(reading);
    case '<':
      if (!take(reading, '<<')) fail(reading);
      return readBinary(reading);
    case '"':
      return { kind: 'text', text: readTexts(reading) };
    case "'":
      return { kind: 'atom', text: readQuoted(reading, "'") };
    case ':':
      reading.at++;
      return { kind: 'atom', text: text[at + 1] === '"' ? readQuoted(reading, '"') : readWord(reading, word) };
    case '$':
      return { kind: 'number', text: readWord(reading, character) };
    default:
      return /[\d+-]/.test(start)
        ? { kind: 'number', text: readWord(reading, number) }
        : { kind: 'atom', text: readWord(reading, word) };
  }
}

function readWord(reading: Reading, pattern: RegExp): string {
  pattern.lastIndex = reading.at;
  const match = pattern.exec(reading.text)?.[0];
  if (match === undefined) fail(reading);
  // A full stop behind it ends the term.
  const text = match.endsWith('.') ? match.slice(0, -1) : match;
  reading.at += text.length;
  return text;
}

/** Texts in a row are one. */
function readTexts(reading: Reading): string {
  let text = readQuoted(reading, '"');
  for (skip(reading); reading.text[reading.at] === '"'; skip(reading)) text += readQuoted(reading, '"');
  return text;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['s', ' '],
]);

function readQuoted(reading: Reading, quote: string): string {
  const { text } = reading;
  let at = reading.at + 1;
  let read = '';
  for (; at < text.length && text[at] !== quote; at++) {
    const escaped = text[at] === '\\' ? text[++at] : undefined;
    read += escaped === undefined ? (text[at] ?? '') : (escapes.get(escaped) ?? escaped);
  }
  if (at >= text.length) fail(reading);
  reading.at = at + 1;
  return read;
}

/** A binary that is no text is kept as it is written. */
function readBinary(reading: Reading): Term {
  skip(reading);
  const isText = reading.text[reading.at] === '"';
  const text = isText ? readQuoted(reading, '"') : '';
  const end = reading.text.indexOf('>>', reading.at);
  if (end < 0) fail(reading);
  const rest = reading.text.slice(reading.at, end).trim();
  if (isText && rest !== '' && rest !== '/utf8') fail(reading);
  reading.at = end + 2;
  return { kind: 'text', text: isText ? text : rest };
}

/** A key with a colon behind it, as in `key: value` or `"key": value`. */
function readKey(reading: Reading): Term | undefined {
  skip(reading);
  const start = reading.at;
  const quoted = reading.text[start] === '"';
  word.lastIndex = start;
  if (!quoted && !word.test(reading.text)) return undefined;
  const text = quoted ? readQuoted(reading, '"') : readWord(reading, word);
  if (reading.text[reading.at] === ':' && /\s/.test(reading.text[reading.at + 1] ?? '')) {
    reading.at++;
    return { kind: 'atom', text };
  }
  reading.at = start;
  return undefined;
}

function readItems(reading: Reading, end: string): Term[] {
  const items: Term[] = [];
  while (!take(reading, end)) {
    const key = end === ']' ? readKey(reading) : undefined;
    const value = readTerm(reading);
    items.push(key === undefined ? value : { kind: 'tuple', items: [key, value] });
    if (!take(reading, ',') && !take(reading, '|')) {
      if (!take(reading, end)) fail(reading);
      return items;
    }
  }
  return items;
}

function readMap(reading: Reading): Term {
  const entries: [Term, Term][] = [];
  while (!take(reading, '}')) {
    const key = readKey(reading) ?? readTerm(reading);
    take(reading, '=>');
    entries.push([key, readTerm(reading)]);
    if (!take(reading, ',')) {
      if (!take(reading, '}')) fail(reading);
      return { kind: 'map', entries };
    }
  }
  return { kind: 'map', entries };
}

import { DocumentError } from '../document.ts';

/**
 * The text of `yarn.lock`, in Yarn's classic form and in the YAML of later ones, which is as plain:
 *
 *     file    := { comment | block }
 *     block   := keys ":" newline { "  " field }            keys := key { ", " key }
 *     field   := key (" " | ": ") value newline | key ":" newline { "    " key (" " | ": ") value newline
 *                { "      " … } }
 *     key, value := JSON text in quotes | plain text
 *
 * A key that is long stands as `? key` newline `:`.
 */
export interface Block {
  readonly keys: readonly string[];
  readonly fields: Fields;
}

/** Fields of a block by name: a text, or fields again. */
export type Fields = ReadonlyMap<string, string | Fields>;

type Open = Map<string, string | Open>;

/** Fields within fields within a block. */
const maximumDepth = 8;

/** Reads the blocks of a lock file. Throws `DocumentError` at the first line that can't be one. */
export function readBlocks(text: string): readonly Block[] {
  const blocks: { keys: readonly string[]; fields: Open }[] = [];
  let open: Open[] = [];
  let longKey: string | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const content = line.trimStart();
    if (content === '' || content.startsWith('#')) continue;
    const depth = (line.length - content.length) / 2;
    const fail = (): never => {
      throw new DocumentError('corrupt', 'A line of a lock file cannot be understood', `line ${index + 1}`);
    };
    if (!Number.isInteger(depth) || depth > maximumDepth || depth > open.length) fail();
    if (content.startsWith('? ')) {
      longKey = content.slice(2);
      continue;
    }
    const whole: string = longKey === undefined || content !== ':' ? content : `${longKey}:`;
    longKey = undefined;
    open = open.slice(0, depth);
    const parent = open.at(-1);
    if (parent === undefined) {
      const keys = keysOf(whole) ?? fail();
      const fields: Open = new Map();
      blocks.push({ keys, fields });
      open = [fields];
      continue;
    }
    const [key, value] = fieldOf(whole) ?? fail();
    const inner: string | Open = value ?? new Map<string, string | Open>();
    parent.set(key, inner);
    if (typeof inner !== 'string') open.push(inner);
  }
  return blocks;
}

/** The keys of a block's first line, without quotes. */
function keysOf(line: string): string[] | undefined {
  if (!line.endsWith(':')) return undefined;
  const keys: string[] = [];
  let rest = line.slice(0, -1);
  while (rest !== '') {
    const end = rest.startsWith('"') ? endOfQuoted(rest) : rest.indexOf(', ');
    const key = end < 0 ? rest : rest.slice(0, end);
    const plain = unquoted(key);
    if (plain === undefined || plain === '') return undefined;
    // Later forms put all keys into one pair of quotes.
    keys.push(...plain.split(', '));
    rest = end < 0 ? '' : rest.slice(end).replace(/^, /, '');
    if (end >= 0 && rest.length === line.length - 1) return undefined;
  }
  return keys.length === 0 ? undefined : keys;
}

/** A field's name and its value; no value when fields follow. */
function fieldOf(line: string): [string, string | undefined] | undefined {
  const end = line.startsWith('"') ? endOfQuoted(line) : line.search(/:? |:$/);
  if (end <= 0) return undefined;
  const key = unquoted(line.slice(0, end));
  const rest = line.slice(end);
  if (key === undefined) return undefined;
  if (rest === ':') return [key, undefined];
  const value = /^:? (.*)$/.exec(rest)?.[1];
  const text = value === undefined ? undefined : unquoted(value.trim());
  return text === undefined ? undefined : [key, text];
}

/** Where a text in quotes ends. */
function endOfQuoted(text: string): number {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function unquoted(text: string): string | undefined {
  if (text.startsWith("'")) return /^'[^']*'$/.test(text) ? text.slice(1, -1) : undefined;
  if (!text.startsWith('"')) return text.includes('"') ? undefined : text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

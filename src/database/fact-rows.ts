/*
 * block     = 1*( LF key TAB json ) LF       deflated (RFC 1951); facts of one key are never in two blocks of a shelf
 *
 * A row for each of 300,000 flaws would take three times the space; small blocks are unpacked in 10 µs.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Fact } from '../advisory/advisory.ts';
import { encodeFact } from './fact.ts';
import { checkedBytes, rowChecksum, type Shelf } from './format.ts';

/** A block is closed when its text is longer than this. */
const BLOCK_CHARACTERS = 6000;
const LONGEST_KEY = 512;

/** Whether a key can be kept: it is short, of printable ASCII, and orders alike as text and as bytes. */
export function isFactKey(key: string): boolean {
  return key.length > 0 && key.length <= LONGEST_KEY && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(key);
}

/** Collects facts of one feed and writes them, shelf by shelf. */
export interface FactWriter {
  /** Gives how much text the fact takes. */
  add(fact: Fact): number;
  /** Writes what was collected, and forgets it. */
  flush(): void;
  readonly shelves: readonly Shelf[];
}

/** A writer of one feed's facts; each flush makes a shelf of each kind that was added. */
export function newFactWriter(sqlite: DatabaseSync, feed: number, nextShelf: number): FactWriter {
  const insert = sqlite.prepare('INSERT INTO fact (shelf, first, crc, data) VALUES (?, ?, ?, ?)');
  const collected = new Map<Fact['kind'], [key: string, json: string][]>();
  const shelves: Shelf[] = [];
  return {
    shelves,
    add(fact) {
      const json = encodeFact(fact);
      const facts = collected.get(fact.kind);
      if (facts === undefined) collected.set(fact.kind, [[fact.key, json]]);
      else facts.push([fact.key, json]);
      return fact.key.length + json.length;
    },
    flush() {
      for (const [kind, facts] of collected) {
        const sorted = facts.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
        const id = nextShelf + shelves.length;
        const [first, last] = [sorted[0]?.[0] ?? '', sorted.at(-1)?.[0] ?? ''];
        shelves.push({ id, feed, kind, count: sorted.length, first, last });
        for (const block of blocksOf(sorted)) {
          const data = deflateRawSync(block.text);
          insert.run(id, block.first, rowChecksum(data, id, block.first), data);
        }
      }
      collected.clear();
    },
  };
}

function* blocksOf(
  sorted: readonly (readonly [key: string, json: string])[],
): Generator<{ first: string; text: string }> {
  let [first, text, last] = ['', '', ''];
  for (const [key, json] of sorted) {
    if (text.length > BLOCK_CHARACTERS && key !== last) {
      yield { first, text: `${text}\n` };
      text = '';
    }
    if (text === '') first = key;
    text += `\n${key}\t${json}`;
    last = key;
  }
  if (text !== '') yield { first, text: `${text}\n` };
}

/** Finds the JSON of the facts of a key on a shelf. */
export type ShelfReader = (shelf: Shelf, key: string) => readonly string[];

/** Findings come in clusters of neighbouring keys; this much text is kept of what was unpacked, in blocks. */
const KEPT_BLOCKS = 1024;

/** A reader of an open file; throws `DatabaseError` `corrupt`, and what SQLite throws. */
export function newShelfReader(prepare: () => StatementSync): ShelfReader {
  const texts = new Map<string, string>();
  return (shelf, key) => {
    if (key < shelf.first || key > shelf.last) return [];
    const row = prepare().get(shelf.id, key);
    if (row === undefined) return [];
    const first = String(row['first']);
    const name = `${shelf.id} ${first}`;
    let text = texts.get(name);
    if (text === undefined) {
      text = inflateRawSync(checkedBytes(row, shelf.id, first)).toString('utf8');
      if (texts.size >= KEPT_BLOCKS) texts.clear();
      texts.set(name, text);
    }
    return linesOf(text, `\n${key}\t`);
  };
}

/** The statement of a `ShelfReader`: the block in which a key would be. */
export const BLOCK_QUERY =
  'SELECT first, crc, data FROM fact WHERE shelf = ? AND first <= ? ORDER BY first DESC LIMIT 1';

function linesOf(text: string, start: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf(start); at >= 0 && text.startsWith(start, at); ) {
    const end = text.indexOf('\n', at + 1);
    found.push(text.slice(at + start.length, end));
    at = end;
  }
  return found;
}

/*
 * block     = 1*( LF key TAB json ) LF      facts of one key are never in two blocks of a shelf
 *
 * A row for each of 300,000 flaws would take twice the space. Texts are deflated (RFC 1951), which halves it once more;
 * to unpack takes 20 µs, so that what a scan asks for is not.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Fact } from '../advisory/advisory.ts';
import { encodeFact, encodeText } from './fact.ts';
import { checkedData, rowChecksum, type Shelf } from './format.ts';

/** Longest block of several keys, UTF-16 units: what fills a page, or does so when it is packed. */
const BLOCK_UNITS = { plain: 3900, packed: 15_000 };
const LONGEST_KEY = 512;

/** Whether a key can be kept: it is short, of printable ASCII, and orders alike as text and as bytes. */
export function isFactKey(key: string): boolean {
  return key.length > 0 && key.length <= LONGEST_KEY && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(key);
}

/** Collects facts of one feed and writes them, shelf by shelf. */
export interface FactWriter {
  /** Gives how much memory the fact takes, bytes by estimate. */
  add(fact: Fact): number;
  /** Writes what was collected, and forgets it. */
  flush(): void;
  readonly shelves: readonly Shelf[];
}

/** A writer of one feed's facts; each flush makes a shelf of each kind that was added. */
export function newFactWriter(sqlite: DatabaseSync, feed: number, nextShelf: number): FactWriter {
  const insert = sqlite.prepare('INSERT INTO fact (shelf, first, crc, data) VALUES (?, ?, ?, ?)');
  const collected = new Map<Shelf['kind'], [key: string, json: string][]>();
  const shelves: Shelf[] = [];
  return {
    shelves,
    add(fact) {
      const [json, text] = [encodeFact(fact), encodeText(fact)];
      collect(collected, fact.kind, fact.key, json);
      if (text !== undefined) collect(collected, 'text', fact.key, text);
      return EACH + fact.key.length + json.length + (text?.length ?? 0);
    },
    flush() {
      for (const [kind, facts] of collected) {
        const sorted = facts.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
        const id = nextShelf + shelves.length;
        const [first, last] = [sorted[0]?.[0] ?? '', sorted.at(-1)?.[0] ?? ''];
        const ending = commonEnding(sorted.map(([, json]) => json));
        shelves.push({ id, feed, kind, count: sorted.length, first, last, ending });
        for (const block of blocksOf(sorted, ending.length, kind === 'text' ? BLOCK_UNITS.packed : BLOCK_UNITS.plain)) {
          const data = kind === 'text' ? deflateRawSync(block.text) : block.text;
          insert.run(id, block.first, rowChecksum(data, id, block.first), data);
        }
      }
      collected.clear();
    },
  };
}

/** What a fact takes in memory beside its text. */
const EACH = 150;

function collect(all: Map<Shelf['kind'], [string, string][]>, kind: Shelf['kind'], key: string, json: string): void {
  const facts = all.get(kind);
  if (facts === undefined) all.set(kind, [[key, json]]);
  else facts.push([key, json]);
}

/** How all texts end: the day and the model of 300,000 predictions are the same. */
function commonEnding(texts: readonly string[]): string {
  let ending = texts[0] ?? '';
  for (const text of texts) {
    let length = Math.min(ending.length, text.length);
    while (!text.endsWith(ending.slice(ending.length - length))) length--;
    ending = ending.slice(ending.length - length);
    if (length <= 1) break;
  }
  return ending;
}

function* blocksOf(
  sorted: readonly (readonly [key: string, json: string])[],
  ending: number,
  units: number,
): Generator<{ first: string; text: string }> {
  let [first, text, last] = ['', '', ''];
  for (const [key, json] of sorted) {
    const line = `\n${key}\t${json.slice(0, json.length - ending)}`;
    if (text.length + line.length > units && text !== '' && key !== last) {
      yield { first, text: `${text}\n` };
      text = '';
    }
    if (text === '') first = key;
    text += line;
    last = key;
  }
  if (text !== '') yield { first, text: `${text}\n` };
}

/** Finds the JSON of the facts of a key on a shelf. */
export type ShelfReader = (shelf: Shelf, key: string) => readonly string[];

/** The statement of a `ShelfReader`: the block in which a key would be. */
export const BLOCK_QUERY =
  'SELECT first, crc, data FROM fact WHERE shelf = ? AND first <= ? ORDER BY first DESC LIMIT 1';

/** A reader of an open file; throws `DatabaseError` `corrupt`, and what SQLite throws. */
export function newShelfReader(prepare: () => StatementSync): ShelfReader {
  const read = new Map<number, ReadBlock[]>();
  return (shelf, key) => {
    if (key < shelf.first || key > shelf.last) return NONE;
    const blocks = read.get(shelf.id) ?? [];
    read.set(shelf.id, blocks);
    const block = blockOf(blocks, shelf, key, prepare);
    if (block === undefined || !mayHave(block, key)) return NONE;
    return linesOf(block.text, `\n${key}\t`, shelf.ending);
  };
}

/** A block that was read, and a key up to which it is known that there is no further one. */
interface ReadBlock {
  readonly first: string;
  readonly text: string;
  upTo: string;
  asked: number;
  /** Its keys, once it was asked often enough for that to be faster than to search it. */
  keys?: ReadonlySet<string>;
}

/** A block is read for its keys when it is asked for the fourth time: that takes as long as some five searches. */
const SELDOM = 3;

function mayHave(block: ReadBlock, key: string): boolean {
  block.asked++;
  if (block.asked > SELDOM) block.keys ??= keysOf(block.text);
  return block.keys?.has(key) ?? true;
}

function keysOf(text: string): Set<string> {
  const keys = new Set<string>();
  for (let start = 0, end = 0; end >= 0; start = end) {
    end = text.indexOf('\n', start + 1);
    keys.add(text.slice(start + 1, text.indexOf('\t', start)));
  }
  return keys;
}

/** Most blocks of a shelf that are remembered, 4 kB each; 15 kB of texts. */
const MOST_READ = 500;

/** The flaws of an image lie close together, so that most are in blocks that were read before. */
function blockOf(blocks: ReadBlock[], shelf: Shelf, key: string, prepare: () => StatementSync): ReadBlock | undefined {
  const at = countUpTo(blocks, key);
  const before = blocks[at - 1];
  if (before !== undefined && key <= before.upTo) return before;
  const row = prepare().get(shelf.id, key);
  if (row === undefined) return undefined;
  if (before !== undefined && before.first === row['first']) {
    before.upTo = key;
    return before;
  }
  const block: ReadBlock = { first: String(row['first']), text: blockText(row, shelf), upTo: key, asked: 0 };
  if (blocks.length < MOST_READ) blocks.splice(at, 0, block);
  else blocks.splice(0, blocks.length, block);
  return block;
}

/** How many of the blocks, which are in order, begin at the key or before it. */
function countUpTo(blocks: readonly ReadBlock[], key: string): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.first ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function blockText(row: Readonly<Record<string, unknown>>, shelf: Shelf): string {
  const data = checkedData(row, shelf.id, String(row['first']));
  return typeof data === 'string' ? data : inflateRawSync(data).toString('utf8');
}

const NONE: readonly never[] = [];

function linesOf(text: string, start: string, ending: string): readonly string[] {
  const first = text.indexOf(start);
  if (first < 0) return NONE;
  const found: string[] = [];
  for (let at = first; text.startsWith(start, at); ) {
    const end = text.indexOf('\n', at + 1);
    found.push(text.slice(at + start.length, end) + ending);
    at = end;
  }
  return found;
}

/*
 * One array of a JSON document (RFC 8259) that is too long to be in memory, element by element, as its bytes come:
 *
 *   document = [ BOM ] ws "{" [ member *( "," member ) ] "}" ws      the array is the value of the member with the name
 *
 * Brackets are counted and strings stepped through; what is within an element is left to JSON.parse, what is within other
 * members is passed over.
 */
import { AdvisoryError } from '../advisory.ts';

const ELEMENT_BYTES = 64 * 2 ** 20;
const DEPTH = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf]);

interface Walk {
  readonly name: string;
  started: boolean;
  depth: number;
  inString: boolean;
  escaped: boolean;
  /** Whether the array is open, and whether it has been. */
  inArray: boolean;
  found: boolean;
  /** The last string at the first level, as long as it may be the name of a member. */
  key: string;
  /** Pieces of the element from earlier chunks; undefined between elements. */
  pieces: Uint8Array[] | undefined;
  size: number;
}

/** The elements as JSON text. Throws `AdvisoryError`, possibly after some elements: what came before is not to be used. */
export async function* arrayElements(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const walk: Walk = {
    name,
    started: false,
    depth: 0,
    inString: false,
    escaped: false,
    inArray: false,
    found: false,
    key: '',
    pieces: undefined,
    size: 0,
  };
  for await (const chunk of chunks) yield* elementsIn(chunk, walk);
  if (!walk.started || walk.depth > 0) throw new AdvisoryError('truncated', 'the feed ends too early');
  if (!walk.found) throw new AdvisoryError('not-the-format', 'the feed has not the list that it should have', name);
}

function* elementsIn(chunk: Uint8Array, walk: Walk): Generator<Uint8Array> {
  let start = 0;
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0;
    if (walk.inString) {
      stepInString(byte, walk);
      continue;
    }
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    if (walk.inArray && walk.depth === 2) {
      if (byte === COMMA || byte === CLOSE_ARRAY) {
        if (walk.pieces !== undefined) yield closed(chunk.subarray(start, at), walk);
      } else if (walk.pieces === undefined) {
        walk.pieces = [];
        start = at;
      }
    }
    step(byte, walk);
  }
  if (walk.pieces !== undefined) add(chunk.subarray(start), walk);
}

function stepInString(byte: number, walk: Walk): void {
  if (walk.escaped) walk.escaped = false;
  else if (byte === BACKSLASH) walk.escaped = true;
  else if (byte === QUOTE) walk.inString = false;
  if (walk.depth === 1 && walk.inString && walk.key.length <= walk.name.length) walk.key += String.fromCharCode(byte);
}

function step(byte: number, walk: Walk): void {
  if (walk.depth === 0) begin(byte, walk);
  if (byte === QUOTE) {
    walk.inString = true;
    if (walk.depth === 1) walk.key = '';
  } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
    if (walk.depth === 1 && byte === OPEN_ARRAY && walk.key === walk.name) {
      walk.inArray = true;
      walk.found = true;
    }
    if (++walk.depth > DEPTH) throw new AdvisoryError('too-large', 'the feed nests deeper than any real one');
  } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
    if (--walk.depth === 1) walk.inArray = false;
  }
}

/** Outside of the object there is nothing but white space. */
function begin(byte: number, walk: Walk): void {
  const isFine = !walk.started && (byte === OPEN_OBJECT || BYTE_ORDER_MARK.has(byte));
  if (!isFine) throw new AdvisoryError('not-the-format', 'the feed is not one JSON object');
  walk.started = byte === OPEN_OBJECT;
}

function add(piece: Uint8Array, walk: Walk): void {
  walk.size += piece.length;
  if (walk.size > ELEMENT_BYTES)
    throw new AdvisoryError('too-large', 'the feed has a value that exceeds the size limit');
  walk.pieces?.push(piece);
}

function closed(last: Uint8Array, walk: Walk): Uint8Array {
  add(last, walk);
  const pieces = walk.pieces ?? [];
  walk.pieces = undefined;
  walk.size = 0;
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

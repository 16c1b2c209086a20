/*
 * Walks a JSON text (RFC 8259) one level deep, over its bytes:
 *
 *   document = [ BOM ] ws ( object / array ) ws
 *   object   = "{" ws [ member *( ws "," ws member ) ] ws "}"       member = string ws ":" ws value
 *   array    = "[" ws [ value  *( ws "," ws value  ) ] ws "]"
 *
 * A value is only skipped over (brackets counted, strings stepped through); what it holds is left to JSON.parse.
 */

export type JsonEntriesErrorCode = 'html' | 'not-json' | 'truncated' | 'too-large' | 'too-deep';

/** A text that cannot be walked; `offset` is the byte where that shows. */
export class JsonEntriesError extends Error {
  override readonly name = 'JsonEntriesError';
  readonly code: JsonEntriesErrorCode;
  readonly offset: number;
  constructor(code: JsonEntriesErrorCode, message: string, offset: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.offset = offset;
  }
}

/** How much one document may ask of us. */
export interface JsonEntriesLimits {
  /** Longest single value in bytes. */
  readonly valueBytes: number;
  /** Most brackets open at once. */
  readonly depth: number;
}

/** One member of the outer object (`key` its name) or element of the outer array (`key` its index in digits). */
export interface JsonSlice {
  readonly key: string;
  /** The value's text, a view into the document. */
  readonly bytes: Uint8Array;
  /** Byte offset of the value in the document. */
  readonly offset: number;
}

const LIMITS: JsonEntriesLimits = { valueBytes: 128 * 1024 * 1024, depth: 64 };

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Yields the outer object's members, or the outer array's elements, in the order of the text with each value parsed, so
 * that only one of them is in memory; a byte sequence that is not UTF-8 becomes U+FFFD. Throws `JsonEntriesError`,
 * possibly after some entries.
 */
export function* jsonEntries(
  document: Uint8Array,
  limits: JsonEntriesLimits = LIMITS,
): Generator<readonly [key: string, value: unknown]> {
  for (const slice of jsonSlices(document, limits)) yield [slice.key, jsonValue(slice)];
}

/** The value of a slice; throws `JsonEntriesError` when its inside is no JSON. */
export function jsonValue(slice: JsonSlice): unknown {
  try {
    return JSON.parse(utf8(slice.bytes));
  } catch (cause) {
    throw new JsonEntriesError('not-json', 'the value that starts here is not JSON', slice.offset, cause);
  }
}

/** As `jsonEntries`, with each value still as text: for a value that is itself walked one level deep. */
export function* jsonSlices(document: Uint8Array, limits: JsonEntriesLimits = LIMITS): Generator<JsonSlice> {
  const start = documentStart(document);
  const open = document[start];
  if (open !== OPEN_OBJECT && open !== OPEN_ARRAY) throw notWalkable(document, start);
  const isObject = open === OPEN_OBJECT;
  const close = isObject ? CLOSE_OBJECT : CLOSE_ARRAY;
  let at = skipSpace(document, start + 1);
  for (let index = 0; document[at] !== close || index > 0; index++) {
    let key = String(index);
    if (isObject) {
      const end = stringEnd(document, at);
      key = keyText(document, at, end);
      at = skipSpace(document, end);
      expect(document, at, COLON, 'a colon was expected after the name');
      at = skipSpace(document, at + 1);
    }
    const end = valueEnd(document, at, limits);
    if (end - at > limits.valueBytes) throw new JsonEntriesError('too-large', 'one value exceeds the size limit', at);
    yield { key, bytes: document.subarray(at, end), offset: at };
    at = skipSpace(document, end);
    if (document[at] === close) break;
    expect(document, at, COMMA, 'a comma or the closing bracket was expected');
    at = skipSpace(document, at + 1);
  }
  const rest = skipSpace(document, at + 1);
  if (rest < document.length) throw new JsonEntriesError('not-json', 'text goes on after the document ends', rest);
}

/** After a byte order mark and white space. */
function documentStart(document: Uint8Array): number {
  const bom = document[0] === 0xef && document[1] === 0xbb && document[2] === 0xbf ? 3 : 0;
  return skipSpace(document, bom);
}

function notWalkable(document: Uint8Array, at: number): JsonEntriesError {
  if (at >= document.length) return new JsonEntriesError('truncated', 'the document is empty', at);
  if (document[at] === 0x3c) {
    return new JsonEntriesError('html', 'the document is a web page or XML, not JSON', at);
  }
  return new JsonEntriesError('not-json', 'the document is neither a JSON object nor a JSON array', at);
}

function expect(document: Uint8Array, at: number, byte: number, message: string): void {
  if (document[at] === byte) return;
  if (at >= document.length) throw new JsonEntriesError('truncated', 'the document ends too early', at);
  throw new JsonEntriesError('not-json', message, at);
}

function skipSpace(document: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = document[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** The offset after the closing quote of the string that opens at `at`. */
function stringEnd(document: Uint8Array, at: number): number {
  expect(document, at, QUOTE, 'a string was expected');
  for (let next = at + 1; next < document.length; next++) {
    const byte = document[next];
    if (byte === QUOTE) return next + 1;
    if (byte === BACKSLASH) next++;
  }
  throw new JsonEntriesError('truncated', 'the document ends inside a string', at);
}

function keyText(document: Uint8Array, start: number, end: number): string {
  const key = jsonValue({ key: '', bytes: document.subarray(start, end), offset: start });
  return String(key);
}

/** The offset after the value that starts at `at`: brackets are counted, what is between them is not looked at. */
function valueEnd(document: Uint8Array, at: number, limits: JsonEntriesLimits): number {
  const first = document[at];
  if (first === QUOTE) return stringEnd(document, at);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return literalEnd(document, at);
  let depth = 0;
  for (let next = at; next < document.length; next++) {
    const byte = document[next];
    if (byte === QUOTE) next = stringEnd(document, next) - 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > limits.depth) throw new JsonEntriesError('too-deep', 'brackets nest too deep', next);
    } else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return next + 1;
  }
  throw new JsonEntriesError('truncated', 'the document ends inside a value', at);
}

/** Numbers, `true`, `false`, `null`: up to the next delimiter. */
function literalEnd(document: Uint8Array, at: number): number {
  let end = at;
  for (; end < document.length; end++) {
    const byte = document[end] ?? 0;
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte <= 0x20) break;
  }
  if (end >= document.length) throw new JsonEntriesError('truncated', 'the document ends inside a value', at);
  if (end === at) throw new JsonEntriesError('not-json', 'a value was expected', at);
  return end;
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

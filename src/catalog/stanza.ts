/**
 * deb822(5) as dpkg writes it:
 *
 *   file         = *(stanza / LF)
 *   stanza       = 1*field (LF / end)
 *   field        = name ":" value LF *continuation
 *   name         = 1*(%x21-39 / %x3B-7E), not beginning with "#" or "-", without regard to case
 *   continuation = (SP / TAB) text LF
 */
export interface Stanza {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Values of the wanted fields in their order, without surrounding blanks; only the first line of each. */
  readonly values: readonly (string | undefined)[];
  /** What is wrong in it; the values around are still good. */
  readonly faults: readonly StanzaFault[];
}

export interface StanzaFault {
  readonly line: number;
  readonly text:
    | 'not a field'
    | 'continuation of nothing'
    | 'field twice'
    | 'value too long'
    | 'control character in value'
    | 'end within a line'
    | 'no empty line before the next Package';
}

/** Longest value read, bytes; real ones are below 300. */
const maxValue = 4096;
/** Faults kept of one stanza. */
const maxFaults = 8;
const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const colon = 0x3a;

/**
 * Visits the stanzas of a file in one pass, materialising only the wanted fields (names in lower case; the first, met again,
 * begins a stanza even where the empty line before it is lost). The stanza is the visitor's only
 * until it returns; with false it ends the pass.
 */
export function readStanzas(bytes: Uint8Array, wanted: readonly string[], visit: (stanza: Stanza) => boolean): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names = byLength(wanted);
  const stanza: OpenStanza = { line: 1, values: wanted.map(() => undefined), faults: [] };
  let fields = 0;
  let line = 0;
  for (let at = 0, next = 0; at < buffer.length; at = next) {
    line += 1;
    const feed = buffer.indexOf(lineFeed, at);
    const end = feed < 0 ? buffer.length : feed;
    next = end + 1;
    const first = buffer[at];
    if (at === end || (first === carriageReturn && end === at + 1)) {
      if (fields > 0 && !visit(stanza)) return;
      clear(stanza, line + 1);
      fields = 0;
      continue;
    }
    if (first === space || first === tab) {
      if (fields === 0) {
        fault(stanza, line, 'continuation of nothing');
        fields = 1;
      }
      continue;
    }
    const nameEnd = endOfName(buffer, at, end);
    const slot = nameEnd < 0 ? -1 : slotOf(names, buffer, at, nameEnd);
    if (slot === 0 && stanza.values[0] !== undefined) {
      fault(stanza, line, 'no empty line before the next Package');
      if (!visit(stanza)) return;
      clear(stanza, line);
    }
    fields += 1;
    if (nameEnd < 0) fault(stanza, line, 'not a field');
    if (slot >= 0) take(stanza, slot, buffer, nameEnd + 1, end, line);
    if (slot >= 0 && feed < 0) fault(stanza, line, 'end within a line');
  }
  if (fields > 0) visit(stanza);
}

interface OpenStanza {
  line: number;
  readonly values: (string | undefined)[];
  readonly faults: StanzaFault[];
}

interface Name {
  readonly bytes: Uint8Array;
  readonly slot: number;
}

function clear(stanza: OpenStanza, line: number): void {
  stanza.line = line;
  stanza.values.fill(undefined);
  stanza.faults.length = 0;
}

function fault(stanza: OpenStanza, line: number, text: StanzaFault['text']): void {
  if (stanza.faults.length < maxFaults) stanza.faults.push({ line, text });
}

function byLength(wanted: readonly string[]): Name[][] {
  const table: Name[][] = [];
  for (const [slot, name] of wanted.entries()) {
    (table[name.length] ??= []).push({ bytes: Buffer.from(name), slot });
  }
  return table;
}

/** Offset of the colon, or -1 where the line is no field. */
function endOfName(buffer: Buffer, at: number, end: number): number {
  const first = buffer[at];
  if (first === 0x23 || first === 0x2d) return -1;
  for (let index = at; index < end; index += 1) {
    const byte = buffer[index] ?? 0;
    if (byte === colon) return index > at ? index : -1;
    if (byte <= space || byte >= 0x7f) return -1;
  }
  return -1;
}

function slotOf(names: readonly (readonly Name[] | undefined)[], buffer: Buffer, at: number, end: number): number {
  const candidates = names[end - at];
  if (candidates === undefined) return -1;
  for (const { bytes, slot } of candidates) {
    let index = 0;
    while (index < bytes.length && bytes[index] === ((buffer[at + index] ?? 0) | 0x20)) index += 1;
    if (index === bytes.length) return slot;
  }
  return -1;
}

function take(stanza: OpenStanza, slot: number, buffer: Buffer, from: number, to: number, line: number): void {
  let start = from;
  let end = to;
  while (start < end && isBlank(buffer[start])) start += 1;
  while (end > start && isBlank(buffer[end - 1])) end -= 1;
  if (stanza.values[slot] !== undefined) {
    fault(stanza, line, 'field twice');
  } else if (end - start > maxValue) {
    fault(stanza, line, 'value too long');
  } else {
    // A slice of a buffer decodes to a string of its own: it does not keep the file in memory.
    const value = buffer.toString('utf8', start, end);
    if (/\p{Cc}/u.test(value)) fault(stanza, line, 'control character in value');
    stanza.values[slot] = value;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === tab || byte === carriageReturn;
}

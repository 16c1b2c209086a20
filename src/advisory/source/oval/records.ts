/*
 * An OVAL 5 document on its upper two levels (OVAL definitions schema 5.11, `oval_definitions`):
 *
 *   <oval_definitions> <generator/> <definitions/> <tests/> <objects/> <states/> </oval_definitions>
 *
 * What stands in a section is a record. Documents have up to a few hundred megabytes, a record a few kilobytes: records are
 * found in the bytes and only their places kept.
 */
import { AdvisoryError } from '../../advisory.ts';
import { endOfMarkup, endOfTag, endsEarly, localName, nameAt, notWellFormed } from '../markup.ts';
import { refuseWebPage } from '../packed.ts';

/** Where a record stands in a document. */
export interface RecordPlace {
  /** Without prefix: `definitions`, `tests`. */
  readonly section: string;
  readonly start: number;
  readonly end: number;
}

/** Larger records are none. */
const LONGEST_RECORD = 64 * 2 ** 20;

const LESS = 0x3c;
const SLASH = 0x2f;

/**
 * The records of an OVAL document in their order. Throws `AdvisoryError`: `not-the-format` for another document, and for
 * one that declares a document type, which could define entities; `truncated` for one that ends too early.
 */
export function* recordPlaces(bytes: Uint8Array): Generator<RecordPlace> {
  refuseWebPage(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: string[] = [];
  let isOver = false;
  for (let at = 0; ; ) {
    const start = buffer.indexOf(LESS, at);
    if (start < 0) break;
    const skipped = endOfMarkup(buffer, start);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    if (isOver) throw notOval('there is something after the end of the document');
    const end = endOfTag(buffer, start);
    const name = nameAt(buffer, start);
    if (buffer[start + 1] === SLASH) {
      if (open.pop() !== name) throw notWellFormed();
      isOver = open.length === 0;
      at = end;
    } else if (open.length < 2) {
      if (open.length === 0 && localName(name) !== 'oval_definitions') throw notOval('the feed is no OVAL document');
      const isEmpty = buffer[end - 2] === SLASH;
      if (!isEmpty) open.push(name);
      else if (open.length === 0) isOver = true;
      at = end;
    } else {
      at = endOfRecord(buffer, name, end);
      yield { section: localName(open[1] ?? ''), start, end: at };
    }
  }
  if (isOver) return;
  const isXml = open.length > 0 || buffer.subarray(0, 64).toString('latin1').trim() === '';
  throw isXml ? endsEarly() : notOval('the feed is no OVAL document');
}

/** Records don't hold records of their own kind, so the next closing tag of the name is theirs. */
function endOfRecord(buffer: Buffer, name: string, from: number): number {
  if (buffer[from - 2] === SLASH) return from;
  const closing = `</${name}`;
  for (let at = from; ; ) {
    at = buffer.indexOf(closing, at, 'latin1');
    if (at < 0) throw endsEarly();
    const end = buffer.indexOf(0x3e, at);
    if (end < 0) throw endsEarly();
    if (end - from > LONGEST_RECORD) {
      throw new AdvisoryError('too-large', 'the feed has a value that exceeds the size limit', `byte ${from}`);
    }
    if (buffer.toString('latin1', at + closing.length, Math.min(end, at + closing.length + 64)).trim() === '')
      return end + 1;
    at += closing.length;
  }
}

function notOval(message: string): AdvisoryError {
  return new AdvisoryError('not-the-format', message);
}

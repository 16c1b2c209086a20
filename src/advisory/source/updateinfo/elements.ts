/*
 * An XML document of RPM repository metadata on its upper two levels (XML 1.0, without document types):
 *
 *   document = [ instruction ] *comment "<" root ">" *( element / comment ) "</" root ">"
 *
 * updateinfo.xml has up to a few hundred megabytes, one element of it some kilobytes: only one is read at a time.
 */
import { AdvisoryError } from '../../advisory.ts';
import { endOfMarkup, endOfTag, endsEarly, localName, nameAt, notWellFormed } from '../markup.ts';
import { readElement, type XmlElement } from '../oval/xml.ts';
import { refuseWebPage } from '../packed.ts';

/** Larger elements are none. */
const LONGEST = 256 * 2 ** 20;

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;

/**
 * The elements within the outermost one, which has to be called `root`; the start of its text for one that is not
 * well-formed. Throws `AdvisoryError`, possibly after some elements: `not-the-format` for another document and for one
 * that declares a document type, which could define entities; `truncated` for one that ends too early.
 */
export function* elementsWithin(bytes: Uint8Array, root: string): Generator<XmlElement | string> {
  refuseWebPage(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = openingEnd(buffer, root);
  if (at < 0) return;
  const aside = newAside(buffer);
  for (;;) {
    const start = buffer.indexOf(LESS, at);
    if (start < 0) throw endsEarly();
    const skipped = endOfMarkup(buffer, start);
    if (skipped !== undefined) {
      at = skipped;
    } else if (buffer[start + 1] === SLASH) {
      closeDocument(buffer, start, root);
      return;
    } else {
      at = endOfElement(buffer, start, aside);
      if (at - start > LONGEST) throw tooLarge(start);
      const text = buffer.toString('utf8', start, at);
      yield readElement(text) ?? text.slice(0, 500);
    }
  }
}

/** Behind the opening tag of the outermost element; -1 when it is empty. */
function openingEnd(buffer: Buffer, root: string): number {
  const isXml = buffer.subarray(0, 64).toString('latin1').replace(/^ï»¿/, '').trimStart();
  if (isXml !== '' && !isXml.startsWith('<')) throw foreign(root);
  for (let at = 0; ; ) {
    const start = buffer.indexOf(LESS, at);
    if (start < 0) throw endsEarly();
    const skipped = endOfMarkup(buffer, start);
    if (skipped === undefined) {
      const name = nameAt(buffer, start);
      const end = endOfTag(buffer, start);
      if (localName(name) !== root) throw foreign(root);
      return buffer[end - 2] === SLASH ? -1 : end;
    }
    at = skipped;
  }
}

function closeDocument(buffer: Buffer, start: number, root: string): void {
  const end = endOfTag(buffer, start);
  const name = nameAt(buffer, start);
  if (localName(name) !== root) throw notWellFormed();
  for (let at = end; ; ) {
    const next = buffer.indexOf(LESS, at);
    if (next < 0) return;
    const skipped = endOfMarkup(buffer, next);
    if (skipped === undefined) throw notWellFormed();
    at = skipped;
  }
}

/** Where the next comment and the next section of text begin: looked for once each, not once for each element. */
interface Aside {
  next(from: number): number;
}

function newAside(buffer: Buffer): Aside {
  const openings = ['<!--', '<![CDATA['].map((text) => ({ text, at: -1 }));
  return {
    next(from) {
      let nearest = Number.POSITIVE_INFINITY;
      for (const opening of openings) {
        if (opening.at < from) {
          const found = buffer.indexOf(opening.text, from, 'latin1');
          opening.at = found < 0 ? Number.POSITIVE_INFINITY : found;
        }
        nearest = Math.min(nearest, opening.at);
      }
      return nearest;
    },
  };
}

/** Elements don't hold elements of their own name, so the next closing tag of it outside of comments is theirs. */
function endOfElement(buffer: Buffer, start: number, aside: Aside): number {
  const name = nameAt(buffer, start);
  let at = endOfTag(buffer, start);
  if (buffer[at - 2] === SLASH) return at;
  const closing = `</${name}`;
  for (;;) {
    const found = buffer.indexOf(closing, at, 'latin1');
    if (found < 0) throw endsEarly();
    const skipped = aside.next(at);
    if (skipped < found) {
      at = endOfMarkup(buffer, skipped) ?? skipped + 1;
      continue;
    }
    const next = buffer[found + closing.length];
    if (next === undefined) throw endsEarly();
    if (next === GREATER || next <= 0x20) return endOfTag(buffer, found);
    at = found + closing.length;
  }
}

function foreign(root: string): AdvisoryError {
  return new AdvisoryError('not-the-format', 'the feed is another document', `not <${root}>`);
}

function tooLarge(start: number): AdvisoryError {
  return new AdvisoryError('too-large', 'the feed has a value that exceeds the size limit', `byte ${start}`);
}

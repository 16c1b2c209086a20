/*
 * Markup of XML 1.0 in bytes, as far as it takes to step over it: comments, instructions, sections of text and tags. Document
 * types are refused, since they could define entities.
 */
import { AdvisoryError } from '../advisory.ts';

/** The end of a comment, a section of text or an instruction that starts there; undefined for a tag. Throws `AdvisoryError`. */
export function endOfMarkup(buffer: Buffer, start: number): number | undefined {
  const opening = buffer.toString('latin1', start, start + 9);
  if (opening.startsWith('<!--')) return after(buffer, '-->', start + 4);
  if (opening.startsWith('<?')) return after(buffer, '?>', start + 2);
  if (opening === '<![CDATA[') return after(buffer, ']]>', start + 9);
  if (!opening.startsWith('<!')) return undefined;
  // A document that was cut off within the opening is none that declares anything.
  if (opening.length < 9) throw endsEarly();
  throw new AdvisoryError('not-the-format', 'the document declares a document type');
}

function after(buffer: Buffer, text: string, from: number): number {
  const at = buffer.indexOf(text, from, 'latin1');
  if (at < 0) throw endsEarly();
  return at + text.length;
}

/** Behind the `>` that is not within quotes. Throws `AdvisoryError` `truncated`. */
export function endOfTag(buffer: Buffer, start: number): number {
  let quote = 0;
  for (let at = start + 1; at < buffer.length; at++) {
    const byte = buffer[at] ?? 0;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === 0x22 || byte === 0x27) quote = byte;
    else if (byte === 0x3e) return at + 1;
  }
  throw endsEarly();
}

/** The name in a tag that starts there, with its prefix. Throws `AdvisoryError`. */
export function nameAt(buffer: Buffer, start: number): string {
  const text = buffer.toString('latin1', start, start + 128);
  const name = /^<\/?([^\s/>=<"'&]+)/.exec(text)?.[1];
  if (name === undefined) throw text.length < 3 ? endsEarly() : notWellFormed();
  return name;
}

/** A name without its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** What a document that ends too early is told by. */
export function endsEarly(): AdvisoryError {
  return new AdvisoryError('truncated', 'the feed ends too early');
}

/** What a document whose tags do not fit is told by. */
export function notWellFormed(): AdvisoryError {
  return new AdvisoryError('not-the-format', 'the document is not well-formed');
}

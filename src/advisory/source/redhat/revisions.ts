/*
 * Which documents changed, or were taken away, and when; the latest first:
 *
 *   list = *( line LF )
 *   line = DQUOTE year "/" name ".json" DQUOTE "," DQUOTE time DQUOTE         name = "cve-" year "-" number
 *
 * Quotes may be missing, time is ISO 8601 with an offset.
 */
import { AdvisoryError, type Revision } from '../../advisory.ts';
import { refuseWebPage } from '../packed.ts';

/** Ten times the documents of today. */
const MOST_LINES = 500_000;
/** Longer than any line can be. */
const LINE_BYTES = 200;
const LINE = /^"?(\d{4})\/(cve-\d{4}-\d{4,19})\.json"?,"?(\d{4}-\d\d-\d\dT[\d:.]{5,18}(?:Z|[+-]\d\d:?\d\d))"?\r?$/i;

/**
 * What became of documents below `root`, by the identifiers of their flaws: lines of another shape are of no document.
 * Throws `AdvisoryError` when no line is of that shape, possibly after some when there are too many.
 */
export function* revisionsIn(bytes: Uint8Array, root: string, isThere: boolean): Generator<Revision> {
  refuseWebPage(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [lines, found] = [0, 0];
  for (let start = 0; start < text.length; lines++) {
    if (lines >= MOST_LINES)
      throw new AdvisoryError('too-large', 'the list of documents is too long', `over ${MOST_LINES}`);
    const next = text.indexOf(0x0a, start);
    const end = next < 0 ? text.length : next;
    const revision =
      end - start > LINE_BYTES ? undefined : revisionOf(text.toString('latin1', start, end), root, isThere);
    start = end + 1;
    if (revision === undefined) continue;
    found++;
    yield revision;
  }
  // Something has always changed, but nothing may have been taken away.
  if (found === 0 && (lines > 0 || isThere)) throw new AdvisoryError('not-the-format', 'the list names no documents');
}

function revisionOf(line: string, root: string, isThere: boolean): Revision | undefined {
  const [, year, name = '', time = ''] = LINE.exec(line) ?? [];
  const date = new Date(time);
  if (year === undefined || Number.isNaN(date.getTime())) return undefined;
  const url = `${root}${year}/${name.toLowerCase()}.json`;
  return { id: name.toUpperCase(), at: date.toISOString(), ...(isThere ? { url } : {}) };
}

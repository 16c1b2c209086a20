import { createHash } from 'node:crypto';
import { limits } from '../../internal/limit.ts';
import { algorithmOf } from '../digest.ts';
import { ImageError } from '../image.ts';
import { TarWalker } from '../layer/tar.ts';
import type { Contents } from './content.ts';
import type { Fetcher } from './fetcher.ts';
import { inflateSpan, type Span } from './soci-span.ts';
import type { Ztoc } from './soci-ztoc.ts';
import type { Chunk, TocEntry } from './toc.ts';

/** Unpacked spans that are held, bytes. */
const heldBytes = 64 << 20;
/** Compressed bytes of a large file that are fetched at once. */
const aheadBytes = 4 << 20;
const blockBytes = 512;

/**
 * Reads files of a gzip layer by its spans, each verified whole. What stands between the files in a span, the headers of the
 * tar, is compared with the table. Throws `corrupt` where a span is not what the table says, or the tar in it. With them
 * comes a fetcher that knows which spans need not be fetched any more.
 */
export function spanContents(inner: Fetcher, ztoc: Ztoc): { contents: Contents; fetcher: Fetcher } {
  const plain = plainSpans(inner, ztoc);
  const fetcher: Fetcher = {
    ...inner,
    prefetch: (ranges) => inner.prefetch(ranges.filter(({ offset }) => !plain.holds(offset))),
    ahead: (ranges) => inner.ahead(ranges.filter(({ offset }) => !plain.holds(offset))),
    holds: (range) => plain.holds(range.offset) || inner.holds(range),
  };
  const part = async ({ offset, skip, size }: Chunk): Promise<Buffer> =>
    (await plain.at(offset)).subarray(skip, skip + size);
  const contents: Contents = {
    async head(file, bytes) {
      const pieces: Buffer[] = [];
      for (const chunk of among(file, bytes)) pieces.push((await part(chunk)).subarray(0, bytes - chunk.at));
      return Buffer.concat(pieces);
    },
    headRanges: (file, bytes) => among(file, bytes),
    async pass({ chunks }, from, take) {
      for (const [index, chunk] of chunks.entries()) {
        if (chunk.at + chunk.size <= from) continue;
        if (!fetcher.holds(chunk)) await fetcher.ahead(following(chunks, index));
        if (!take(await part(chunk), chunk.at)) return;
      }
    },
  };
  return { contents, fetcher };
}

function among({ chunks }: TocEntry, bytes: number): readonly Chunk[] {
  return chunks.filter(({ at }) => at < bytes);
}

function following(chunks: readonly Chunk[], from: number): Chunk[] {
  let left = aheadBytes;
  return chunks.slice(from, from + 64).filter(({ length }, index) => (left -= length) >= 0 || index === 0);
}

interface PlainSpans {
  /** Whether the span that begins there in the blob is held. */
  holds(offset: number): boolean;
  at(offset: number): Promise<Buffer>;
}

function plainSpans(fetcher: Fetcher, { entries, spans, size: end }: Ztoc): PlainSpans {
  const byOffset = new Map(spans.map((span, index) => [span.offset, { span, index }]));
  // In the order in which they were last used.
  const held = new Map<number, Buffer>();
  let [bytes, unpacked] = [0, 0];
  const make = async ({ span, index }: { span: Span; index: number }): Promise<Buffer> => {
    const packed = await fetcher.read(span.offset, span.length);
    verify(packed, span);
    const plain = inflateSpan(packed, span);
    unpacked += plain.length;
    if (unpacked > limits.bombBytes && unpacked > fetcher.fetched() * limits.bombRatio)
      throw new ImageError('limit-exceeded', 'The parts of a layer unpack to too much', `over ${unpacked} bytes`);
    const before = held.get(spans[index - 1]?.offset ?? -1);
    checkHeaders(plain, span, entries, end, before);
    checkWindow(before, span);
    checkWindow(plain, spans[index + 1]);
    return plain;
  };
  return {
    holds: (offset) => held.has(offset),
    async at(offset) {
      const found = byOffset.get(offset);
      if (found === undefined) throw new TypeError('no span begins there');
      const plain = held.get(offset) ?? (await make(found));
      bytes += held.delete(offset) ? 0 : plain.length;
      held.set(offset, plain);
      for (const [first, other] of held) {
        if (bytes <= heldBytes || first === offset) break;
        held.delete(first);
        bytes -= other.length;
      }
      return plain;
    },
  };
}

function verify(packed: Uint8Array, { digest, offset }: Span): void {
  const algorithm = algorithmOf(digest);
  if (`${algorithm}:${createHash(algorithm).update(packed).digest('hex')}` === digest) return;
  // Who vouches for the table vouches less than the manifest does for the blob, whose digest tells what is wrong.
  throw new ImageError('corrupt', 'A part of a layer does not have the digest that its table gives', `at ${offset}`);
}

/** Compares what a span refers back to with what stands there, where that was read. Throws `corrupt`. */
function checkWindow(before: Buffer | undefined, span: Span | undefined): void {
  if (before === undefined || span === undefined) return;
  const tail = before.subarray(-span.window.length);
  if (span.window.length === 0 || span.window.subarray(-tail.length).equals(tail)) return;
  throw new ImageError('corrupt', 'A part of a layer does not follow the one before it', `at ${span.offset}`);
}

/** Compares the headers in a span, if they do not begin before what was read, and the end of the archive with the table. */
function checkHeaders(
  plain: Buffer,
  span: Span,
  entries: readonly TocEntry[],
  end: number,
  before: Buffer = Buffer.alloc(0),
): void {
  let index = firstFrom(entries, span.at);
  let from = endOf(entries[index - 1]);
  for (; index <= entries.length; index++) {
    const stated = entries[index]?.entry;
    const to = stated?.offset ?? Math.max(end, from);
    if (to > span.at + plain.length) return;
    const start = from - span.at;
    if (start >= 0) checkBetween(plain.subarray(start, to - span.at), stated);
    else if (-start <= before.length)
      checkBetween(Buffer.concat([before.subarray(start), plain.subarray(0, to - span.at)]), stated);
    from = endOf(entries[index]);
  }
}

/** What stands between two files is the header of the second alone, behind the last nothing. */
function checkBetween(headers: Buffer, stated: TocEntry['entry'] | undefined): void {
  let found = 0;
  const walker = new TarWalker(({ name, kind, size, linkName, offset }) => {
    found++;
    const same =
      name === stated?.name &&
      kind === stated.kind &&
      size === stated.size &&
      linkName === stated.linkName &&
      offset === headers.length;
    if (!same) throw new ImageError('corrupt', 'The archive is not what its table of contents says', name);
    return undefined;
  });
  walker.write(headers);
  if (found !== (stated === undefined ? 0 : 1))
    throw new ImageError('corrupt', 'The archive is not what its table of contents says', stated?.name);
}

/** Where the content of an entry ends in the tar, padded. */
function endOf(entry: TocEntry | undefined): number {
  return entry === undefined ? 0 : Math.ceil((entry.entry.offset + entry.entry.size) / blockBytes) * blockBytes;
}

/** The first entry whose content begins at or behind a place of the tar. */
function firstFrom(entries: readonly TocEntry[], at: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.entry.offset ?? 0) >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}

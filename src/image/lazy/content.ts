import { createHash } from 'node:crypto';
import { limits } from '../../internal/limit.ts';
import { algorithmOf } from '../digest.ts';
import { ImageError } from '../image.ts';
import type { Fetcher, Range } from './fetcher.ts';
import type { Chunk, TocEntry } from './toc.ts';
import { type Unpacking, unpacking } from './unpack.ts';

/** Reads files of a layer by their chunks. Throws `ImageError`: `digest-mismatch` where a chunk is not what the table says. */
export interface Contents {
  /** The first bytes of a file, at least so many unless it has fewer; what of them is no whole chunk is not verified. */
  head(file: TocEntry, bytes: number): Promise<Buffer>;
  /** The ranges that `head` wants. */
  headRanges(file: TocEntry, bytes: number): readonly Range[];
  /**
   * Passes the chunks from a place of the file on to its end, verified; ends with the chunk in which `false` is answered.
   * `behind` is shown what stands in a gzip member behind the last of them.
   */
  pass(
    file: TocEntry,
    from: number,
    take: (piece: Uint8Array, at: number) => boolean,
    behind?: (bytes: Buffer) => void,
  ): Promise<void>;
}

/** Of compressed bytes fetched at once where a chunk is larger. */
const sliceBytes = 2 << 20;
/** Of headers behind a file that are compared. */
const behindBytes = 256 << 10;
/** More than a gzip member needs for so many bytes of content that can't be compressed. */
const gzipOverhead = 256;
/** A whole block of zstd, without which nothing unpacks (RFC 8878, 3.1.1.2: 128 KiB), and headers. */
const zstdBlock = (128 << 10) + 64;

/** The contents of a blob; what unpacks to more than any sound layer would is refused. */
export function contentsOf(fetcher: Fetcher, codec: 'gzip' | 'zstd'): Contents {
  const chunks = chunkReader(fetcher, codec);
  return {
    async head(file, bytes) {
      const pieces: Buffer[] = [];
      for (const part of file.chunks) {
        if (part.at >= bytes) break;
        pieces.push(await chunks.start(part, bytes));
      }
      return Buffer.concat(pieces);
    },
    headRanges: (file, bytes) =>
      file.chunks
        .filter(({ at, zeros: nothing }) => at < bytes && !nothing)
        .map((part) => ({ offset: part.offset, length: headLength(part, bytes, codec) })),
    async pass(file, from, take, behind) {
      let more = true;
      for (const [index, part] of file.chunks.entries()) {
        if (part.at + part.size <= from) continue;
        if (!more) return;
        await lookAhead(fetcher, file.chunks, index);
        let at = part.at;
        const see = (piece: Uint8Array): void => {
          if (more) more = take(piece, at);
          at += piece.length;
        };
        await chunks.whole(part, see, part === file.chunks.at(-1) && codec === 'gzip' ? behind : undefined);
      }
    },
  };
}

/** Fetches a chunk that is not held with those after it, where there are many small ones. */
async function lookAhead(fetcher: Fetcher, chunks: readonly Chunk[], from: number): Promise<void> {
  const part = chunks[from];
  if (part === undefined || part.zeros || fetcher.holds(part)) return;
  const batch: Chunk[] = [];
  let left = sliceBytes;
  for (let index = from; left > 0; index++) {
    const one = chunks[index];
    if (one === undefined || one.length > left) break;
    left -= one.length;
    if (!one.zeros) batch.push(one);
  }
  if (batch.length > 1) await fetcher.ahead(batch);
}

interface ChunkReader {
  /** Passes a chunk whole, and verifies it; shows what else is in its member. */
  whole(part: Chunk, take: (piece: Uint8Array) => void, behind?: (bytes: Buffer) => void): Promise<void>;
  /** Of a chunk what is among the first bytes of its file. */
  start(part: Chunk, bytes: number): Promise<Buffer>;
}

function chunkReader(fetcher: Fetcher, codec: 'gzip' | 'zstd'): ChunkReader {
  let plain = 0;
  const count = (bytes: number): void => {
    plain += bytes;
    if (plain > limits.bombBytes && plain > fetcher.fetched() * limits.bombRatio) {
      throw new ImageError('limit-exceeded', 'The chunks of a layer unpack to too much', `over ${plain} bytes`);
    }
  };
  const whole: ChunkReader['whole'] = async (part, take, behind) => {
    count(part.skip + part.size);
    const hash = createHash(algorithmOf(part.digest));
    const rest: Buffer[] = [];
    let left = part.size;
    const see = (piece: Uint8Array): void => {
      const own = piece.subarray(0, left);
      left -= own.length;
      hash.update(own);
      if (own.length > 0) take(own);
      if (own.length < piece.length) rest.push(Buffer.from(piece.subarray(own.length)));
    };
    if (part.zeros) zeros(part.size, see);
    else {
      const all = part.size + (behind === undefined ? 0 : behindBytes);
      await unpackFrom(fetcher, part, part.length, unpacking(codec, part.skip, all), see);
    }
    if (left > 0) throw cutShort(part);
    check(hash.digest('hex'), part);
    behind?.(Buffer.concat(rest));
  };
  return {
    whole,
    async start(part, bytes) {
      const wanted = Math.min(part.size, bytes - part.at);
      if (part.zeros) return Buffer.alloc(wanted);
      const pieces: Buffer[] = [];
      let left = wanted;
      const take = (piece: Uint8Array): void => {
        if (left > 0) pieces.push(Buffer.from(piece.subarray(0, left)));
        left -= piece.length;
      };
      const length = headLength(part, bytes, codec);
      // What is fetched of a whole chunk for its first bytes is verified too.
      if (length === part.length) await whole(part, take);
      else {
        count(part.skip + wanted);
        await unpackFrom(fetcher, part, length, unpacking(codec, part.skip, wanted), take);
        if (left > 0) {
          // Compressed so badly that more bytes are needed than were thought.
          pieces.length = 0;
          left = wanted;
          await whole(part, take);
        }
      }
      return Buffer.concat(pieces);
    },
  };
}

/** How many of a chunk's compressed bytes show the first bytes of its file. */
function headLength({ at, skip, length }: Chunk, bytes: number, codec: 'gzip' | 'zstd'): number {
  const needed = bytes - at + skip;
  return Math.min(length, codec === 'gzip' ? needed + (needed >> 10) + gzipOverhead : needed + zstdBlock);
}

function zeros(size: number, take: (piece: Uint8Array) => void): void {
  const piece = Buffer.alloc(Math.min(size, 64 << 10));
  for (let left = size; left > 0; left -= piece.length) take(piece.subarray(0, left));
}

async function unpackFrom(
  fetcher: Fetcher,
  { offset }: Chunk,
  length: number,
  unpacked: Unpacking,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  try {
    // All that is held is taken at once.
    for (let at = 0; at < length && unpacked.left() > 0; ) {
      const slice = at === 0 && length <= sliceBytes ? length : Math.min(sliceBytes, length - at);
      const packed = await fetcher.read(offset + at, slice);
      for (const piece of unpacked.write(packed)) take(piece);
      at += slice;
    }
  } finally {
    unpacked.close();
  }
}

function cutShort({ offset }: Chunk): ImageError {
  return new ImageError('corrupt', 'A chunk of a layer is shorter than its table of contents says', `at ${offset}`);
}

function check(computed: string, { digest, offset }: Chunk): void {
  const algorithm = algorithmOf(digest);
  if (`${algorithm}:${computed}` === digest) return;
  throw new ImageError(
    'digest-mismatch',
    'A chunk of a layer does not have the digest that its table of contents gives',
    `at ${offset}: stated ${digest}, computed ${algorithm}:${computed}`,
  );
}

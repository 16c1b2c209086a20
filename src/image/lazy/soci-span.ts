// A span is the part of a gzip member from one block of deflate to another (SOCI index, "zInfo"; as zlib's example zran.c):
// its first block may begin within a byte, of which the `bits` highest bits are then its first. zlib can be given such bits
// (inflatePrime), Node.js cannot. So empty blocks that end at the wanted bit are put in front (RFC 1951, 3.2.3):
//   fixed   = BFINAL=0 BTYPE=01 end-of-block                  ; 10 bits
//   dynamic = BFINAL=0 BTYPE=10 code-lengths end-of-block     ; 93 bits, for odd numbers of bits
// Shifting the bits instead would be wrong: stored blocks begin at a byte of the original.
import { constants, inflateRawSync } from 'node:zlib';
import { ImageError } from '../image.ts';

/** A part of a layer that can be fetched, verified and unpacked by itself. */
export interface Span {
  /** The compressed bytes; the last of a span may be the first of the next, too. */
  readonly offset: number;
  readonly length: number;
  /** Of the first byte so many of the highest bits are the span's; 0: all. */
  readonly bits: number;
  /** What it unpacks to: offset and bytes in the tar; of the last span, how many at least. */
  readonly at: number;
  readonly size: number;
  /** What stands before it in the tar. */
  readonly window: Buffer;
  /** Of the compressed bytes. */
  readonly digest: string;
  readonly isLast: boolean;
}

/** Plain bytes of a span: they are 4 MiB and a block, unless its maker was told otherwise. */
export const maximumSpan: number = 64 << 20;

/** Unpacks a span. Throws `ImageError` (`corrupt`) where it is not what it should be. */
export function inflateSpan(packed: Uint8Array, span: Span): Buffer {
  const { bits, size, window, isLast } = span;
  const most = isLast ? maximumSpan : size;
  let plain: Buffer;
  try {
    plain = inflateRawSync(bits === 0 ? packed : primed(packed, bits), {
      ...(window.length === 0 ? {} : { dictionary: window }),
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: most,
      chunkSize: Math.max(constants.Z_MIN_CHUNK, size + 1),
    });
  } catch (cause) {
    throw wrong(span, cause);
  }
  if (plain.length < size) throw wrong(span);
  return plain;
}

function wrong({ offset }: Span, cause?: unknown): ImageError {
  return new ImageError('corrupt', 'A part of a layer does not unpack to what its table says', `at ${offset}`, cause);
}

function primed(packed: Uint8Array, bits: number): Buffer {
  const before = blocksOf(8 - bits);
  const joined = Buffer.concat([before, packed.subarray(1)]);
  const last = before.length - 1;
  const first = (packed[0] ?? 0) >> (8 - bits);
  joined[last] = (before[last] ?? 0) | (first << (8 - bits));
  return joined;
}

const made = new Map<number, Buffer>();

/** Empty blocks that end so many bits into their last byte. */
function blocksOf(into: number): Buffer {
  const known = made.get(into);
  if (known !== undefined) return known;
  let bits = into % 2 === 1 ? dynamicBlock() : '';
  while (bits.length % 8 !== into) bits += '0100000000';
  const blocks = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.split('').entries()) {
    if (bit === '1') blocks[index >> 3] = (blocks[index >> 3] ?? 0) | (1 << (index & 7));
  }
  made.set(into, blocks);
  return blocks;
}

/** A number as deflate has them: the lowest bit first. */
function binary(value: number, length: number): string {
  return value.toString(2).padStart(length, '0').split('').toReversed().join('');
}

/** A block whose codes are the end of the block alone (RFC 1951, 3.2.7), as the bits follow each other. */
function dynamicBlock(): string {
  // 257 literals and lengths, one distance, and the lengths of the codes for lengths up to that of 1, the 18th.
  const header = `001${binary(0, 5)}${binary(0, 5)}${binary(18 - 4, 4)}`;
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];
  const lengths = order.map((symbol) => binary(symbol === 1 ? 1 : symbol === 18 || symbol === 0 ? 2 : 0, 3)).join('');
  const [one, none, zeros] = ['0', '10', '11'];
  // 256 literals without a code, the end of the block with one of one bit, no distance.
  const codes = `${zeros}${binary(138 - 11, 7)}${zeros}${binary(118 - 11, 7)}${one}${none}`;
  return `${header}${lengths}${codes}0`;
}

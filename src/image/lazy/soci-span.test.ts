import { createHash, randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../../test/images/deflate-blocks.ts';
import { digestOf } from '../../../test/images/oci-image.ts';
import { inflateSpan, maximumSpan, type Span } from './soci-span.ts';

const words = Array.from({ length: 40_000 }, (_, index) => createHash('md5').update(String(index)).digest('hex')).join(
  ' ',
);
const text = Buffer.from(words.replaceAll(/[0-9]/g, 'e'));
const noise = randomBytes(200_000);
const mixed = Buffer.concat([
  text.subarray(0, 300_000),
  noise,
  text.subarray(0, 300_000),
  Buffer.alloc(400_000),
  noise,
]);

const streams: readonly [string, Buffer, object][] = [
  ['text in usual blocks', text, {}],
  ['text in many small blocks', text.subarray(0, 500_000), { memLevel: 1, level: 9 }],
  ['text in blocks of fixed codes', text.subarray(0, 400_000), { strategy: constants.Z_FIXED, memLevel: 1 }],
  ['noise, text and zeros', mixed, { memLevel: 2 }],
  ['stored', noise, { level: 0 }],
];

/** The spans from every block to the next but one, and from the last to the end. */
function spansIn(stream: Buffer, plain: Buffer): Span[] {
  const blocks = blocksOf(stream);
  return blocks.map(({ bit, out, isLast }, index) => {
    const next = blocks[index + 2];
    const start = Math.floor(bit / 8);
    const size = (next?.out ?? plain.length) - out;
    const end = next === undefined ? stream.length : Math.ceil(next.bit / 8);
    const window = Buffer.alloc(Math.min(1, out) * 32_768);
    plain.copy(window, window.length - Math.min(out, 32_768), Math.max(0, out - 32_768), out);
    const bits = (8 - (bit % 8)) % 8;
    const last = isLast || next === undefined;
    return { offset: start, length: end - start, bits, at: out, size, window, digest: '', isLast: last };
  });
}

const packedOf = (stream: Buffer, { offset, length }: Span): Buffer => stream.subarray(offset, offset + length);

describe('a span of a stream of', () => {
  const seen = new Set<string>();
  it.each(streams)('%s unpacks from any block', (_name, plain, how) => {
    const stream = deflateRawSync(plain, how);
    for (const span of spansIn(stream, plain)) {
      const unpacked = inflateSpan(packedOf(stream, span), span);
      expect(digestOf(unpacked)).toBe(digestOf(plain.subarray(span.at, span.at + span.size)));
    }
    const types = new Map(blocksOf(stream).map(({ bit, type }) => [bit % 8, type] as const));
    for (const [into, type] of types) seen.add(`${into}`).add(type);
  });
  it('all of these began at each of the eight bits, in blocks of each kind', () => {
    expect([...seen].toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', 'dynamic', 'fixed', 'stored']);
  });
});

describe('a span that is not what it should be', () => {
  const stream = deflateRawSync(text, { memLevel: 1 });
  const span = spansIn(stream, text).find(({ bits, isLast }) => bits === 3 && !isLast);
  if (span === undefined) throw new Error('no span begins at such a bit');
  const packed = packedOf(stream, span);
  it.each<[string, Buffer, Partial<Span>]>([
    ['of more bytes', packed, { size: span.size - 1 }],
    ['of fewer bytes', packed, { size: span.size + 1 }],
    ['from another bit', packed, { bits: 2 }],
    ['of nothing', Buffer.alloc(0), {}],
    ['of noise', Buffer.alloc(1000, 0xff), {}],
    ['that is cut off', packed.subarray(0, 10), {}],
  ])('%s is refused', (_name, bytes, change) => {
    expect(() => inflateSpan(bytes, { ...span, ...change })).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
  it('another window gives other bytes', () => {
    const other = inflateSpan(packed, { ...span, window: Buffer.alloc(32_768) });
    expect(other.equals(text.subarray(span.at, span.at + span.size))).toBe(false);
  });
  it('a last one that grows without end is refused', () => {
    const bomb = deflateRawSync(Buffer.alloc(maximumSpan + 1));
    const last = { ...span, bits: 0, window: Buffer.alloc(0), size: 1, isLast: true };
    expect(() => inflateSpan(bomb, last)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
});

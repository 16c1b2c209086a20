import { createHash, randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../image.ts';
import type { ByteSource } from './byte-source.ts';
import { handleDecoder } from './decoder.ts';
import { pump } from './pump.ts';

const kinds = ['gzip', 'zstd'] as const;
const pack = { gzip: (bytes: Buffer) => gzipSync(bytes), zstd: (bytes: Buffer) => zstdCompressSync(bytes) };

/** Bytes that compress somewhat, over several of the pump's buffers. */
const plain = Buffer.concat(
  Array.from({ length: 40 }, (_, i) => Buffer.concat([Buffer.alloc(60_000, i), randomBytes(40_000)])),
);

function sourceOf(bytes: Buffer, piece = bytes.length): ByteSource {
  let at = 0;
  return {
    read(into) {
      const length = Math.min(into.length, piece, bytes.length - at);
      bytes.copy(into, 0, at, at + length);
      at += length;
      return length;
    },
    close: () => undefined,
  };
}

interface Options {
  readonly publicApi?: boolean;
  readonly overlap?: () => boolean;
  readonly piece?: number;
}

async function unpack(
  kind: 'gzip' | 'zstd' | 'none',
  packed: Buffer,
  { publicApi = false, overlap = () => true, piece }: Options = {},
): Promise<string> {
  const hash = createHash('sha256');
  const stored = createHash('sha256');
  await pump(sourceOf(packed, piece), {
    compression: kind,
    publicApi,
    overlap,
    onPlain: (chunk) => void hash.update(chunk),
    onStored: (chunk) => void stored.update(chunk),
  });
  expect(stored.digest('hex')).toBe(sha256(packed));
  return hash.digest('hex');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

let toggle = false;
const ways: readonly [string, Options][] = [
  ['overlapped', {}],
  ['on one thread', { overlap: () => false }],
  ['changing gear at each chunk', { overlap: () => (toggle = !toggle) }],
  ['in small pieces', { piece: 777 }],
  ['over the public API', { publicApi: true }],
];

describe.each(kinds)('%s', (kind) => {
  const members = Buffer.concat([
    pack[kind](plain),
    pack[kind](Buffer.alloc(0)),
    pack[kind](plain.subarray(0, 70_000)),
  ]);
  const both = Buffer.concat([plain, plain.subarray(0, 70_000)]);

  it('runs on the native handle on this Node', () => {
    const decoder = handleDecoder(kind);
    expect(decoder).toBeDefined();
    decoder?.close();
  });

  it.each(ways)('gives the bytes back %s', async (_, options) => {
    expect(await unpack(kind, pack[kind](plain), options)).toBe(sha256(plain));
  });

  it.each(ways)('reads on after the end of a member or frame %s', async (_, options) => {
    // Node's own zstd stream can't: then it is said.
    const expected = kind === 'zstd' && options.publicApi ? 'unsupported-media-type' : sha256(both);
    expect(await unpack(kind, members, options).catch((error: unknown) => (error as ImageError).code)).toBe(expected);
  });

  it.each(ways)('says when the bytes are damaged %s', async (_, options) => {
    const broken = pack[kind](plain);
    // The middle of a deflate stream; the block headers of a zstd frame, whose literals have no check of their own.
    for (let at = kind === 'gzip' ? broken.length >> 1 : 4; at < broken.length; at += 1000)
      broken.fill(0xff, at, Math.min(at + 900, broken.length));
    await expect(unpack(kind, broken, options)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it.each(ways)('refuses a bomb before it is through %s', async (_, options) => {
    const zeros = pack[kind](Buffer.alloc(64 << 20));
    const bomb = Buffer.concat(Array.from({ length: 400 }, () => zeros));
    await expect(unpack(kind, bomb, options)).rejects.toMatchObject({ code: 'limit-exceeded' });
  });
});

describe('plain bytes', () => {
  it('pass as they are', async () => {
    expect(await unpack('none', plain)).toBe(sha256(plain));
  });
  it('errors of the consumer are passed on', async () => {
    const failing = pump(sourceOf(gzipSync(plain)), {
      compression: 'gzip',
      overlap: () => true,
      onStored: () => undefined,
      onPlain: () => {
        throw new ImageError('corrupt', 'of the consumer');
      },
    });
    await expect(failing).rejects.toThrow('of the consumer');
  });
});

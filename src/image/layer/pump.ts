import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { limits } from '../../internal/limit.ts';
import { ImageError } from '../image.ts';
import type { ByteSource } from './byte-source.ts';
import type { Compression } from './compression.ts';
import { type Decoder, handleDecoder } from './decoder.ts';

const inputBytes = 256 << 10;
const outputBytes = 1 << 20;
/** After so many inputs whoever else has work on this thread (progress, an interrupt) gets a turn. */
const inputsPerTurn = 32;

/** Takes bytes on their way; what it is given is overwritten afterwards. */
export type Consumer = (chunk: Uint8Array) => void;

/** What to do with the bytes of one layer as they pass. */
export interface PumpOptions {
  readonly compression: Compression;
  /** Bytes as stored. */
  readonly onStored: Consumer;
  /** Bytes as unpacked. */
  readonly onPlain: Consumer;
  /** Asked at each chunk: whether another core is free to decompress the next one while this thread consumes the last. */
  readonly overlap: () => boolean;
  /** Uses the public stream API, for the test that compares the two. */
  readonly publicApi?: boolean;
}

/** Passes all bytes of a source through decompression. Throws `ImageError` (`corrupt`, `limit-exceeded`). */
export async function pump(source: ByteSource, options: PumpOptions): Promise<void> {
  const { compression } = options;
  if (compression === 'none') return pumpPlain(source, options);
  const guard = bombGuard(options);
  const decoder = options.publicApi ? undefined : handleDecoder(compression);
  if (decoder === undefined) return pumpStream(source, guard, compression);
  try {
    await pumpDecoder(source, guard, decoder);
  } finally {
    decoder.close();
  }
}

async function pumpPlain(source: ByteSource, { onStored, onPlain }: PumpOptions): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(outputBytes);
  for (let inputs = 1; ; inputs++) {
    if (inputs % inputsPerTurn === 0) await setImmediate();
    const length = await source.read(buffer);
    if (length === 0) return;
    const chunk = buffer.subarray(0, length);
    onStored(chunk);
    onPlain(chunk);
  }
}

function bombGuard(options: PumpOptions): PumpOptions {
  let stored = 0;
  let plain = 0;
  return {
    ...options,
    onStored(chunk) {
      stored += chunk.length;
      options.onStored(chunk);
    },
    onPlain(chunk) {
      plain += chunk.length;
      if (plain > limits.bombBytes && plain > stored * limits.bombRatio) {
        throw new ImageError(
          'limit-exceeded',
          'A layer unpacks to so much more than its size that it must be a bomb',
          `${stored} bytes to over ${plain}`,
        );
      }
      options.onPlain(chunk);
    },
  };
}

/** Two gears: decompress here, or on libuv's pool while the chunk before is consumed here. */
async function pumpDecoder(source: ByteSource, options: PumpOptions, decoder: Decoder): Promise<void> {
  const input = Buffer.allocUnsafeSlow(inputBytes);
  const outputs = [Buffer.allocUnsafeSlow(outputBytes), undefined];
  let turn = 0;
  let pending: Uint8Array | undefined;
  for (let inputs = 1; ; inputs++) {
    if (inputs % inputsPerTurn === 0) await setImmediate();
    const length = await source.read(input);
    if (length === 0) break;
    let hashed = false;
    let offset = 0;
    for (let more = true; more; ) {
      const output = (outputs[turn] ??= Buffer.allocUnsafeSlow(outputBytes));
      const overlapped = options.overlap();
      const started = overlapped ? decoder.start(input, offset, length - offset, output) : undefined;
      started?.catch(() => undefined);
      if (!hashed) options.onStored(input.subarray(0, length));
      hashed = true;
      if (pending) options.onPlain(pending);
      const { consumed, produced } = started ? await started : decoder.step(input, offset, length - offset, output);
      pending = output.subarray(0, produced);
      if (overlapped) turn ^= 1;
      else {
        options.onPlain(pending);
        pending = undefined;
      }
      offset += consumed;
      // A zstd frame that ends leaves the next one untouched; what nothing moves is padding after the last member.
      more = produced === output.length || (offset < length && consumed + produced > 0);
    }
  }
  if (pending) options.onPlain(pending);
}

/** The same over the public API, where the handle is not what it was. */
async function pumpStream(source: ByteSource, options: PumpOptions, compression: 'gzip' | 'zstd'): Promise<void> {
  const decoder = (compression === 'gzip' ? createGunzip : createZstdDecompress)({ chunkSize: outputBytes });
  let given = 0;
  async function* stored(): AsyncGenerator<Buffer> {
    for (;;) {
      const input = Buffer.allocUnsafeSlow(inputBytes);
      const length = await source.read(input);
      if (length === 0) return;
      options.onStored(input.subarray(0, length));
      given += length;
      yield input.subarray(0, length);
    }
  }
  try {
    await pipeline(stored, decoder, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) options.onPlain(chunk);
    });
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new ImageError('corrupt', 'A compressed layer cannot be decompressed', `${compression}: ${detail}`, error);
  }
  // Node's zstd stream ends with the first frame and leaves the others without a word.
  if (compression === 'zstd' && decoder.bytesWritten < given) {
    throw new ImageError(
      'unsupported-media-type',
      'This Node.js reads only the first of several zstd frames; use Node.js 24',
      'zstd',
    );
  }
}

import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { bunzip } from './bzip2.ts';
import { tooLarge, UnpackError } from './unpack-error.ts';
import { tarFiles } from './untar.ts';
import { ZipError, type ZipLimits, zipEntries } from './zip.ts';

export { UnpackError } from './unpack-error.ts';

/** How much an archive may ask of us. */
export type PackedLimits = ZipLimits;

/** One file of an archive. */
export interface PackedEntry {
  /** As stored, with no meaning as a path; names may repeat. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How a file is packed, by its magic number. */
export type Packing = 'gzip' | 'zstd' | 'xz' | 'bzip2';

const CHUNK_BYTES = 1 << 20;

/** RFC 1952 2.3.1; RFC 8878 3.1.1 and 3.1.2; the .xz file format 1.2.1, 2.1.1.1; bzip2. */
export function packingOf(bytes: Uint8Array): Packing | undefined {
  const word = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 6)).toString('latin1');
  if (word.startsWith('\x1f\x8b')) return 'gzip';
  if (word.startsWith('\xfd7zXZ\0')) return 'xz';
  if (/^BZh[1-9]/.test(word)) return 'bzip2';
  const isFrame = word.startsWith('\x28\xb5\x2f\xfd') || (/^[P-_]/.test(word) && word.startsWith('\x2a\x4d\x18', 1));
  return isFrame ? 'zstd' : undefined;
}

/**
 * The bytes out of gzip, zstd, xz or bzip2, with all members of the file; other bytes as they are. Throws `UnpackError`:
 * `too-large` for more than `maxBytes`.
 */
export async function unpack(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  if (packingOf(bytes) === undefined) return bytes;
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpackedChunks(bytes, maxBytes)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/**
 * The files of a ZIP archive, or of a tar in any of the packings, one in memory at a time; folders and links are passed
 * over. Throws `UnpackError`, possibly after some files: what came before is not to be used then.
 */
export async function* packedEntries(bytes: Uint8Array, limits: PackedLimits): AsyncGenerator<PackedEntry> {
  if (Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 2)).toString('latin1') !== 'PK') {
    yield* tarFiles(unpackedChunks(bytes, limits.totalBytes), limits);
    return;
  }
  try {
    yield* zipEntries(bytes, limits);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    const code = error.code === 'not-a-zip' ? 'not-an-archive' : error.code;
    const place = error.entry === undefined ? undefined : `entry ${error.entry}`;
    throw new UnpackError(code, error.message, place, error);
  }
}

/** What comes out of the packing, in pieces, none of which is overwritten; at most `maxBytes`. Throws `UnpackError`. */
export async function* unpackedChunks(bytes: Uint8Array, maxBytes: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of plainChunks(bytes, maxBytes)) {
    total += chunk.length;
    if (total > maxBytes) throw tooLarge(maxBytes);
    if (chunk.length > 0) yield chunk;
  }
}

async function* plainChunks(bytes: Uint8Array, maxBytes: number): AsyncGenerator<Uint8Array> {
  const packing = packingOf(bytes);
  if (packing === undefined) yield bytes;
  else if (packing === 'bzip2') yield* bunzip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), maxBytes);
  else if (packing === 'xz') yield* unxz(bytes);
  else yield* inflated(bytes, packing);
}

/** Node's gzip stream reads all members, its zstd stream the first frame only. */
async function* inflated(bytes: Uint8Array, packing: 'gzip' | 'zstd'): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; ) {
    const rest = bytes.subarray(start);
    if (packingOf(rest) !== packing) {
      if (rest.every((byte) => byte === 0)) return;
      throw new UnpackError('corrupt', 'the packed file has something else at its end', packing);
    }
    const decoder: Gunzip | ZstdDecompress =
      packing === 'gzip' ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
    decoder.end(rest);
    try {
      for await (const chunk of decoder) yield chunk as Buffer;
    } catch (error) {
      throw failure(error, packing);
    }
    if (decoder.bytesWritten === 0) throw new UnpackError('corrupt', 'the packed file is damaged', packing);
    start += decoder.bytesWritten;
  }
}

async function* unxz(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const { default: xz } = await import('xz-decompress');
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const reader = new xz.XzReadableStream(source).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw failure(error, 'xz');
  } finally {
    // Lets the next stream in, which waits for this one; the library fails when it has read ahead to the end.
    await reader.cancel().catch(() => undefined);
  }
}

/** Node's zlib says `Z_BUF_ERROR` for a file that is cut off, the xz library 8 (`XZ_BUF_ERROR`). */
function failure(error: unknown, packing: Packing): unknown {
  if (!(error instanceof Error) || error instanceof UnpackError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const isCut = code === 'Z_BUF_ERROR' || (packing === 'xz' && error.message.endsWith('error code 8'));
  return isCut
    ? new UnpackError('truncated', 'the packed file ends too early', packing, error)
    : new UnpackError('corrupt', 'the packed file is damaged', `${packing}: ${error.message}`, error);
}

import {
  type PackedEntry,
  type PackedLimits,
  packedEntries,
  packingOf,
  UnpackError,
  unpack,
  unpackedChunks,
} from '../../internal/unpack.ts';
import { AdvisoryError, type AdvisoryErrorCode } from '../advisory.ts';

/** Above any feed that is read as one document. */
const DOCUMENT_BYTES = 2 ** 30;
/** Above any archive of records; only one of them is in memory at a time. */
const ARCHIVE: PackedLimits = { entries: 4_000_000, entryBytes: 64 * 2 ** 20, totalBytes: 64 * 2 ** 30 };

const TAR_BLOCK = 512;

const CODES: Readonly<Record<UnpackError['code'], AdvisoryErrorCode>> = {
  'not-an-archive': 'not-the-format',
  unsupported: 'not-the-format',
  corrupt: 'not-the-format',
  truncated: 'truncated',
  'too-large': 'too-large',
};

/** A feed out of its packing (gzip, zstd, xz, bzip2 or none). Throws `AdvisoryError`; a web page instead is named. */
export async function unpackedFeed(bytes: Uint8Array, maxBytes: number = DOCUMENT_BYTES): Promise<Uint8Array> {
  try {
    const plain = await unpack(bytes, maxBytes);
    refuseWebPage(plain);
    return plain;
  } catch (error) {
    throw asAdvisoryError(error);
  }
}

/**
 * The records of a feed that is an archive (ZIP, or tar in any packing), one in memory at a time. Throws
 * `AdvisoryError`, possibly after some records; a web page instead is named.
 */
export async function* feedEntries(bytes: Uint8Array, limits: Partial<PackedLimits> = {}): AsyncGenerator<PackedEntry> {
  try {
    refuseWebPage(bytes);
    // A block of tar is longer than any error in words, which is no archive that was cut off.
    if (bytes.length < TAR_BLOCK && packingOf(bytes) === undefined && bytes[0] !== 0x50) {
      throw new AdvisoryError('not-the-format', 'the feed is not an archive');
    }
    yield* packedEntries(bytes, { ...ARCHIVE, ...limits });
  } catch (error) {
    throw asAdvisoryError(error);
  }
}

/** A feed out of its packing, in pieces: for one that is too long to be in memory. Throws as `unpackedFeed` does. */
export async function* feedChunks(bytes: Uint8Array, maxBytes: number): AsyncGenerator<Uint8Array> {
  try {
    let isFirst = true;
    for await (const chunk of unpackedChunks(bytes, maxBytes)) {
      if (isFirst) refuseWebPage(chunk);
      isFirst = false;
      yield chunk;
    }
  } catch (error) {
    throw asAdvisoryError(error);
  }
}

/** Throws `AdvisoryError` `not-the-format` for a page that is meant for people, as proxies answer. */
export function refuseWebPage(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('utf8');
  if (/^\uFEFF?\s*<(!doctype\s+html|html|head)\b/i.test(start)) {
    throw new AdvisoryError(
      'not-the-format',
      'a web page came instead of the feed; is a proxy or a log-in page in between?',
    );
  }
}

function asAdvisoryError(error: unknown): unknown {
  if (!(error instanceof UnpackError)) return error;
  return new AdvisoryError(CODES[error.code], error.message, error.detail, error);
}

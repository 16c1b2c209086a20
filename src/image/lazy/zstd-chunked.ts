// position = offset ":" length ":" unpacked-length ":" type     (containers/storage, zstd:chunked; decimal, type 1)
// The table is one zstd frame within a skippable frame (RFC 8878, 3.1.2) behind the tar; the checksum is of its bytes as stored.
import { zstdDecompressSync } from 'node:zlib';
import { checkDigest, verifyDigest } from '../digest.ts';
import type { Layer } from '../image.ts';
import type { Fetcher } from './fetcher.ts';
import type { Table } from './table.ts';
import { maximumTocBytes, readToc } from './toc.ts';

/** The second is what the stargz snapshotter writes, and what podman and skopeo wrote until 2023. */
const prefixes = ['io.github.containers.zstd-chunked.', 'io.containers.zstd-chunked.'] as const;
const maximumPacked = 64 << 20;
const frameHeader = 8;

/** The table of a zstd:chunked layer, by the annotations of its descriptor (a `FindTable`). */
export async function zstdChunkedTable(layer: Layer, fetcher: Fetcher): Promise<Table | undefined> {
  const annotation = (name: string): string | undefined =>
    prefixes.map((prefix) => layer.annotations?.[prefix + name]).find((text) => text !== undefined);
  const digest = annotation('manifest-checksum');
  const place = /^(\d{1,15}):(\d{1,15}):(\d{1,15}):1$/.exec(annotation('manifest-position') ?? '');
  if (digest === undefined || place === null) return undefined;
  const [offset = 0, length = 0, unpacked = 0] = place.slice(1).map(Number);
  if (offset < frameHeader || length === 0 || offset + length > layer.size) return undefined;
  if (length > maximumPacked || unpacked > maximumTocBytes) return undefined;
  const json = tocIn(await fetcher.read(offset, length), digest, unpacked);
  const entries = json && readToc(json, offset - frameHeader);
  return entries && { format: 'zstd-chunked', codec: 'zstd', isVouched: true, entries };
}

/** The text of the table, whose packed bytes have the digest. */
function tocIn(packed: Uint8Array, digest: string, unpacked: number): Buffer | undefined {
  try {
    verifyDigest(packed, checkDigest(digest));
    const json = zstdDecompressSync(packed, { maxOutputLength: Math.max(1, unpacked) });
    return json.length === unpacked ? json : undefined;
  } catch {
    // Whatever is wrong with the table, the tar is read instead.
    return undefined;
  }
}

// A file of the layer cache; all numbers are 32 bits, little-endian.
//
//   file     = magic stored unpacked key sum body
//   magic    = "swlayer" %x01           the last byte is the version of this grammar
//   stored   = u32                      bytes of body
//   unpacked = u32                      bytes of plain
//   key      = 32OCTET                  SHA-256 of what the file stands for
//   sum      = 32OCTET                  SHA-256 of all before it and body
//   body     = plain, compressed with zstd
//
//   plain    = count units wide numbers text keys kinds bytes
//   count    = u32                      how many numbers
//   units    = u32                      UTF-16 units of text
//   wide     = u32                      0: text is UTF-8; 1: UTF-16LE, for it has half of a surrogate pair
//   textsize = u32                      bytes of text
//   numbers  = *u32                     see `content.ts`
//   keys     = *( u32 u32 )             of the occupied slots of the path index, in their order
//   kinds    = *OCTET                   of all its slots
//   bytes    = *OCTET                   of the files, one after the other
import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { LayerContent } from '../layer/collector.ts';
import { fromParts, toParts } from './content.ts';

/** Bytes of a file before its body. */
const headBytes = 80;
const magic: Buffer = Buffer.from('swlayer\x01', 'latin1');
const sumAt = 48;

/** No file of the cache is larger than this, bytes; nor what it unpacks to. */
export const maximumEntryBytes: number = 256 << 20;

/** The name that a file of the cache has for a layer and for what was wanted of it, hexadecimal. */
export function entryKey(diffId: string, wants: string): string {
  return createHash('sha256').update(`${diffId}\n${wants}`).digest('hex');
}

/** Packs the content of a layer; `undefined` where it is too large to be worth keeping. */
export function encodeLayer(content: LayerContent, key: string): Uint8Array | undefined {
  const plain = toParts(content);
  const unpacked = plain.reduce((sum, { length }) => sum + length, 0);
  if (unpacked > maximumEntryBytes) return undefined;
  const body = zstdCompressSync(Buffer.concat(plain, unpacked), {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  });
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeUInt32LE(body.length, 8);
  head.writeUInt32LE(unpacked, 12);
  head.write(key, 16, 'hex');
  head.set(sumOf(head, body), sumAt);
  return Buffer.concat([head, body]);
}

/**
 * Unpacks what `encodeLayer` made for this key and diffID, as the layer of index 0; `undefined` for all else, however it
 * was made: nothing is believed that was not checked, and no more memory is taken than the limits allow.
 */
export function decodeLayer(file: Uint8Array, key: string, diffId: string): LayerContent | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.length < headBytes || bytes.length > maximumEntryBytes) return undefined;
  const body = bytes.subarray(headBytes);
  const unpacked = bytes.readUInt32LE(12);
  const isWhole =
    bytes.subarray(0, magic.length).equals(magic) &&
    bytes.readUInt32LE(8) === body.length &&
    unpacked <= maximumEntryBytes &&
    bytes.toString('hex', 16, sumAt) === key &&
    bytes.subarray(sumAt, headBytes).equals(sumOf(bytes, body));
  if (!isWhole) return undefined;
  try {
    const plain = zstdDecompressSync(body, { maxOutputLength: Math.max(1, unpacked) });
    return plain.length === unpacked ? fromParts(plain, diffId) : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(head: Uint8Array, body: Uint8Array): Buffer {
  return createHash('sha256').update(head.subarray(0, sumAt)).update(body).digest();
}

/** How the bytes of a layer are compressed. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** A format that is recognised only to be refused with its name. */
export type ForeignFormat = 'bzip2' | 'xz' | 'encrypted-or-unknown';

const zstdMagic = 0xfd2fb528;

/**
 * Tells the compression by magic number (RFC 1952 §2.3.1, RFC 8878 §3.1.1 and §3.1.2), since media types lie.
 * A tar has its own magic, or is empty, or begins with a zero block.
 */
export function compressionOf(head: Uint8Array): Compression | ForeignFormat {
  if (head.length === 0) return 'none';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const word = head.length >= 4 ? new DataView(head.buffer, head.byteOffset).getUint32(0, true) : 0;
  if (word === zstdMagic || (word & 0xfffffff0) >>> 0 === 0x184d2a50) return 'zstd';
  if (isTarHead(head)) return 'none';
  if (head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68) return 'bzip2';
  if (head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a) return 'xz';
  return 'encrypted-or-unknown';
}

/** A first block that is all zero ends an archive; any other carries a checksum that is right (POSIX pax, ustar header). */
function isTarHead(head: Uint8Array): boolean {
  if (head.length < 512) return false;
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 0x20 : (head[i] ?? 0);
  const field = Buffer.from(head.buffer, head.byteOffset + 148, 8).toString('latin1');
  const stated = Number.parseInt(field.replace(/[\0 ]+$/, '').trim(), 8);
  return sum === stated || sum === 0x20 * 8;
}

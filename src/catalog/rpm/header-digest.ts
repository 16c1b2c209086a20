import { createHash } from 'node:crypto';
import { type RpmHeader, textOf } from './header.ts';
import { tags } from './tags.ts';

/** Magic number, version 1 and reserved bytes, as a header in a package file begins. */
const packageMagic: Uint8Array = Uint8Array.of(0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0);

/**
 * Compares the immutable region of a header with the digest that its package carried (`SHA256HEADER`, or `SHA1HEADER`
 * before rpm 4.14), as rpm does on each query; `none` where there is no region or no digest.
 */
export function verifyHeader(header: RpmHeader): 'good' | 'bad' | 'none' {
  const sha256 = textOf(header, tags.sha256Header);
  const expected = sha256 ?? textOf(header, tags.sha1Header);
  if (header.region === undefined || expected === undefined) {
    return 'none';
  }
  const { entries, dataBytes } = header.region;
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(entries, 0);
  counts.writeUInt32BE(dataBytes, 4);
  const hash = createHash(sha256 === undefined ? 'sha1' : 'sha256');
  hash.update(packageMagic).update(counts);
  hash.update(header.bytes.subarray(8, 8 + entries * 16));
  hash.update(header.bytes.subarray(header.data, header.data + dataBytes));
  return hash.digest('hex') === expected.toLowerCase() ? 'good' : 'bad';
}

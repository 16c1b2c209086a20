// The two meta pages of a bbolt file, at page 0 and page 1; writers overwrite them in turn, and the one with the greater
// transaction that is whole is in force.
//
//   meta = magic:u32 (0xED0CDAED) version:u32 (2) pageSize:u32 flags:u32 root:u64 sequence:u64 freelist:u64
//          pages:u64 txid:u64 checksum:u64     behind the head of its page; checksum = FNV-1a 64 of all before it
import { readSync } from 'node:fs';
import { damaged, readCount } from './page.ts';

/** What of a meta page is used. */
export interface Meta {
  /** Bytes. */
  readonly pageSize: number;
  /** Page of the outermost bucket. */
  readonly root: number;
  /** No page has this number or one above. */
  readonly pages: number;
  readonly transaction: bigint;
}

const PAGE_HEADER = 16;
const META = 64;
const SMALLEST_PAGE = 1024;
const LARGEST_PAGE = 65_536;

/** The meta page in force; throws `bad-answer` where neither is whole. */
export function newestMeta(descriptor: number): Meta {
  const first = metaAt(descriptor, 0);
  if (first !== undefined) return newer(first, metaAt(descriptor, first.pageSize));
  // Where the first is broken it can't tell how far off the second is.
  for (let size = SMALLEST_PAGE; size <= LARGEST_PAGE; size *= 2) {
    const second = metaAt(descriptor, size);
    if (second?.pageSize === size) return second;
  }
  throw damaged('no meta page is whole');
}

function newer(first: Meta, second: Meta | undefined): Meta {
  if (second === undefined || second.pageSize !== first.pageSize) return first;
  return second.transaction > first.transaction ? second : first;
}

function metaAt(descriptor: number, offset: number): Meta | undefined {
  const bytes = Buffer.alloc(PAGE_HEADER + META);
  if (readSync(descriptor, bytes, 0, bytes.length, offset) < bytes.length) return undefined;
  const meta = bytes.subarray(PAGE_HEADER);
  if (meta.readUInt32LE(0) !== 0xed0cdaed || meta.readUInt32LE(4) !== 2) return undefined;
  if (meta.readBigUInt64LE(56) !== fnv1a64(meta.subarray(0, 56))) return undefined;
  const pageSize = meta.readUInt32LE(8);
  if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE || (pageSize & (pageSize - 1)) !== 0) return undefined;
  return {
    pageSize,
    root: readCount(meta, 16),
    pages: readCount(meta, 40),
    transaction: meta.readBigUInt64LE(48),
  };
}

/** Fowler, Noll and Vo's hash, variant 1a, of 64 bits. */
function fnv1a64(bytes: Buffer): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

// A page of a bbolt file (go.etcd.io/bbolt, file version 2); numbers are little-endian, as on every machine that
// container engines are built for but s390x.
//
//   page     = id:u64 flags:u16 count:u16 overflow:u32 body     (1 + overflow) × the size of a page
//   flags    = 0x01 branch | 0x02 leaf | 0x04 meta | 0x10 list of free pages
//   branch   = count × (pos:u32 ksize:u32 child:u64) … key bytes
//   leaf     = count × (flags:u32 pos:u32 ksize:u32 vsize:u32) … key and value bytes; flags 0x01: the value is a bucket
//   pos      = from the start of its own element to the key; the value follows the key
//   bucket   = root:u64 sequence:u64 [page]                     root 0: the page, a leaf, follows at once ("inline")
import { EngineError } from '../engine.ts';

const PAGE_HEADER = 16;
const ELEMENT = 16;

/** One key of a leaf, with its value, which may be a bucket. */
export interface LeafElement {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly isBucket: boolean;
}

/** One key of a branch: the least of the page below. */
export interface BranchElement {
  readonly key: Buffer;
  readonly child: number;
}

/** A page of a tree, checked: its elements lie within it and their keys ascend. */
export type Page =
  | { readonly kind: 'branch'; readonly elements: readonly BranchElement[] }
  | { readonly kind: 'leaf'; readonly elements: readonly LeafElement[] };

/** What the first bytes of a page tell. */
export interface PageHeader {
  readonly id: number;
  readonly flags: number;
  readonly count: number;
  /** Further pages that belong to this one. */
  readonly overflow: number;
}

/** The error for a file whose pages contradict each other. */
export function damaged(detail: string): EngineError {
  return new EngineError('bad-answer', 'The database of the engine is damaged', detail);
}

/** A number of 64 bits; throws `bad-answer` where it is more than a file could have of anything. */
export function readCount(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(`a number is beyond all bounds: ${value}`);
  return Number(value);
}

/** Reads the head of a page; throws `bad-answer` where the bytes are too few. */
export function pageHeader(bytes: Buffer): PageHeader {
  if (bytes.length < PAGE_HEADER) throw damaged('a page is cut short');
  return {
    id: readCount(bytes, 0),
    flags: bytes.readUInt16LE(8),
    count: bytes.readUInt16LE(10),
    overflow: bytes.readUInt32LE(12),
  };
}

/** Reads a whole page of a tree; throws `bad-answer` for any other page and for a damaged one. */
export function parsePage(bytes: Buffer): Page {
  const { id, flags, count } = pageHeader(bytes);
  if (flags !== 0x01 && flags !== 0x02) throw damaged(`page ${id} is none of a tree (${flags})`);
  const bodyStart = PAGE_HEADER + count * ELEMENT;
  if (bodyStart > bytes.length) throw damaged(`page ${id} has more elements than room`);
  const slice = (at: number, length: number): Buffer => {
    if (at < bodyStart || at + length > bytes.length) throw damaged(`an element of page ${id} lies outside it`);
    return bytes.subarray(at, at + length);
  };
  const page: Page =
    flags === 0x01
      ? { kind: 'branch', elements: branchElements(bytes, count, slice) }
      : { kind: 'leaf', elements: leafElements(bytes, count, slice) };
  checkOrder(id, page.elements);
  // An inner page always leads on: without children it could only hide what it had.
  if (page.kind === 'branch' && count === 0) throw damaged(`page ${id} leads nowhere`);
  return page;
}

type Slice = (at: number, length: number) => Buffer;

function branchElements(bytes: Buffer, count: number, slice: Slice): BranchElement[] {
  return Array.from({ length: count }, (_, index) => {
    const at = PAGE_HEADER + index * ELEMENT;
    return {
      key: slice(at + bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)),
      child: readCount(bytes, at + 8),
    };
  });
}

function leafElements(bytes: Buffer, count: number, slice: Slice): LeafElement[] {
  return Array.from({ length: count }, (_, index) => {
    const at = PAGE_HEADER + index * ELEMENT;
    const flags = bytes.readUInt32LE(at);
    if (flags > 1) throw damaged(`an element is of an unknown kind (${flags})`);
    const key = at + bytes.readUInt32LE(at + 4);
    const keyLength = bytes.readUInt32LE(at + 8);
    return {
      key: slice(key, keyLength),
      value: slice(key + keyLength, bytes.readUInt32LE(at + 12)),
      isBucket: flags === 1,
    };
  });
}

/** Keys are searched by halves, so that one out of place would hide others. */
function checkOrder(id: number, elements: readonly { readonly key: Buffer }[]): void {
  for (let index = 1; index < elements.length; index++) {
    const [one, next] = [elements[index - 1], elements[index]];
    if (one && next && Buffer.compare(one.key, next.key) >= 0) throw damaged(`the keys of page ${id} are out of order`);
  }
}

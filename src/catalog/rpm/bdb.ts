import { asBuffer, type ByteOrder, bigEndian, littleEndian } from '../../internal/byte-order.ts';
import { corrupt, type Damage, unsupported } from '../../internal/damage.ts';
import type { DatabaseRecord } from './record.ts';

/**
 * Berkeley DB hash file, versions 8 to 10, in the byte order of the machine that wrote it:
 *
 *   file     = meta page *page                          ; all of the size that the meta page names
 *   meta     = lsn:8 pgno magic version pagesize encrypt:1 type:1 flags:1 :5 last_pgno … @72 max_bucket … @96 spares:32×4
 *   page     = lsn:8 pgno prev next entries:2 hf_offset:2 level:1 type:1 …       ; 26 bytes, numbers of 4 unless told
 *   hash     = page{type 2, 13} *offset:2 … *item       ; items lie downwards from the page's end: key, data, key, …
 *   item     = %x01 bytes / %x03 :3 pgno tlen           ; H_KEYDATA, H_OFFPAGE
 *   overflow = page{type 7} bytes                       ; hf_offset of them; `next` goes on
 *
 * Bucket b begins at page b + spares[number of bits of b] and goes on along `next`. rpm's key is the package number in
 * the same byte order, its data the header; key 0 holds a counter.
 */
const hashMagic = 0x061561;
const btreeMagic = 0x053162;
const metaBytes = 512;
const pageHeader = 26;
const pageType = { hashUnsorted: 2, overflow: 7, hashMeta: 8, hash: 13 };

interface Bdb {
  readonly bytes: Buffer;
  readonly order: ByteOrder;
  readonly pageSize: number;
  /** Whole pages that the file really has. */
  readonly pages: number;
  readonly maxBucket: number;
  readonly spares: readonly number[];
  /** 1 for each page that was read: none is ever read twice, so chains end and shared pages can't multiply. */
  readonly seen: Uint8Array;
}

/** The package headers of a Berkeley DB hash file (`Packages` of rpm before 4.16), as rpm's own read-only backend walks it. */
export function* readBdb(file: Uint8Array): Generator<DatabaseRecord> {
  const db = open(asBuffer(file));
  if ('kind' in db) {
    yield db;
    return;
  }
  const lastPage = db.order.u32(db.bytes, 32);
  if (lastPage >= db.pages) {
    const detail = `${lastPage + 1} pages, of which ${db.pages} are there`;
    yield { ...corrupt('Berkeley DB file is cut short', detail), lossy: false };
  }
  yield* readBuckets(db);
  yield* readStrayPages(db);
}

function open(bytes: Buffer): Bdb | Damage {
  if (bytes.length < metaBytes) {
    return corrupt('Berkeley DB file is shorter than its first page', `${bytes.length} bytes`);
  }
  const order = [littleEndian, bigEndian].find((each) => [hashMagic, btreeMagic].includes(each.u32(bytes, 12)));
  if (order === undefined) {
    return corrupt('not a Berkeley DB file');
  }
  const version = order.u32(bytes, 16);
  const pageSize = order.u32(bytes, 20);
  if (order.u32(bytes, 12) === btreeMagic || bytes[25] !== pageType.hashMeta || version < 8 || version > 10) {
    return unsupported('Berkeley DB file of an unknown form', `version ${version}, page type ${bytes[25]}`);
  }
  if (bytes[24] !== 0 || bytes[26] !== 0) {
    return unsupported('Berkeley DB file with encryption, checksums or partitions');
  }
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    return corrupt('Berkeley DB file with an impossible page size', `${pageSize} bytes`);
  }
  const pages = Math.floor(bytes.length / pageSize);
  const spares = Array.from({ length: 32 }, (_, index) => order.u32(bytes, 96 + index * 4));
  const maxBucket = order.u32(bytes, 72);
  return { bytes, order, pageSize, pages, maxBucket, spares, seen: new Uint8Array(pages) };
}

function* readBuckets(db: Bdb): Generator<DatabaseRecord> {
  if (db.maxBucket >= db.pages) {
    yield corrupt('Berkeley DB file has fewer pages than buckets', `${db.maxBucket} + 1 buckets, ${db.pages} pages`);
  }
  for (let bucket = 0; bucket <= db.maxBucket && bucket < db.pages; bucket++) {
    let page = bucket + (db.spares[32 - Math.clz32(bucket)] ?? 0);
    do {
      const fault = takePage(db, page);
      if (fault) {
        yield corrupt('Berkeley DB hash page can not be read', `bucket ${bucket}, page ${page}: ${fault}`);
        break;
      }
      if (!isHashPage(db, page)) {
        yield corrupt('Berkeley DB hash page can not be read', `bucket ${bucket}, page ${page}: of another type`);
        break;
      }
      yield* readHashPage(db, page);
      page = db.order.u32(db.bytes, page * db.pageSize + 16);
    } while (page !== 0);
  }
}

/** Pages with entries that no bucket leads to: a link to them is broken, their packages are not. */
function* readStrayPages(db: Bdb): Generator<DatabaseRecord> {
  for (let page = 1; page < db.pages; page++) {
    if (db.seen[page] !== 0 || !isHashPage(db, page) || db.order.u16(db.bytes, page * db.pageSize + 20) === 0) {
      continue;
    }
    if (takePage(db, page) === undefined) {
      yield corrupt('Berkeley DB hash page that no bucket leads to', `page ${page}`);
      yield* readHashPage(db, page);
    }
  }
}

function isHashPage(db: Bdb, page: number): boolean {
  const type = db.bytes[page * db.pageSize + 25];
  return type === pageType.hash || type === pageType.hashUnsorted;
}

/** Marks a page as read; says why it can't be. */
function takePage(db: Bdb, page: number): string | undefined {
  if (page === 0 || page >= db.pages) {
    return `the file has ${db.pages} pages`;
  }
  if (db.seen[page] !== 0) {
    return 'seen before';
  }
  db.seen[page] = 1;
  const own = db.order.u32(db.bytes, page * db.pageSize + 8);
  return own === page ? undefined : `says that it is page ${own}`;
}

function* readHashPage(db: Bdb, page: number): Generator<DatabaseRecord> {
  const start = page * db.pageSize;
  const entries = db.order.u16(db.bytes, start + 20);
  const itemsFrom = pageHeader + entries * 2;
  if (entries % 2 !== 0 || itemsFrom > db.pageSize) {
    yield corrupt('Berkeley DB hash page can not be read', `page ${page}: ${entries} entries`);
    return;
  }
  let end = db.pageSize;
  for (let index = 0; index < entries; index += 2) {
    const key = db.order.u16(db.bytes, start + pageHeader + index * 2);
    const data = db.order.u16(db.bytes, start + pageHeader + index * 2 + 2);
    if (data < itemsFrom || key <= data || end <= key) {
      yield corrupt('Berkeley DB hash page can not be read', `page ${page}: items out of order`);
      return;
    }
    yield* readPair(db, db.bytes.subarray(start + key, start + end), db.bytes.subarray(start + data, start + key));
    end = data;
  }
}

function* readPair(db: Bdb, key: Buffer, data: Buffer): Generator<DatabaseRecord> {
  if (key.length !== 5 || key[0] !== 1) {
    yield corrupt('Berkeley DB key is no package number', `${key.length} bytes of type ${key[0]}`);
    return;
  }
  const number = db.order.u32(key, 1);
  if (number === 0) {
    return;
  }
  if (data[0] === 1) {
    yield { kind: 'header', number, bytes: data.subarray(1) };
  } else if (data[0] === 3 && data.length === 12) {
    const bytes = readOverflow(db, db.order.u32(data, 4), db.order.u32(data, 8));
    yield typeof bytes === 'string'
      ? corrupt('Berkeley DB overflow chain can not be read', `package ${number}: ${bytes}`)
      : { kind: 'header', number, bytes };
  } else {
    yield corrupt('Berkeley DB item of an unknown type', `package ${number}: type ${data[0]}, ${data.length} bytes`);
  }
}

/** The bytes of an item that lies on pages of its own, or why they can't be had. */
function readOverflow(db: Bdb, first: number, length: number): Buffer | string {
  if (length > db.bytes.length) {
    return `${length} bytes, more than the file has`;
  }
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  for (let page = first; filled < length; ) {
    const fault = takePage(db, page);
    const start = page * db.pageSize;
    if (fault || db.bytes[start + 25] !== pageType.overflow) {
      return `page ${page}: ${fault ?? 'of another type'}`;
    }
    const size = db.order.u16(db.bytes, start + 22);
    if (size === 0 || size > db.pageSize - pageHeader || size > length - filled) {
      return `page ${page}: ${size} bytes on it`;
    }
    db.bytes.copy(bytes, filled, start + pageHeader, start + pageHeader + size);
    filled += size;
    page = db.order.u32(db.bytes, start + 16);
  }
  return bytes;
}

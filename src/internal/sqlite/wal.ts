import { type ByteOrder, bigEndian, littleEndian } from '../byte-order.ts';
import { corrupt, type Damage } from '../damage.ts';

/**
 * SQLite write-ahead log ("Database File Format", clause 4), numbers big-endian:
 *
 *   log    = header *frame
 *   header = magic:4 version:4 pagesize:4 checkpoint:4 salt:8 checksum:8
 *   frame  = page:4 commit:4 salt:8 checksum:8 bytes    ; commit: pages of the database after it, 0 inside a transaction
 *
 * A frame counts if its salt is the header's, its checksum goes on from the one before, and a commit follows or is in
 * it. Frames with another salt are left over from before the last reset and end the log. The magic number's lowest bit
 * says the byte order of the checksums.
 */
const magic = 0x377f0682;
const headerBytes = 32;
const frameHeader = 24;
const saltAt = { header: 16, frame: 8 };

export interface WalPages {
  readonly pageSize: number;
  /** Pages of the database after the last commit; undefined when nothing is committed. */
  readonly count: number | undefined;
  /** The page as last committed here. */
  page(number: number): Buffer | undefined;
  readonly damage?: Damage;
}

/** What the committed transactions of a log put over the database. */
export function readWal(log: Buffer): WalPages {
  const order = log.length >= headerBytes && log.readUInt32BE(0) === magic + 1 ? bigEndian : littleEndian;
  const pageSize = log.length >= headerBytes ? log.readUInt32BE(8) : 0;
  const fault = headerFault(log, pageSize, order);
  if (fault) {
    const damage = logDamage('write-ahead log can not be read', fault);
    return { pageSize, count: undefined, page: () => undefined, damage };
  }
  const frames = committedFrames(log, pageSize, order);
  return {
    pageSize,
    count: frames.count,
    page(number) {
      const at = frames.pages.get(number);
      return at === undefined ? undefined : log.subarray(at, at + pageSize);
    },
    ...(frames.damage && { damage: frames.damage }),
  };
}

function logDamage(message: string, detail: string): Damage {
  return { ...corrupt(message, detail), file: 'log' };
}

function headerFault(log: Buffer, pageSize: number, order: ByteOrder): string | undefined {
  if (log.length < headerBytes || (log.readUInt32BE(0) & ~1) !== magic) {
    return 'no magic number';
  }
  if (log.readUInt32BE(4) !== 3_007_000) {
    return `version ${log.readUInt32BE(4)}`;
  }
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    return `pages of ${pageSize} bytes`;
  }
  return sameSum(checksum([0, 0], log, 0, 24, order), log, 24) ? undefined : 'wrong checksum';
}

interface Frames {
  readonly count: number | undefined;
  /** Where in the log the bytes of a page begin. */
  readonly pages: ReadonlyMap<number, number>;
  readonly damage?: Damage;
}

function committedFrames(log: Buffer, pageSize: number, order: ByteOrder): Frames {
  const pages = new Map<number, number>();
  const pending = new Map<number, number>();
  let count: number | undefined;
  let sum: Sum = [log.readUInt32BE(24), log.readUInt32BE(28)];
  let at = headerBytes;
  for (; at + frameHeader + pageSize <= log.length && hasSalt(log, at); at += frameHeader + pageSize) {
    sum = checksum(sum, log, at, at + 8, order);
    sum = checksum(sum, log, at + frameHeader, at + frameHeader + pageSize, order);
    if (!sameSum(sum, log, at + 16)) {
      break;
    }
    pending.set(log.readUInt32BE(at), at + frameHeader);
    const commit = log.readUInt32BE(at + 4);
    if (commit !== 0) {
      for (const [number, offset] of pending) {
        pages.set(number, offset);
      }
      pending.clear();
      count = commit;
    }
  }
  const fault = faultAfter(log, pageSize, at);
  const damage = fault && logDamage('write-ahead log is damaged', `byte ${at}: ${fault}`);
  return { count, pages, ...(damage && { damage }) };
}

/**
 * Why the log does not just end at `at`. Frames of a transaction that never committed may have wrong checksums, as
 * SQLite mends those of pages written twice only when it commits; but no commit may lie behind them.
 */
function faultAfter(log: Buffer, pageSize: number, at: number): string | undefined {
  for (let frame = at; frame < log.length; frame += frameHeader + pageSize) {
    if (frame + frameHeader + pageSize > log.length) {
      return 'cut inside a frame';
    }
    if (hasSalt(log, frame) && log.readUInt32BE(frame + 4) !== 0) {
      return 'a frame before a commit is not as it was written';
    }
  }
  return undefined;
}

function hasSalt(log: Buffer, frame: number): boolean {
  return log.compare(log, saltAt.header, saltAt.header + 8, frame + saltAt.frame, frame + saltAt.frame + 8) === 0;
}

type Sum = readonly [number, number];

/** The running checksum (clause 4.2): pairs of 32-bit words, Fibonacci-weighted. */
function checksum(from: Sum, bytes: Buffer, start: number, end: number, order: ByteOrder): Sum {
  let [a, b] = from;
  for (let at = start; at < end; at += 8) {
    a = (a + order.u32(bytes, at) + b) >>> 0;
    b = (b + order.u32(bytes, at + 4) + a) >>> 0;
  }
  return [a, b];
}

function sameSum(sum: Sum, bytes: Buffer, offset: number): boolean {
  return sum[0] === bytes.readUInt32BE(offset) && sum[1] === bytes.readUInt32BE(offset + 4);
}

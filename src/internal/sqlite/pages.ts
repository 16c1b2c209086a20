import { corrupt, type Damage, unsupported } from '../damage.ts';
import type { WalPages } from './wal.ts';

/**
 * Header of a SQLite 3 database ("Database File Format", clause 1.3), 100 bytes at the start of page 1, numbers
 * big-endian:
 *
 *   header = "SQLite format 3" %x00 pagesize:2 write:1 read:1 reserved:1 64:1 32:1 32:1 change:4 pages:4 … @56 encoding:4
 *            … @92 valid-for:4 :4
 */
const magic = 'SQLite format 3\0';
const headerBytes = 100;
const encodings: readonly string[] = ['utf-8', 'utf-8', 'utf-16le', 'utf-16be'];

/** Pages of a database as its last committed transaction left them. */
export interface SqlitePages {
  readonly pageSize: number;
  /** Bytes of a page without those that extensions reserve at its end. */
  readonly usable: number;
  readonly count: number;
  /** How texts are encoded, as `TextDecoder` names it. */
  readonly encoding: string;
  /** Pages that were read: none is ever read twice, so trees end and shared pages can't multiply. */
  readonly seen: Set<number>;
  /** Page 1 is the first; undefined where the file has no such page. */
  page(number: number): Buffer | undefined;
}

/** The pages of a database file under those of its log. */
export function openPages(file: Buffer, wal: WalPages | undefined): SqlitePages | Damage {
  // The log may hold a newer first page, and with it a newer header.
  const header = wal?.page(1) ?? file;
  if (header.length < headerBytes || header.toString('latin1', 0, magic.length) !== magic) {
    return corrupt('not a SQLite 3 file');
  }
  const size = header.readUInt16BE(16);
  const pageSize = size === 1 ? 65_536 : size;
  const usable = pageSize - header.readUInt8(20);
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480) {
    return corrupt('SQLite file with an impossible page size', `${pageSize} bytes, ${usable} usable`);
  }
  if (header.readUInt8(19) > 2) {
    return unsupported('SQLite file of an unknown version', `read version ${header.readUInt8(19)}`);
  }
  const overlay = wal?.pageSize === pageSize ? wal : undefined;
  const inFile = Math.floor(file.length / pageSize);
  // The size in the header is right only if whoever last changed the file knew of the field (clause 1.3.7).
  const stated = header.readUInt32BE(24) === header.readUInt32BE(92) ? header.readUInt32BE(28) : 0;
  const count = overlay?.count ?? (stated || inFile);
  return {
    pageSize,
    usable,
    count,
    encoding: encodings[header.readUInt32BE(56)] ?? 'utf-8',
    seen: new Set(),
    page(number) {
      if (number < 1 || number > count) {
        return undefined;
      }
      return overlay?.page(number) ?? (number <= inFile ? pageAt(file, number, pageSize) : undefined);
    },
  };
}

function pageAt(file: Buffer, number: number, pageSize: number): Buffer {
  return file.subarray((number - 1) * pageSize, number * pageSize);
}

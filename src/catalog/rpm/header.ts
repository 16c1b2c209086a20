import { isAscii } from 'node:buffer';
import { asBuffer } from '../../internal/byte-order.ts';
import { isRead, tagName, tags } from './tags.ts';

/**
 * rpm header as databases hold it, without its magic number (rpm, lib/header.c), numbers big-endian and of 4 bytes:
 *
 *   header  = il dl il×entry dl×OCTET
 *   entry   = tag type offset count                    ; offset into the dl bytes of data
 *   type    = 1 char / 2 int8 / 3 int16 / 4 int32 / 6 string / 7 bytes / 8 array of strings / 9 translated string
 *   string  = *%x01-FF %x00
 *   region  = the first entry, tag 62 or 63, type 7, count 16; at its offset lies a trailer, an entry whose offset is
 *             -16 × entries of the region. Region and data up to the trailer's end are as the package had them, entries
 *             after them were added at installation and win over equal tags in the region.
 */
export interface RpmHeader {
  readonly bytes: Buffer;
  /** Where the data begins in `bytes`, and how long it is. */
  readonly data: number;
  readonly dataBytes: number;
  /** By tag; only tags that are read. */
  readonly entries: ReadonlyMap<number, HeaderEntry>;
  /** What the package was built and signed with; absent in headers of rpm before 4.0. */
  readonly region?: HeaderRegion;
  /** What was found wrong while reading values; grows. */
  readonly faults: string[];
}

interface HeaderEntry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** The immutable region: its first `entries` entries and first `dataBytes` bytes of data. */
interface HeaderRegion {
  readonly entries: number;
  readonly dataBytes: number;
}

const entryBytes = 16;
const maxEntries = 0xffff;
/** Longest single text read, bytes; the longest licence texts in Fedora have some 3,000. */
const maxText = 16 << 10;
/** Most values of one tag; the largest real package has some 300,000 files. */
const maxCount = 1_000_000;

const type = { char: 1, int8: 2, int16: 3, int32: 4, string: 6, bytes: 7, strings: 8, translated: 9 };

/** Reads the index of a header; says why when it is none. */
export function readHeader(blob: Uint8Array): RpmHeader | string {
  const bytes = asBuffer(blob);
  if (bytes.length < 8) {
    return `${bytes.length} bytes`;
  }
  const count = bytes.readUInt32BE(0);
  const dataBytes = bytes.readUInt32BE(4);
  const data = 8 + count * entryBytes;
  if (count === 0 || count > maxEntries || data + dataBytes !== bytes.length) {
    return `${count} entries and ${dataBytes} bytes of data in ${bytes.length} bytes`;
  }
  const region = readRegion(bytes, count, data, dataBytes);
  if (typeof region === 'string') {
    return region;
  }
  const entries = new Map<number, HeaderEntry>();
  for (let at = 8; at < data; at += entryBytes) {
    const tag = bytes.readUInt32BE(at);
    if (isRead(tag)) {
      const [kind, offset, values] = [
        bytes.readUInt32BE(at + 4),
        bytes.readUInt32BE(at + 8),
        bytes.readUInt32BE(at + 12),
      ];
      entries.set(tag, { type: kind, offset, count: values });
    }
  }
  return { bytes, data, dataBytes, entries, ...(region && { region }), faults: [] };
}

function readRegion(bytes: Buffer, count: number, data: number, dataBytes: number): HeaderRegion | string | undefined {
  const tag = bytes.readUInt32BE(8);
  if (tag !== tags.headerImmutable && tag !== tags.headerSignatures) {
    return undefined;
  }
  const offset = bytes.readUInt32BE(16);
  if (
    bytes.readUInt32BE(12) !== type.bytes ||
    bytes.readUInt32BE(20) !== entryBytes ||
    offset + entryBytes > dataBytes
  ) {
    return 'region of a wrong form';
  }
  const entries = -bytes.readInt32BE(data + offset + 8) / entryBytes;
  if (!Number.isInteger(entries) || entries < 1 || entries > count) {
    return `region of ${entries} entries`;
  }
  return { entries, dataBytes: offset + entryBytes };
}

/** A tag's text, the first if there are several; undefined where it is absent, empty or not readable (a fault). */
export function textOf(header: RpmHeader, tag: number): string | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) {
    return undefined;
  }
  const start = header.data + entry.offset;
  const end = entry.offset < header.dataBytes ? header.bytes.indexOf(0, start) : -1;
  const isText = entry.type === type.string || entry.type === type.strings || entry.type === type.translated;
  if (!isText || end === -1 || end - start > maxText) {
    return fault(header, tag, `type ${entry.type}, offset ${entry.offset}`);
  }
  return decode(header.bytes, start, end) || undefined;
}

/** A tag's texts, joined by NUL; undefined where it is absent or not readable (a fault). */
export function joinedTextsOf(header: RpmHeader, tag: number): string | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) {
    return undefined;
  }
  const start = header.data + entry.offset;
  const limit = header.bytes.length;
  let end = start;
  let left = entry.type === type.strings && entry.count <= maxCount ? entry.count : -1;
  while (left > 0 && end < limit) {
    if (header.bytes[end++] === 0) {
      left--;
    }
  }
  if (left !== 0 || entry.count === 0) {
    return fault(header, tag, `type ${entry.type}, ${entry.count} values, offset ${entry.offset}`);
  }
  return decode(header.bytes, start, end - 1);
}

/** A tag's unsigned integers; undefined where it is absent or not readable (a fault). */
export function numbersOf(header: RpmHeader, tag: number): Uint32Array | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) {
    return undefined;
  }
  const size = { [type.char]: 1, [type.int8]: 1, [type.int16]: 2, [type.int32]: 4 }[entry.type];
  const start = header.data + entry.offset;
  if (size === undefined || entry.count > maxCount || entry.offset + entry.count * size > header.dataBytes) {
    return fault(header, tag, `type ${entry.type}, ${entry.count} values, offset ${entry.offset}`);
  }
  const numbers = new Uint32Array(entry.count);
  for (let index = 0; index < entry.count; index++) {
    numbers[index] = header.bytes.readUIntBE(start + index * size, size);
  }
  return numbers;
}

function fault(header: RpmHeader, tag: number, detail: string): undefined {
  header.faults.push(`${tagName(tag)}: ${detail}`);
}

/** rpm's texts are UTF-8; nearly all are ASCII, which costs a tenth to decode. */
function decode(bytes: Buffer, start: number, end: number): string {
  const text = bytes.subarray(start, end);
  return text.toString(isAscii(text) ? 'latin1' : 'utf8');
}

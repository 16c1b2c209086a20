/*
 * ZIP archives (PKWARE APPNOTE 6.3.10), read by the central directory:
 *
 *   archive  = *( local header, data ) central directory [ zip64 end record, zip64 locator ] end record
 *   central  = 0x02014b50 … method(10) crc(16) packed(20) size(24) name#(28) extra#(30) comment#(32) … offset(42) (46)
 *   local    = 0x04034b50 … name#(26) extra#(28) (30)
 *   end      = 0x06054b50 … entries(10) size(12) offset(16) comment#(20) (22)
 *   zip64    = locator 0x07064b50 … offset(8) (20);  record 0x06064b50 … entries(32) size(40) offset(48) (56);
 *              extra field 0x0001 holds, in this order, those of size, packed, offset that are 0xffffffff
 *
 * Sizes and checksums of the central directory count; those of the local headers may be absent and are not looked at.
 */
import { crc32, inflateRawSync } from 'node:zlib';

export type ZipErrorCode = 'not-a-zip' | 'truncated' | 'corrupt' | 'too-large' | 'unsupported';

/** An archive that cannot be read; `entry` is the number of the entry where that shows. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
  readonly code: ZipErrorCode;
  readonly entry: number | undefined;
  constructor(code: ZipErrorCode, message: string, entry?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.entry = entry;
  }
}

/** How much one archive may ask of us. */
export interface ZipLimits {
  readonly entries: number;
  /** Bytes of one entry, unpacked. */
  readonly entryBytes: number;
  /** Bytes of all entries, unpacked. */
  readonly totalBytes: number;
}

/** One file of the archive, unpacked. */
export interface ZipEntry {
  /** As stored, with no meaning as a path; names may repeat. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LIMITS: ZipLimits = { entries: 4_000_000, entryBytes: 64 * 2 ** 20, totalBytes: 16 * 2 ** 30 };

const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_END = 0x06064b50;
const IN_ZIP64 = 0xffffffff;

/** One entry as the central directory tells it. */
export interface ZipMember {
  /** As stored, with no meaning as a path; names may repeat, and folders end in `/`. */
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes unpacked, as the directory says. */
  readonly size: number;
  readonly crc: number;
  /** Where its local header lies. */
  readonly offset: number;
}

/** What is in an archive, with nothing unpacked. */
export interface ZipDirectory {
  readonly members: readonly ZipMember[];
  /** Why there may be more than `members`: a directory that is damaged, or that claims too much. */
  readonly fault?: ZipError;
  /**
   * The bytes of one of `members`: of a stored one they are a part of the archive, not a copy. The checksum is looked at
   * unless that is left out. Throws `ZipError`.
   */
  readonly unpack: (member: ZipMember, checksum?: boolean) => Uint8Array;
}

/**
 * Lists an archive as Java does: its directory lies right before the end record and offsets count from the first entry,
 * so that the archive may follow another file (a start script), and the number of entries is what the directory holds.
 * Throws `ZipError` when there is no directory at all.
 */
export function zipDirectory(archive: Uint8Array, limits: ZipLimits = LIMITS): ZipDirectory {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const { start, end, base, exact } = findAttachedDirectory(zip);
  const members: ZipMember[] = [];
  let fault = exact ? undefined : new ZipError('corrupt', 'the archive ends before its file does');
  let packed = 0;
  try {
    for (let at = start; at < end; ) {
      if (members.length >= limits.entries) throw new ZipError('too-large', 'the archive has too many entries');
      const header = readHeader(zip, at, end, members.length);
      at = header.next;
      packed += header.packed;
      if (packed > zip.length) throw new ZipError('corrupt', 'entries of the archive overlap', members.length);
      const { name, method, encrypted, size, crc } = header;
      members.push({ name, method, encrypted, packed: header.packed, size, crc, offset: header.offset + base });
    }
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    fault = error;
  }
  return {
    members,
    ...(fault && { fault }),
    unpack(member, checksum = true) {
      if (member.encrypted) throw new ZipError('unsupported', 'the archive is encrypted');
      checkSize(member);
      if (member.size > limits.entryBytes)
        throw new ZipError('too-large', 'the archive unpacks to more than the size limit');
      return unpack(zip, member, start, undefined, checksum);
    },
  };
}

/**
 * Yields the archive's files in the order of its central directory, unpacking each only when it is asked for; folders are
 * passed over. Throws `ZipError`, possibly after some entries: one damaged entry makes the archive unusable.
 */
export function* zipEntries(archive: Uint8Array, limits: ZipLimits = LIMITS): Generator<ZipEntry> {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const directory = findDirectory(zip);
  if (directory.entries > limits.entries) throw new ZipError('too-large', 'the archive has too many entries');
  let at = directory.start;
  let packed = 0;
  let unpacked = 0;
  for (let number = 0; number < directory.entries; number++) {
    const header = readHeader(zip, at, directory.end, number);
    at = header.next;
    packed += header.packed;
    unpacked += header.size;
    if (header.encrypted) throw new ZipError('unsupported', 'the archive is encrypted', number);
    checkSize(header, number);
    // Entries that share their data are how a small archive unpacks to petabytes.
    if (packed > zip.length) throw new ZipError('corrupt', 'entries of the archive overlap', number);
    if (header.size > limits.entryBytes || unpacked > limits.totalBytes) {
      throw new ZipError('too-large', 'the archive unpacks to more than the size limit', number);
    }
    if (!header.name.endsWith('/')) yield { name: header.name, bytes: unpack(zip, header, directory.start, number) };
  }
}

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly entries: number;
}

interface Header extends ZipMember {
  readonly next: number;
}

/** Deflate cannot do more; what claims so is refused before memory is taken for it. */
function checkSize({ size, packed }: ZipMember, number?: number): void {
  if (size > packed * 1032 + 64) throw new ZipError('corrupt', 'an entry claims an impossible size', number);
}

/** The directory before the last end record that has one, by how much offsets are too small, whether nothing follows. */
function findAttachedDirectory(zip: Buffer): { start: number; end: number; base: number; exact: boolean } {
  let exact = true;
  for (let at = zip.length - 22; at >= 0 && at >= zip.length - 22 - 0xffff; at--) {
    if (zip.readUInt32LE(at) !== END) continue;
    // What follows the comment is not looked at by Java either, if there is a directory.
    exact = at + 22 + zip.readUInt16LE(at + 20) === zip.length;
    const large = hasLargeFields(zip, at) ? findZip64(zip, at) : undefined;
    const end = large?.at ?? at;
    const size = large?.size ?? zip.readUInt32LE(at + 12);
    const stated = large?.start ?? zip.readUInt32LE(at + 16);
    for (const start of [end - size, stated]) {
      const holds = size === 0 ? start === end : start >= 0 && start + size <= end && isAt(zip, start, CENTRAL);
      if (holds && start >= stated && (size > 0 || exact))
        return { start, end: start + size, base: start - stated, exact };
    }
    if (exact) throw new ZipError('corrupt', 'the central directory is not where it should be');
  }
  if (isAt(zip, 0, LOCAL)) throw new ZipError('truncated', 'the archive ends too early');
  throw new ZipError('not-a-zip', 'the file is not a ZIP archive');
}

function isAt(zip: Buffer, at: number, signature: number): boolean {
  return at >= 0 && at + 4 <= zip.length && zip.readUInt32LE(at) === signature;
}

function hasLargeFields(zip: Buffer, end: number): boolean {
  return (
    zip.readUInt16LE(end + 10) === 0xffff ||
    zip.readUInt32LE(end + 12) === IN_ZIP64 ||
    zip.readUInt32LE(end + 16) === IN_ZIP64
  );
}

function findDirectory(zip: Buffer): Directory {
  const end = findEnd(zip);
  const zip64 = findZip64(zip, end);
  const entries = zip64?.entries ?? zip.readUInt16LE(end + 10);
  const size = zip64?.size ?? zip.readUInt32LE(end + 12);
  const start = zip64?.start ?? zip.readUInt32LE(end + 16);
  if (start + size > end || entries * 46 > size)
    throw new ZipError('corrupt', 'the central directory is not where it should be');
  return { start, end: start + size, entries };
}

/** The end record is the last one whose comment reaches exactly to the end of the archive. */
function findEnd(zip: Buffer): number {
  for (let at = zip.length - 22; at >= 0 && at >= zip.length - 22 - 0xffff; at--) {
    if (zip.readUInt32LE(at) === END && at + 22 + zip.readUInt16LE(at + 20) === zip.length) return at;
  }
  if (zip.length >= 4 && zip.readUInt32LE(0) === LOCAL) throw new ZipError('truncated', 'the archive ends too early');
  throw new ZipError('not-a-zip', 'the file is not a ZIP archive');
}

function findZip64(zip: Buffer, end: number): { at: number; entries: number; size: number; start: number } | undefined {
  const locator = end - 20;
  if (!isAt(zip, locator, ZIP64_LOCATOR)) return undefined;
  const stated = readUInt64(zip, locator + 8);
  // In an archive behind another file the record is later than stated; it has no extension that would move it.
  const at = [stated, locator - 56].find((place) => place <= locator - 56 && isAt(zip, place, ZIP64_END));
  if (at === undefined) throw new ZipError('corrupt', 'the zip64 end record is not where it should be');
  return { at, entries: readUInt64(zip, at + 32), size: readUInt64(zip, at + 40), start: readUInt64(zip, at + 48) };
}

function readHeader(zip: Buffer, at: number, end: number, number: number): Header {
  if (at + 46 > end || zip.readUInt32LE(at) !== CENTRAL) {
    throw new ZipError('corrupt', 'the central directory is damaged', number);
  }
  const nameEnd = at + 46 + zip.readUInt16LE(at + 28);
  const extraEnd = nameEnd + zip.readUInt16LE(at + 30);
  const next = extraEnd + zip.readUInt16LE(at + 32);
  if (next > end) throw new ZipError('corrupt', 'the central directory is damaged', number);
  const large = nameEnd === extraEnd ? [] : zip64Fields(zip, nameEnd, extraEnd);
  const take = (value: number): number => (value === IN_ZIP64 ? (large.shift() ?? value) : value);
  const size = take(zip.readUInt32LE(at + 24));
  const packed = take(zip.readUInt32LE(at + 20));
  const offset = take(zip.readUInt32LE(at + 42));
  const name = zip.toString('utf8', at + 46, nameEnd);
  const [encrypted, method] = [(zip.readUInt16LE(at + 8) & 1) !== 0, zip.readUInt16LE(at + 10)];
  return { name, method, encrypted, crc: zip.readUInt32LE(at + 16), packed, size, offset, next };
}

function zip64Fields(zip: Buffer, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; at += 4 + zip.readUInt16LE(at + 2)) {
    if (zip.readUInt16LE(at) !== 1) continue;
    const stop = Math.min(end, at + 4 + zip.readUInt16LE(at + 2));
    const fields: number[] = [];
    for (let field = at + 4; field + 8 <= stop && fields.length < 3; field += 8) fields.push(readUInt64(zip, field));
    return fields;
  }
  return [];
}

/** The unpacked bytes, which must have exactly the size and the checksum that the directory gives. */
function unpack(zip: Buffer, header: ZipMember, dataEnd: number, number?: number, checksum = true): Uint8Array {
  const { offset, packed, size } = header;
  if (offset + 30 > dataEnd || zip.readUInt32LE(offset) !== LOCAL) {
    throw new ZipError('corrupt', 'an entry is not where the directory says', number);
  }
  const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  if (start + packed > dataEnd) throw new ZipError('corrupt', 'an entry reaches out of the archive', number);
  const bytes = inflate(zip.subarray(start, start + packed), header, number);
  if (bytes.length !== size) throw new ZipError('corrupt', 'an entry has another size than the directory says', number);
  if (checksum && crc32(bytes) !== header.crc)
    throw new ZipError('corrupt', 'an entry has another checksum than the directory says', number);
  return bytes;
}

function inflate(data: Buffer, { method, size }: ZipMember, number?: number): Uint8Array {
  if (method === 0) return data;
  if (method !== 8) throw new ZipError('unsupported', 'an entry is packed with an unknown method', number);
  try {
    return inflateRawSync(data, { chunkSize: Math.max(64, size + 1), maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw new ZipError('corrupt', 'an entry does not unpack to what the directory says', number, cause);
  }
}

function readUInt64(zip: Buffer, at: number): number {
  const value = zip.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError('corrupt', 'the archive has an impossible offset');
  return Number(value);
}

import { asBuffer } from '../../internal/byte-order.ts';
import { corrupt, unsupported } from '../../internal/damage.ts';
import { type DatabaseRecord, maxRecords } from './record.ts';

/**
 * rpm's own package database, version 0 (rpm, lib/backend/ndb/rpmpkg.c), all numbers little-endian and of 4 bytes:
 *
 *   file   = header *slot *(blob / free)
 *   header = "RpmP" version generation slotnpages nextpkgidx :12
 *   slot   = "Slot" pkgidx blkoff blkcnt               ; they fill slotnpages pages of 4096 bytes; blkoff 0: free slot
 *   blob   = "BlbS" pkgidx generation length bytes *%x00 adler32 length "BlbE"       ; blkcnt blocks of 16 bytes
 */
const fileMagic = 'RpmP';
const slotMagic = 'Slot';
const slotBytes = 16;
const blockBytes = 16;
const pageBytes = 4096;
const headerBytes = 32;
const blobHead = 16;
const blobTail = 12;

interface Slot {
  readonly number: number;
  readonly block: number;
  readonly blocks: number;
}

/** The package headers of an ndb file (`Packages.db`), in the order of their blobs as rpm lists them. */
export function* readNdb(file: Uint8Array): Generator<DatabaseRecord> {
  const bytes = asBuffer(file);
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 4) !== fileMagic) {
    yield corrupt('not an ndb file');
    return;
  }
  const version = bytes.readUInt32LE(4);
  if (version !== 0) {
    yield unsupported('ndb file of an unknown version', `version ${version}`);
    return;
  }
  const slots: Slot[] = [];
  yield* readSlots(bytes, slots);
  slots.sort((a, b) => a.block - b.block);
  let end = 0;
  for (const slot of slots) {
    // Blobs that overlap would let a small file name the same bytes again and again.
    const blob = slot.block < end ? 'overlaps the one before' : readBlob(bytes, slot);
    if (typeof blob === 'string') {
      yield corrupt('ndb blob can not be read', `package ${slot.number}, block ${slot.block}: ${blob}`);
    } else {
      yield { kind: 'header', number: slot.number, bytes: blob };
      end = slot.block + slot.blocks;
    }
  }
}

function* readSlots(bytes: Buffer, slots: Slot[]): Generator<DatabaseRecord> {
  const pages = bytes.readUInt32LE(12);
  const end = Math.min(pages * pageBytes, bytes.length - (bytes.length % slotBytes));
  if (pages === 0 || end < pages * pageBytes) {
    yield corrupt('ndb file is shorter than its slots', `${pages} pages of slots, ${bytes.length} bytes`);
  }
  let broken = 0;
  for (let offset = headerBytes; offset < end; offset += slotBytes) {
    const block = bytes.readUInt32LE(offset + 8);
    if (bytes.toString('latin1', offset, offset + 4) !== slotMagic) {
      broken++;
    } else if (slots.length > maxRecords) {
      // The reader of these records stops before it comes here; what counts is that they are not kept.
      break;
    } else if (block !== 0) {
      slots.push({ number: bytes.readUInt32LE(offset + 4), block, blocks: bytes.readUInt32LE(offset + 12) });
    }
  }
  if (broken > 0) {
    yield corrupt('ndb slots can not be read', `${broken} slots without magic number`);
  }
}

/** The header in a blob, or why it can't be had. */
function readBlob(bytes: Buffer, slot: Slot): Buffer | string {
  const start = slot.block * blockBytes;
  const end = start + slot.blocks * blockBytes;
  if (end > bytes.length || slot.blocks < 2) {
    return `${slot.blocks} blocks, in a file of ${Math.floor(bytes.length / blockBytes)}`;
  }
  if (bytes.toString('latin1', start, start + 4) !== 'BlbS' || bytes.toString('latin1', end - 4, end) !== 'BlbE') {
    return 'no magic number';
  }
  if (bytes.readUInt32LE(start + 4) !== slot.number) {
    return `says that it is package ${bytes.readUInt32LE(start + 4)}`;
  }
  const length = bytes.readUInt32LE(start + 12);
  if (
    Math.ceil((blobHead + length + blobTail) / blockBytes) !== slot.blocks ||
    bytes.readUInt32LE(end - 8) !== length
  ) {
    return `${length} bytes in ${slot.blocks} blocks`;
  }
  if (adler32(bytes, start, end - blobTail) !== bytes.readUInt32LE(end - blobTail)) {
    return 'wrong checksum';
  }
  return bytes.subarray(start + blobHead, start + blobHead + length);
}

/** Adler-32 (RFC 1950, clause 9) of `bytes` from `start` to before `end`. */
function adler32(bytes: Buffer, start: number, end: number): number {
  let a = 1;
  let b = 0;
  for (let from = start; from < end; from += 2048) {
    const to = Math.min(from + 2048, end);
    for (let at = from; at < to; at++) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

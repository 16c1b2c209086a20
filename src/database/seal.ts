/*
 * seal = magic (16 bytes) SHA-256 of all before the seal (32) length of that, little endian (8) CRC-32 of these 56 (4)
 *        zeros (4)
 *
 * It stands at the end of the file, so that it travels with it, and a file that is cut off or half written has none.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DatabaseError } from './error.ts';
import { APPLICATION_ID, FORMAT } from './format.ts';

export const SEAL_BYTES = 64;
const MAGIC = Buffer.from('seaworthy seal\n\0', 'latin1');
const HEADER_BYTES = 100;
const CHUNK_BYTES = 1024 * 1024;

/** Appends the seal to a finished file; gives the digest, `sha256:…`. */
export function sealFile(path: string): string {
  const fd = openSync(path, 'r+');
  try {
    const { size } = fstatSync(fd);
    const digest = digestOf(fd, size);
    const seal = Buffer.alloc(SEAL_BYTES);
    MAGIC.copy(seal);
    digest.copy(seal, 16);
    seal.writeBigUInt64LE(BigInt(size), 48);
    seal.writeUInt32LE(crc32(seal.subarray(0, 56)), 56);
    writeSync(fd, seal, 0, SEAL_BYTES, size);
    return named(digest);
  } finally {
    closeSync(fd);
  }
}

/**
 * The digest that the file claims to have, from its first and last bytes alone; throws `DatabaseError` for a file that
 * is empty, no database, of another format, or without a whole seal.
 */
export function readSeal(fd: number, size: number, path: string): string {
  const header = readAt(fd, 0, Math.min(HEADER_BYTES, size));
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw damaged(size === 0 ? 'the advisory database is an empty file' : 'the file is not an advisory database', path);
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw damaged('the file is not an advisory database', path);
  const format = header.readUInt32BE(60);
  if (format !== FORMAT) {
    throw new DatabaseError('wrong-version', 'the advisory database is of another format version', {
      subject: path,
      detail: `format ${format}; this program reads ${FORMAT}`,
    });
  }
  const seal = readAt(fd, Math.max(0, size - SEAL_BYTES), SEAL_BYTES);
  const whole = seal.length === SEAL_BYTES && seal.subarray(0, 16).equals(MAGIC);
  if (
    !whole ||
    seal.readUInt32LE(56) !== crc32(seal.subarray(0, 56)) ||
    seal.readBigUInt64LE(48) !== BigInt(size - SEAL_BYTES)
  ) {
    throw damaged('the advisory database is cut off or was not written to its end', path);
  }
  return named(seal.subarray(16, 48));
}

/** Reads the whole file and throws `DatabaseError` `corrupt` unless its digest is the one that `readSeal` gave. */
export function verifySeal(fd: number, size: number, digest: string, path: string): void {
  if (named(digestOf(fd, size - SEAL_BYTES)) !== digest) {
    throw damaged('the advisory database is damaged: its content does not have the digest it was sealed with', path);
  }
}

function damaged(message: string, path: string): DatabaseError {
  return new DatabaseError('corrupt', message, { subject: path });
}

function named(digest: Buffer): string {
  return `sha256:${digest.toString('hex')}`;
}

function digestOf(fd: number, length: number): Buffer {
  // Loaded only here: a reader whose stamp is right never needs it.
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; at < length; ) {
    const count = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, length - at), at);
    if (count === 0) break;
    hash.update(chunk.subarray(0, count));
    at += count;
  }
  return hash.digest();
}

function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
}

import { type BigIntStats, closeSync, fstatSync, openSync, statSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { asDatabaseError, DatabaseError } from './error.ts';
import { checkedText, type Directory } from './format.ts';
import { readSeal, verifySeal } from './seal.ts';
import { openSealed } from './sqlite.ts';
import { isStamped, stampPath, stampText } from './stamp.ts';

/** A file that was found whole, open for reading. */
export interface SealedFile {
  readonly sqlite: DatabaseSync;
  readonly digest: string;
  readonly bytes: number;
  readonly directory: Directory;
}

/** How often a file that is replaced while it is opened is opened again. */
const TRIES = 20;

/**
 * Opens the database after finding it whole; `full` reads all of it whatever its stamp says. Throws `DatabaseError`.
 */
export function openWhole(path: string, full = false): SealedFile {
  for (let tries = 1; ; tries++) {
    const file = openOnce(path, full);
    if (file !== undefined) return file;
    if (tries === TRIES)
      throw new DatabaseError('locked', 'the advisory database is replaced again and again', { subject: path });
  }
}

/**
 * SQLite opens by name, so what it opened is what was verified only if the name still stands for the same file
 * afterwards; our descriptor keeps that file's inode from being given to another one meanwhile.
 */
function openOnce(path: string, full: boolean): SealedFile | undefined {
  let fd: number | undefined;
  let sqlite: DatabaseSync | undefined;
  try {
    fd = openSync(path, 'r');
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw new DatabaseError('corrupt', 'the advisory database is not a file', { subject: path });
    const digest = verified(fd, stats, path, full);
    sqlite = openSealed(path);
    if (!sameFile(stats, statSync(path, { bigint: true }))) {
      sqlite.close();
      return undefined;
    }
    return { sqlite, digest, bytes: Number(stats.size), directory: readDirectory(sqlite) };
  } catch (error) {
    sqlite?.close();
    throw asDatabaseError(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function sameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

function verified(fd: number, stats: BigIntStats, path: string, full: boolean): string {
  const size = Number(stats.size);
  const digest = readSeal(fd, size, path);
  if (!full && isStamped(path, stats, digest, Date.now())) return digest;
  verifySeal(fd, size, digest, path);
  writeStamp(path, stats, digest);
  return digest;
}

/**
 * Not atomic on purpose: a reader needs no more than a small file for it, and a torn or stale stamp only makes the next
 * reader verify again. Where it can't be written, every reader does.
 */
export function writeStamp(path: string, stats: BigIntStats, digest: string): void {
  try {
    writeFileSync(stampPath(path), stampText(stats, digest, Date.now()));
  } catch {}
}

/** The one row that says what else there is; throws `DatabaseError` `corrupt`. */
export function readDirectory(sqlite: DatabaseSync): Directory {
  const row = sqlite.prepare('SELECT crc, data FROM directory WHERE id = 1').get();
  return JSON.parse(checkedText(row ?? {}, 'directory')) as Directory;
}

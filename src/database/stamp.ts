import { type BigIntStats, readFileSync } from 'node:fs';
import { FORMAT } from './format.ts';

/**
 * That a file was read in full and found to have its digest. Hashing 100 MB takes 90 ms, so a reader is content with a
 * stamp that fits the file: any write to it changes size or times, any copy has another inode.
 */
interface Stamp {
  readonly format: number;
  readonly digest: string;
  readonly size: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly inode: string;
  readonly device: string;
  /** ISO 8601. */
  readonly verifiedAt: string;
}

/** A stamp is believed this long, then the file is read in full again: what rots on the disk changes no time. */
const VALID_MS = 24 * 60 * 60 * 1000;

/** The stamp stands beside the database. */
export function stampPath(path: string): string {
  return `${path}.json`;
}

/** Whether the stamp says that this very file, unchanged, was found to have `digest` less than a day ago. */
export function isStamped(path: string, stats: BigIntStats, digest: string, now: number): boolean {
  let stamp: Partial<Stamp> | null;
  try {
    stamp = JSON.parse(readFileSync(stampPath(path), 'utf8')) as Partial<Stamp> | null;
  } catch {
    return false;
  }
  const age = now - Date.parse(String(stamp?.verifiedAt));
  if (!(age >= 0 && age < VALID_MS)) return false;
  const wanted = stampOf(stats, digest, String(stamp?.verifiedAt));
  return (Object.keys(wanted) as (keyof Stamp)[]).every((key) => stamp?.[key] === wanted[key]);
}

/** The text of a stamp for a file that was just verified. */
export function stampText(stats: BigIntStats, digest: string, now: number): string {
  return `${JSON.stringify(stampOf(stats, digest, new Date(now).toISOString()), undefined, 2)}\n`;
}

function stampOf(stats: BigIntStats, digest: string, verifiedAt: string): Stamp {
  return {
    format: FORMAT,
    digest,
    size: String(stats.size),
    mtimeNs: String(stats.mtimeNs),
    ctimeNs: String(stats.ctimeNs),
    inode: String(stats.ino),
    device: String(stats.dev),
    verifiedAt,
  };
}

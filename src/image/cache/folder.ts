import { readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

/** One file of a cache. */
export interface CacheEntry {
  readonly path: string;
  readonly bytes: number;
  /** When it was last used, milliseconds since 1970. */
  readonly usedMs: number;
}

/** What a cache holds. */
export interface CacheStatus {
  readonly entries: number;
  /** Of all files. */
  readonly bytes: number;
  /** When the longest unused and the last used entry were used. */
  readonly oldest?: Date;
  readonly newest?: Date;
}

/** What is to go: what was not used since a time, then the longest unused until the rest fits. */
export interface PruneOptions {
  readonly maxBytes?: number;
  readonly usedBefore?: Date;
}

/** What went, and what stayed. */
export interface Pruned {
  readonly removed: number;
  /** Bytes. */
  readonly freed: number;
  /** Entries that stayed. */
  readonly kept: number;
}

/** A process that has not finished a file within this time never will. */
const temporaryForMs = 3_600_000;

/** All entries of a folder, by the ending of their names, those in its folders of two hexadecimal digits too. */
export function entriesIn(folder: string, ending: string): CacheEntry[] {
  return filesIn(folder, ending).map(({ path, found }) => ({ path, bytes: found.size, usedMs: found.mtimeMs }));
}

/** Sums up entries. */
export function statusOf(entries: readonly CacheEntry[]): CacheStatus {
  const times = entries.map(({ usedMs }) => usedMs).toSorted((a, b) => a - b);
  const [oldest, newest] = [times[0], times.at(-1)];
  return {
    entries: entries.length,
    bytes: bytesOf(entries),
    ...(oldest === undefined ? {} : { oldest: new Date(oldest) }),
    ...(newest === undefined ? {} : { newest: new Date(newest) }),
  };
}

/** Removes entries, the longest unused first. What can't be removed stays and counts as kept. */
export function pruneEntries(entries: readonly CacheEntry[], options: PruneOptions): Pruned {
  const { maxBytes = Number.POSITIVE_INFINITY, usedBefore } = options;
  const since = usedBefore?.getTime() ?? Number.NEGATIVE_INFINITY;
  const before = bytesOf(entries);
  let left = before;
  let removed = 0;
  for (const { path, bytes, usedMs } of entries.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (left <= maxBytes && usedMs >= since) break;
    if (!removeFile(path)) continue;
    left -= bytes;
    removed++;
  }
  return { removed, freed: before - left, kept: entries.length - removed };
}

/** Removes what processes that ended too early have left in a folder. */
export function removeLeftovers(folder: string): void {
  for (const { path, found } of filesIn(folder, '.tmp'))
    if (Date.now() - found.mtimeMs > temporaryForMs) removeFile(path);
}

/** Whether the file is gone. */
export function removeFile(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** Of all entries. */
export function bytesOf(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Others may remove files meanwhile. */
function filesIn(folder: string, ending: string): { readonly path: string; readonly found: Stats }[] {
  const top = namesIn(folder);
  const shards = top.filter((name) => /^[0-9a-f]{2}$/.test(name));
  const paths = [
    ...top.map((name) => join(folder, name)),
    ...shards.flatMap((shard) => namesIn(join(folder, shard)).map((name) => join(folder, shard, name))),
  ];
  return paths.flatMap((path) => {
    if (!path.endsWith(ending)) return [];
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? [{ path, found }] : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

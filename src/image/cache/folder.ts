import { readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { restartUsage } from './usage.ts';

/** What a cache holds. */
export interface CacheStatus {
  readonly entries: number;
  /** Of all files. */
  readonly bytes: number;
  /** Its bound. */
  readonly maxBytes: number;
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

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** The state of a folder of entries, which need not be there. */
export function statusOf(folder: string): Omit<CacheStatus, 'maxBytes'> {
  const entries = entriesOf(folder);
  const times = entries.map(({ usedMs }) => usedMs).toSorted((a, b) => a - b);
  const [oldest, newest] = [times[0], times.at(-1)];
  return {
    entries: entries.length,
    bytes: total(entries),
    ...(oldest === undefined ? {} : { oldest: new Date(oldest) }),
    ...(newest === undefined ? {} : { newest: new Date(newest) }),
  };
}

/** Removes entries, and what processes that ended too early have left. What can't be removed stays, and counts as kept. */
export function pruneFolder(folder: string, { maxBytes = Infinity, usedBefore }: PruneOptions): Pruned {
  removeLeftovers(folder);
  const entries = entriesOf(folder).toSorted((a, b) => a.usedMs - b.usedMs);
  let left = total(entries);
  let removed = 0;
  const before = left;
  for (const { path, bytes, usedMs } of entries) {
    if (left <= maxBytes && usedMs >= (usedBefore?.getTime() ?? -Infinity)) break;
    if (!remove(path)) continue;
    left -= bytes;
    removed++;
  }
  restartUsage(folder, left);
  return { removed, freed: before - left, kept: entries.length - removed };
}

function total(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

function entriesOf(folder: string): Entry[] {
  return filesOf(folder, '.layer').map(({ path, found }) => ({ path, bytes: found.size, usedMs: found.mtimeMs }));
}

function removeLeftovers(folder: string): void {
  for (const { path, found } of filesOf(folder, '.tmp')) if (Date.now() - found.mtimeMs > temporaryForMs) remove(path);
}

/** Others may remove files meanwhile. */
function filesOf(folder: string, ending: string): { readonly path: string; readonly found: Stats }[] {
  const shards = list(folder).filter((name) => /^[0-9a-f]{2}$/.test(name));
  const paths = ['', ...shards].flatMap((shard) =>
    list(join(folder, shard)).flatMap((name) => (name.endsWith(ending) ? [join(folder, shard, name)] : [])),
  );
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? [{ path, found }] : [];
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function remove(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

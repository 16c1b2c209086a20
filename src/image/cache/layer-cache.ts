import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayerContent } from '../layer/collector.ts';
import { decodeLayer, encodeLayer, entryKey, maximumEntryBytes } from './codec.ts';
import {
  bytesOf,
  type CacheEntry,
  type CacheStatus,
  entriesIn,
  type Pruned,
  type PruneOptions,
  pruneEntries,
  removeFile,
  removeLeftovers,
  statusOf,
} from './folder.ts';
import { isTrusted, makeOpenFolder, markUsed, placeFile } from './shared-file.ts';
import { countWritten, restartUsage } from './usage.ts';

/** How large the cache may grow. */
export interface LayerCacheOptions {
  /** Bytes of all its files; the longest unused go first. */
  readonly maxBytes: number;
}

/**
 * What was kept of layers, by their diffIDs: an entry stands for bytes whose diffID was verified as they were read,
 * wherever they came from. A folder in the hands of others is none (`isTrusted`). Any number of processes may use the same folder at once. Whatever goes wrong with a file or
 * the folder is a miss or nothing written, never an error.
 */
export interface LayerCache {
  readonly folder: string;
  readonly maxBytes: number;
  /** The content of a layer, with index 0; `wants` says for what it was read, and by whom. */
  read(diffId: string, wants: string): LayerContent | undefined;
  /** The name by which an entry goes, hexadecimal. */
  keyOf(diffId: string, wants: string): string;
  /** The file of an entry as it is, for another cache. */
  fileOf(diffId: string, wants: string): Uint8Array | undefined;
  /**
   * Takes such a file from elsewhere: gives what it says, unless anything of it is odd, and keeps it under other wants, so
   * that nobody else believes it.
   */
  accept(file: Uint8Array, diffId: string, wants: string, keptAs: string): LayerContent | undefined;
  /** Keeps a content that was read whole and verified; any other is passed over. */
  write(content: LayerContent, wants: string): void;
  /** All entries, for whoever prunes several caches together. */
  entries(): readonly CacheEntry[];
  status(): CacheStatus & { readonly maxBytes: number };
  prune(options?: PruneOptions): Pruned;
}

const ending = '.layer';
/** A used file is marked so at most this often. */
const markEveryMs = 60_000;

/** Keeps what was read of layers in a folder, which need not be there. */
export function layerCache(folder: string, { maxBytes }: LayerCacheOptions): LayerCache {
  // One failure (a full disk, a folder of somebody else) spares the next tries their work.
  let isWritable = maxBytes > 0;
  function keep(key: string, pack: () => Uint8Array | undefined): void {
    if (!isWritable) return;
    try {
      const bytes = pack();
      if (bytes === undefined || bytes.length > maxBytes) return;
      const path = entryPath(folder, key);
      makeOpenFolder(folder);
      if (!isTrusted(folder)) throw new Error('a folder of others');
      makeOpenFolder(dirname(path));
      placeFile(path, bytes);
      if (countWritten(folder, bytes.length) > maxBytes) pruneLayers(folder, { maxBytes: maxBytes * 0.9 });
    } catch {
      isWritable = false;
    }
  }
  return {
    folder,
    maxBytes,
    read(diffId, wants) {
      const key = entryKey(diffId, wants);
      const path = entryPath(folder, key);
      const bytes = isTrusted(folder) ? readEntry(path) : undefined;
      if (bytes === undefined) return undefined;
      const content = decodeLayer(bytes, key, diffId);
      if (content === undefined) removeFile(path);
      return content;
    },
    write(content, wants) {
      if (!isWorthKeeping(content)) return;
      const key = entryKey(content.diffId, wants);
      keep(key, () => encodeLayer(content, key));
    },
    keyOf: entryKey,
    fileOf: (diffId, wants) => (isTrusted(folder) ? readEntry(entryPath(folder, entryKey(diffId, wants))) : undefined),
    accept(file, diffId, wants, keptAs) {
      const content = decodeLayer(file, entryKey(diffId, wants), diffId);
      const key = entryKey(diffId, keptAs);
      if (content !== undefined) keep(key, () => encodeLayer(content, key));
      return content;
    },
    entries: () => entriesIn(folder, ending),
    status: () => ({ ...statusOf(entriesIn(folder, ending)), maxBytes }),
    prune: (options) => pruneLayers(folder, options ?? { maxBytes }),
  };
}

function pruneLayers(folder: string, options: PruneOptions): Pruned {
  removeLeftovers(folder);
  const entries = entriesIn(folder, ending);
  const pruned = pruneEntries(entries, options);
  restartUsage(folder, bytesOf(entries) - pruned.freed);
  return pruned;
}

/** All that an entry can hold of a content; what has more is no such content (one that was not read in order, say). */
const members: ReadonlySet<string> = new Set<keyof LayerContent>([
  'index',
  'diffId',
  'files',
  'symlinks',
  'hardlinks',
  'whiteouts',
  'opaques',
  'paths',
  'entries',
  'problems',
]);

/**
 * Only what would be found again: not a folder's content (no diffID), nor what was not read whole. A problem that loses
 * nothing is kept with the content.
 */
function isWorthKeeping(content: LayerContent): boolean {
  return (
    content.diffId !== '' &&
    content.problems.every(({ code }) => code === 'path-escape') &&
    Object.entries(content).every(([member, value]) => members.has(member) || value === undefined)
  );
}

function entryPath(folder: string, key: string): string {
  return join(folder, key.slice(0, 2), `${key}${ending}`);
}

function readEntry(path: string): Uint8Array | undefined {
  try {
    const { size, mtimeMs } = statSync(path);
    if (size > maximumEntryBytes) {
      removeFile(path);
      return undefined;
    }
    const bytes = readFileSync(path);
    if (Math.abs(Date.now() - mtimeMs) > markEveryMs) markUsed(path, bytes);
    return bytes;
  } catch {
    return undefined;
  }
}

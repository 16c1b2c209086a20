// size = 1*DIGIT [ "." 1*DIGIT ] [ "K" / "M" / "G" / "T" ] [ "B" / "iB" ]     in any case; steps of 1024
import { join } from 'node:path';
import {
  type CacheEntry,
  type CacheStatus,
  entriesIn,
  type Pruned,
  pruneEntries,
  removeLeftovers,
  statusOf,
} from '../image/cache/folder.ts';
import { layerCache } from '../image/cache/layer-cache.ts';
import { maximumKept } from './inventory-cache.ts';
import type { ScanOptions } from './options.ts';

/** Bytes that the cache of layers may take, unless said otherwise: 2 GiB. */
const defaultBytes = 2 * 1024 ** 3;

/** Where earlier scans have left what they found. */
export interface CachePlaces {
  readonly inventories: string;
  readonly layers: string;
  /** Of the layers. */
  readonly maxBytes: number;
}

/**
 * Where the caches are: in `folder`, else in `$SEAWORTHY_CACHE_DIR`, else in `home`. The bound is `$SEAWORTHY_CACHE_SIZE`
 * where that is a size.
 */
export function cachePlaces(
  home: string,
  env: Readonly<Record<string, string | undefined>>,
  folder?: ScanOptions['cacheFolder'],
): CachePlaces | undefined {
  if (folder === false) return undefined;
  const base = folder ?? (env['SEAWORTHY_CACHE_DIR'] || home);
  return {
    inventories: join(base, 'inventories'),
    layers: join(base, 'layers'),
    maxBytes: sizeOf(env['SEAWORTHY_CACHE_SIZE'] ?? '') ?? defaultBytes,
  };
}

const steps = 'KMGT';

/** Bytes of a text such as `500M`, `4G`, `0`; `undefined` for one that is no size. */
export function sizeOf(text: string): number | undefined {
  const [, number, step = ''] = /^(\d{1,15}(?:\.\d{1,6})?)([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  const bytes = Math.round(Number(number) * 1024 ** (step === '' ? 0 : steps.indexOf(step.toUpperCase()) + 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** What both caches hold. */
export interface CachesStatus {
  readonly layers: CacheStatus & { readonly folder: string; readonly maxBytes: number };
  readonly inventories: CacheStatus & { readonly folder: string; readonly maxEntries: number };
}

/** The state of both caches. */
export function cacheStatus({ layers, inventories, maxBytes }: CachePlaces): CachesStatus {
  return {
    layers: { ...layerCache(layers, { maxBytes }).status(), folder: layers },
    inventories: { ...statusOf(inventoriesIn(inventories)), folder: inventories, maxEntries: maximumKept },
  };
}

/** What is to go; without any of them, what is over the bound of the layers. */
export interface PruneCacheOptions {
  /** Of both together; the longest unused go first. */
  readonly maxBytes?: number;
  /** What was not used for so many days goes. */
  readonly olderThanDays?: number;
  readonly all?: boolean;
}

/** Makes room in both caches. What can't be removed stays. */
export function pruneCache(places: CachePlaces, options: PruneCacheOptions = {}): Pruned {
  const layers = layerCache(places.layers, places);
  const { olderThanDays } = options;
  const maxBytes = options.all ? 0 : options.maxBytes;
  const usedBefore = olderThanDays === undefined ? undefined : new Date(Date.now() - olderThanDays * 86_400_000);
  removeLeftovers(places.inventories);
  const first = pruneEntries([...layers.entries(), ...inventoriesIn(places.inventories)], {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(usedBefore === undefined ? {} : { usedBefore }),
  });
  // To its own bound; it also counts what is left, which it can't know of what was removed beside it.
  const then = layers.prune();
  return { removed: first.removed + then.removed, freed: first.freed + then.freed, kept: first.kept - then.removed };
}

function inventoriesIn(folder: string): CacheEntry[] {
  return entriesIn(folder, '.json');
}

import { type LayerCache, layerCache } from '../image/cache/layer-cache.ts';
import { ImageError } from '../image/image.ts';
import { openBlobs } from '../image/layer/blobs.ts';
import type { LayerContent } from '../image/layer/collector.ts';
import { readLayer } from '../image/layer/layer.ts';
import { limits } from '../internal/limit.ts';
import { checkpoint } from './checkpoint.ts';
import type { WantedLayer } from './known-layers.ts';
import { selection, type Wanted } from './selection.ts';
import type { SentError } from './sent-error.ts';
import { isVerified } from './verified.ts';

/** Counters that all lanes share. */
const slots = { next: 0, active: 1, kibibytes: 2, entries: 3, kept: 4 } as const;

/** Memory that all lanes count in. */
export type Counters = Int32Array<SharedArrayBuffer>;

/** Counters at zero. */
export function newCounters(): Counters {
  return new Int32Array(new SharedArrayBuffer(Object.keys(slots).length * 4));
}

/** Bytes that all lanes have read so far. */
export function bytesRead(counters: Counters): number {
  return (counters[slots.kibibytes] ?? 0) * 1024;
}

/** What a lane is started with. */
export interface LaneTask {
  readonly layers: readonly WantedLayer[];
  readonly wanted: Wanted;
  readonly counters: Counters;
  readonly cores: number;
  /** See `ReadOptions.lazy`. */
  readonly lazy: boolean;
  /** Where what was read is kept. */
  readonly cache?: Pick<LayerCache, 'folder' | 'maxBytes'> | undefined;
}

/** What a lane sends for each layer. */
export type LaneMessage =
  | { readonly kind: 'content'; readonly content: LayerContent }
  | ({ readonly kind: 'failed' } & SentError);

/**
 * Reads layer after layer until none is left; on the main thread and in workers alike, which are terminated instead of
 * given a signal.
 */
export async function runLane(
  task: LaneTask,
  take: (content: LayerContent) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { counters, cores } = task;
  const selects = selection(task.wanted);
  const cache = task.cache && layerCache(task.cache.folder, task.cache);
  Atomics.add(counters, slots.active, 1);
  const blobs = openBlobs();
  try {
    for (
      let at = Atomics.add(counters, slots.next, 1);
      at < task.layers.length;
      at = Atomics.add(counters, slots.next, 1)
    ) {
      const unread = task.layers[at];
      if (!unread) break;
      const { layer } = unread;
      await checkpoint(signal);
      const overlap = (): boolean => Atomics.load(counters, slots.active) < cores;
      const onBytes = counter(counters, signal);
      const content = await readLayer(layer, selects, blobs, { overlap, onBytes, lazy: task.lazy });
      countIn(counters, content);
      // Before it is handed over: its bytes may go to another thread.
      keep(cache, unread, content);
      take(content);
    }
  } finally {
    Atomics.sub(counters, slots.active, 1);
    await blobs.close();
  }
}

/** Keeps all layers together within bounds, as `readLayer` does each. Throws `limit-exceeded`. */
export function countIn(counters: Counters, { entries, files }: LayerContent): void {
  const kept = Math.ceil(files.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1024);
  const allEntries = Atomics.add(counters, slots.entries, entries) + entries;
  const allKept = Atomics.add(counters, slots.kept, kept) + kept;
  if (allEntries > limits.entriesPerImage) {
    throw new ImageError(
      'limit-exceeded',
      'The image has more entries than any real one',
      `over ${limits.entriesPerImage}`,
    );
  }
  if (allKept > limits.selectedBytesPerImage / 1024) {
    throw new ImageError(
      'limit-exceeded',
      'The files of the image that hold packages are too large together',
      `over ${limits.selectedBytesPerImage} bytes`,
    );
  }
}

/** Counts bytes as they are read; throws the signal's reason once it is aborted. */
export function counter(counters: Counters, signal?: AbortSignal): (count: number) => void {
  let rest = 0;
  return (count) => {
    signal?.throwIfAborted();
    rest += count;
    Atomics.add(counters, slots.kibibytes, rest >> 10);
    rest &= 1023;
  };
}

/** Keeps what was read of a layer, if its bytes were verified. */
export function keep(cache: LayerCache | undefined, unread: WantedLayer | undefined, content: LayerContent): void {
  if (unread !== undefined && content.lazy === undefined && isVerified(unread.layer))
    cache?.write(content, unread.wants);
}

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type LayerCache, layerCache } from '../image/cache/layer-cache.ts';
import { ImageError, type Layer } from '../image/image.ts';
import { openBlobs } from '../image/layer/blobs.ts';
import type { LayerContent } from '../image/layer/collector.ts';
import { readGzipArchive } from '../image/layer/gzip-archive.ts';
import { readLayer } from '../image/layer/layer.ts';
import { limits } from '../internal/limit.ts';
import { checkpoint } from './checkpoint.ts';
import { knownLayers, type ReadBefore, type UnreadLayer } from './known-layers.ts';
import { selection, type Wanted } from './selection.ts';
import { type SentError, thrown } from './sent-error.ts';
import { isVerified } from './verified.ts';

/** Bytes as stored for which a further lane is worth its start, some twenty milliseconds. */
const bytesPerLane = 8 << 20;

/** Counters that all lanes share. */
const slots = { next: 0, active: 1, kibibytes: 2, entries: 3, kept: 4 } as const;

/** What a lane is started with. */
export interface LaneTask {
  readonly layers: readonly UnreadLayer[];
  readonly wanted: Wanted;
  readonly counters: Int32Array<SharedArrayBuffer>;
  readonly cores: number;
  /** Where what was read is kept. */
  readonly cache?: Pick<LayerCache, 'folder' | 'maxBytes'> | undefined;
}

/** What a lane sends for each layer. */
export type LaneMessage =
  | { readonly kind: 'content'; readonly content: LayerContent }
  | ({ readonly kind: 'failed' } & SentError);

/** Told how many bytes of how many have been read; layers that are known don't count. */
export type ReadProgress = (done: number, total: number) => void;

/** How many layers were known, and the bytes as stored of those that had to be read. */
export interface LayerUse {
  readonly known: number;
  readonly bytes: number;
}

/** How to go about it. */
export interface ReadLayersOptions {
  readonly onProgress?: ReadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: `bytesPerLane`. */
  readonly laneBytes?: number | undefined;
  /** Layers that it knows are not read, and what is read is kept there. */
  readonly layers?: LayerCache | undefined;
  /** The reading before of the same layers: one is read again only where the further wishes concern it. */
  readonly before?: ReadBefore | undefined;
  readonly onLayers?: ((use: LayerUse) => void) | undefined;
}

/**
 * Gives the content of all layers. Those that are not known are read, longest first, on as many lanes as there are cores
 * and bytes for; this thread is one. Throws `ImageError`, what a layer's place throws, and the signal's reason once it is
 * aborted.
 */
export async function readLayers(
  layers: readonly Layer[],
  wanted: Wanted,
  options: ReadLayersOptions = {},
): Promise<LayerContent[]> {
  const { onProgress, signal } = options;
  const { known, unread } = await knownLayers(layers, wanted, options, signal);
  const total = unread.reduce((sum, { layer }) => sum + layer.size, 0);
  options.onLayers?.({ known: known.length, bytes: total });
  const counters = new Int32Array(new SharedArrayBuffer(Object.keys(slots).length * 4));
  const timer = onProgress && setInterval(() => onProgress((counters[slots.kibibytes] ?? 0) * 1024, total), 100);
  try {
    for (const content of known) countIn(counters, content);
    const cores = availableParallelism();
    const read = await readUnread({ layers: longestFirst(unread), wanted, counters, cores }, total, options);
    const copies = unread.flatMap(({ layer, same }) => copiesOf(read, layer.index, same));
    for (const content of copies) countIn(counters, content);
    const contents = [...known, ...read, ...copies];
    if (contents.length < layers.length)
      throw new ImageError('unreadable', 'A reader of layers stopped before its end');
    return contents.toSorted((a, b) => a.index - b.index);
  } catch (error) {
    // What an interrupted reading stumbled over is no news of the image.
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function longestFirst(layers: readonly UnreadLayer[]): UnreadLayer[] {
  return layers.toSorted((a, b) => b.layer.size - a.layer.size);
}

function copiesOf(contents: readonly LayerContent[], index: number, same: readonly number[]): LayerContent[] {
  const content = contents.find((one) => one.index === index);
  return content === undefined ? [] : same.map((other) => ({ ...content, index: other }));
}

async function readUnread(
  task: LaneTask,
  total: number,
  { signal, laneBytes = bytesPerLane, layers: cache }: ReadLayersOptions,
): Promise<LayerContent[]> {
  const { layers, wanted, counters, cores } = task;
  if (layers.length === 0) return [];
  if (layers.some(({ layer }) => layer.blob.kind === 'in-gzip')) {
    const stored = layers.map(({ layer }) => layer);
    const contents = await readGzipArchive(stored, selection(wanted), { onBytes: counter(counters, signal) });
    for (const [at, content] of contents.entries()) {
      countIn(counters, content);
      keep(cache, layers[at], content);
    }
    return contents;
  }
  const lanes = Math.max(1, Math.min(layers.length, cores, Math.ceil(total / laneBytes)));
  return await runLanes({ ...task, cache: cache && { folder: cache.folder, maxBytes: cache.maxBytes } }, lanes, signal);
}

function keep(cache: LayerCache | undefined, unread: UnreadLayer | undefined, content: LayerContent): void {
  if (unread !== undefined && isVerified(unread.layer)) cache?.write(content, unread.wants);
}

async function runLanes(task: LaneTask, lanes: number, signal: AbortSignal | undefined): Promise<LayerContent[]> {
  const contents: LayerContent[] = [];
  const workers = Array.from({ length: lanes - 1 }, () => startWorker(task));
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    const own = runLane(task, (content) => void contents.push(content), signal);
    const others = workers.map(({ done }) => done.then((found) => void contents.push(...found)));
    await Promise.race([Promise.all([own, ...others]), aborted.promise]);
    return contents;
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
  }
}

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
      const content = await readLayer(layer, selects, blobs, { overlap, onBytes: counter(counters, signal) });
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
function countIn(counters: Int32Array<SharedArrayBuffer>, { entries, files }: LayerContent): void {
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

function counter(counters: Int32Array<SharedArrayBuffer>, signal?: AbortSignal): (count: number) => void {
  let rest = 0;
  return (count) => {
    signal?.throwIfAborted();
    rest += count;
    Atomics.add(counters, slots.kibibytes, rest >> 10);
    rest &= 1023;
  };
}

function startWorker(task: LaneTask): { worker: Worker; done: Promise<LayerContent[]> } {
  const name = import.meta.url.endsWith('.ts') ? './lane-worker.ts' : './lane-worker.js';
  const worker = new Worker(new URL(name, import.meta.url), { workerData: task });
  const contents: LayerContent[] = [];
  const done = new Promise<LayerContent[]>((resolve, reject) => {
    worker.on('message', (message: LaneMessage) => {
      if (message.kind === 'content') contents.push(message.content);
      else reject(thrown(message));
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve(contents));
  });
  // Whichever lane fails first is told of; the others' failures are the same news.
  done.catch(() => undefined);
  return { worker, done };
}

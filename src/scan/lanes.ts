import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { LayerCache } from '../image/cache/layer-cache.ts';
import { ImageError, type Layer } from '../image/image.ts';
import type { LayerContent, LazyReading } from '../image/layer/collector.ts';
import { readGzipArchive } from '../image/layer/gzip-archive.ts';
import { type KnownLayers, knownLayers, type ReadBefore, type WantedLayer } from './known-layers.ts';
import {
  bytesRead,
  type Counters,
  counter,
  countIn,
  keep,
  type LaneMessage,
  type LaneTask,
  newCounters,
  runLane,
} from './lane.ts';
import { selection, type Wanted } from './selection.ts';
import { thrown } from './sent-error.ts';
import type { SharedLayers, SharedUse } from './share-cache.ts';

/** Bytes as stored for which a further lane is worth its start, some twenty milliseconds. */
const bytesPerLane = 8 << 20;

/** Told how many bytes of how many have been read; layers that are known don't count. */
export type ReadProgress = (done: number, total: number) => void;

/** How a layer was read by its table of contents; `layer` is its index. */
export type LazyLayer = LazyReading & { readonly layer: number };

/** What of the layers was known. */
export interface LayerUse {
  /** How many were. */
  readonly known: number;
  /** As stored, of those that had to be read; of what was read by a table of contents, what was fetched. */
  readonly bytes: number;
  /** Layers that were read by their tables of contents. */
  readonly lazy: readonly LazyLayer[];
  /** What a team's cache knew, or was given. */
  readonly shared?: SharedUse;
}

/** How to go about it. */
export interface ReadLayersOptions {
  readonly onProgress?: ReadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: `bytesPerLane`. */
  readonly laneBytes?: number | undefined;
  /** Trusts tables of contents; see `ReadOptions.lazy`. */
  readonly lazy?: boolean | undefined;
  /** Layers that it knows are not read, and what is read is kept there. */
  readonly layers?: LayerCache | undefined;
  /** A team's cache, which is asked for what the cache here does not know. */
  readonly shared?: SharedLayers | undefined;
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
  const { onProgress, signal, lazy = false } = options;
  const counters = newCounters();
  const { known, unread, cached } = await knownAnywhere(layers, wanted, options, counters);
  const total = unread.reduce((sum, { layer }) => sum + layer.size, 0);
  const timer = onProgress && setInterval(() => onProgress(bytesRead(counters), total), 100);
  try {
    const cores = availableParallelism();
    const task = { layers: longestFirst(unread), wanted, counters, cores, lazy };
    const read = await readUnread(task, total, options);
    const copies = unread.flatMap(({ layer, same }) => copiesOf(read, layer.index, same));
    for (const content of copies) countIn(counters, content);
    if (options.layers !== undefined) await options.shared?.push(options.layers, unread, cached);
    const contents = [...known, ...read, ...copies];
    options.onLayers?.(useOf(known.length, unread, contents, options.shared));
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

async function knownAnywhere(
  layers: readonly Layer[],
  wanted: Wanted,
  options: ReadLayersOptions,
  counters: Counters,
): Promise<KnownLayers> {
  const { layers: cache, shared, signal } = options;
  const take = (content: LayerContent): void => countIn(counters, content);
  const here = await knownLayers(layers, wanted, { ...options, take }, signal);
  if (cache === undefined || shared === undefined) return here;
  const fetched = await shared.fetch(cache, here.unread);
  const isFetched = ({ layer }: WantedLayer): boolean => fetched.some(({ index }) => index === layer.index);
  const copies = here.unread.filter(isFetched).flatMap(({ layer, same }) => copiesOf(fetched, layer.index, same));
  for (const content of [...fetched, ...copies]) take(content);
  return {
    ...here,
    known: [...here.known, ...fetched, ...copies],
    unread: here.unread.filter((one) => !isFetched(one)),
  };
}

function useOf(
  known: number,
  unread: readonly WantedLayer[],
  contents: readonly LayerContent[],
  shared: SharedLayers | undefined,
): LayerUse {
  const lazy = contents.flatMap((one): LazyLayer[] => (one.lazy ? [{ ...one.lazy, layer: one.index }] : []));
  const fetched = new Map(lazy.map((one) => [one.layer, one.fetched]));
  const bytes = unread.reduce((sum, { layer }) => sum + (fetched.get(layer.index) ?? layer.size), 0);
  return { known, bytes, lazy, ...(shared === undefined ? {} : { shared: shared.use() }) };
}

function longestFirst(layers: readonly WantedLayer[]): WantedLayer[] {
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

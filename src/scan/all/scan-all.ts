import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { databasePath } from '../../database/database.ts';
import type { Outcome } from '../../report/many/outcome.ts';
import type { ScanOptions, ScanProgress } from '../options.ts';
import { allNames, type BatchImage, openBatch, take } from './batch.ts';
import { checkBefore } from './check-before.ts';
import { fetchOnce } from './fetch-once.ts';
import { type Journal, openJournal } from './journal.ts';
import { layerGraph, type Step, sharedFirst } from './layer-graph.ts';
import type { ListedImage } from './listed-image.ts';
import { openPool, type Pool } from './pool.ts';
import type { PlainOptions, Result, Task } from './tasks.ts';

export type { ListOptions } from './list.ts';
export { listReferences } from './list.ts';
export type { ListedImage } from './listed-image.ts';

/** How many images are done, of how many that are known of so far. */
export interface ImagesProgress {
  readonly stage: 'images';
  readonly done: number;
  /** Absent until the list has come to its end. */
  readonly total?: number;
  /** The image that was done last. */
  readonly label?: string;
}

/** How to scan many images. */
export interface ScanAllOptions extends Omit<ScanOptions, 'onProgress' | 'oneLane' | 'fetchAdvisories'> {
  /** Threads; default: as many as cores. */
  readonly threads?: number;
  /** Images that are opened before any of them is scanned, so that names of the same one and shared layers are seen; default 1,000. */
  readonly lookAhead?: number;
  /** NDJSON file of what is done: a run with the same file goes on where the last one ended, however it ended. */
  readonly resume?: string;
  /** The program of a thread, in place of the usual one. */
  readonly thread?: URL;
  readonly onProgress?: (progress: ScanProgress | ImagesProgress) => void;
}

const usualLookAhead = 1_000;

/** What the whole run shares. */
interface Run {
  readonly pool: Pool;
  readonly journal: Journal | undefined;
  /** DiffIDs of layers that were read in this run. */
  readonly read: Set<string>;
  /** Digest → the first name under which it was told of. */
  readonly told: Map<string, string>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Scans images in as many threads as there are cores and hands out what came of each as it is done, in no certain order.
 * Images of one digest are scanned once; each layer is read once, however many images have it. An error of one image is
 * its outcome. Throws, before the first, what goes for all: `DatabaseError`, `VexError`; what the list throws; and the
 * signal's reason once it is aborted.
 */
export async function* scanAll(
  references: AsyncIterable<ListedImage>,
  options: ScanAllOptions = {},
): AsyncGenerator<Outcome> {
  const { signal, onProgress, lookAhead = usualLookAhead } = options;
  signal?.throwIfAborted();
  await checkBefore(options);
  const temporary = options.cacheFolder === false ? mkdtempSync(join(tmpdir(), 'seaworthy-all-')) : undefined;
  const run = startRun(options, temporary);
  const list = references[Symbol.asyncIterator]();
  const progress = { done: 0, known: 0, isWhole: false };
  const nextBatch = async (): Promise<BatchImage[]> => {
    const listed = await take(list, lookAhead);
    if (listed.length < lookAhead) progress.isWhole = true;
    const batch = await openBatch(listed, run.pool);
    progress.known += batch.length;
    return batch;
  };
  const endThreads = (): void => void run.pool.close();
  signal?.addEventListener('abort', endThreads);
  try {
    let coming = nextBatch();
    for (;;) {
      const batch = await unlessAborted(coming, signal);
      if (batch.length === 0) return;
      coming = progress.isWhole ? Promise.resolve([]) : nextBatch();
      // Whoever waits for it hears of its failure.
      coming.catch(() => undefined);
      for await (const outcome of scanBatch(batch, run)) {
        progress.done++;
        // An image that failed and lies elsewhere too is tried again.
        const total = progress.isWhole ? { total: Math.max(progress.known, progress.done) } : {};
        onProgress?.({ stage: 'images', done: progress.done, ...total, label: outcome.references[0] ?? '' });
        yield outcome;
        if (isTold(outcome, run)) run.journal?.keep(outcome);
      }
    }
  } finally {
    signal?.removeEventListener('abort', endThreads);
    // Nobody waits for a list that is waiting itself: for standard input, say.
    void list.return?.()?.catch(() => undefined);
    await run.pool.close();
    run.journal?.close();
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

function startRun(options: ScanAllOptions, temporary: string | undefined): Run {
  const { threads = availableParallelism(), thread, resume, lookAhead: _, signal, onProgress, ...scanning } = options;
  const database = options.databasePath ?? databasePath(process.env);
  const plain: PlainOptions = {
    ...scanning,
    // What the threads share for the time of the run is no cache that others gave something to.
    ...(temporary === undefined ? {} : { cacheFolder: temporary, cacheFrom: '' }),
  };
  const { mirror } = options;
  return {
    pool: openPool({
      size: threads,
      options: plain,
      fetchAdvisories: fetchOnce(database, {
        ...(mirror === undefined ? {} : { mirror }),
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
      }),
      onProgress,
      ...(thread === undefined ? {} : { program: thread }),
    }),
    journal: resume === undefined ? undefined : openJournal(resume, options),
    read: new Set(),
    told: new Map(),
    signal,
  };
}

/** Waits, but no longer than until the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: either, resolve, reject } = Promise.withResolvers<T>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return either;
}

/** Scans images that are open, and tells at once of those of which nothing is to be scanned. */
async function* scanBatch(batch: readonly BatchImage[], run: Run): AsyncGenerator<Outcome> {
  const images: BatchImage[] = [];
  for (const image of batch) {
    const outcome = withoutScan(image, run);
    if (outcome === undefined) images.push(image);
    else yield outcome;
  }
  const ordered = sharedFirst(images.map(({ layers }) => layers)).flatMap((at) => images[at] ?? []);
  const graph = layerGraph(
    ordered.map(({ layers }) => layers),
    run.read,
  );
  const again: Step[] = [];
  const settled: Settled[] = [];
  let running = 0;
  let wake: (() => void) | undefined;
  const fill = (): void => {
    while (running < run.pool.size) {
      const step = again.pop() ?? graph.next();
      if (step === undefined) return;
      running++;
      void perform(step, ordered, run.pool).then((one) => {
        settled.push(one);
        return wake?.();
      });
    }
  };
  for (fill(); running > 0; ) {
    // No race of promises: one that is never settled would keep every report for which it was raced.
    if (settled.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    run.signal?.throwIfAborted();
    const { step, result } = settled.shift() ?? nothingSettled();
    running--;
    graph.done(step);
    const image = step.kind === 'image' ? ordered[step.at] : undefined;
    const other = image && result.kind === 'failed' ? elsewhere(image) : undefined;
    if (other !== undefined) again.push({ kind: 'image', at: ordered.push(other) - 1 });
    fill();
    if (image === undefined) continue;
    const outcome = outcomeOf(image, result);
    if (outcome.kind === 'failed' && image.digest !== undefined) run.told.delete(image.digest);
    yield outcome;
  }
}

/** Whether it is of an image that goes by its digest: a container does not, though its report has its image's. */
function isTold(outcome: Outcome, { told }: Run): boolean {
  if (outcome.kind !== 'report' || outcome.report.subject.kind !== 'image') return false;
  const { digest, configDigest } = outcome.report.subject;
  const first = told.get(digest ?? configDigest ?? '');
  return first !== undefined && outcome.references.includes(first);
}

interface Settled {
  readonly step: Step;
  readonly result: Result;
}

function nothingSettled(): never {
  throw new Error('woken, and nothing was done');
}

async function perform(step: Step, images: readonly BatchImage[], pool: Pool): Promise<Settled> {
  return { step, result: await pool.run(taskOf(step, images)) };
}

function taskOf(step: Step, images: readonly BatchImage[]): Task {
  if (step.kind === 'layer') return { kind: 'layer', layer: step.layer };
  const { reference = '', image } = images[step.at] ?? {};
  return { kind: 'scan', reference, ...(image === undefined ? {} : { image }) };
}

/** The image at the next place where it lies. */
function elsewhere({ elsewhere: [next, ...others] }: BatchImage): BatchImage | undefined {
  return next && { ...next, elsewhere: others };
}

function withoutScan(image: BatchImage, run: Run): Outcome | undefined {
  const { reference, digest, error } = image;
  const references = allNames(image);
  if (error !== undefined) return { kind: 'failed', references, error };
  if (digest === undefined) return undefined;
  const as = run.told.get(digest);
  if (as !== undefined) return { kind: 'same', references, as, digest };
  run.told.set(digest, reference);
  const summary = run.journal?.known(digest);
  return summary === undefined ? undefined : { kind: 'remembered', references, summary };
}

function outcomeOf(image: BatchImage, result: Result): Outcome {
  if (result.kind === 'report') return { kind: 'report', references: allNames(image), report: result.report };
  const { references } = image;
  if (result.kind === 'failed') return { kind: 'failed', references, error: result.error };
  throw new Error(`a thread answered something else: ${result.kind}`);
}

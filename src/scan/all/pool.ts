import { Worker } from 'node:worker_threads';
import type { FetchedAdvisories, ScanProgress } from '../options.ts';
import { threadEnded } from './outcome-error.ts';
import type { FromThread, PlainOptions, Result, Task, ToThread } from './tasks.ts';

/** Threads that do one task each at a time. */
export interface Pool {
  readonly size: number;
  /** Never rejects: a thread that dies is the failure of its task, and another one takes its place. */
  run(task: Task): Promise<Result>;
  /** Ends all threads at once; what they were about fails. */
  close(): Promise<void>;
}

/** How to start the threads. */
export interface PoolOptions {
  readonly size: number;
  readonly options: PlainOptions;
  /** Asked for all threads. */
  readonly fetchAdvisories: (ecosystems: readonly string[]) => Promise<FetchedAdvisories>;
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
  /** The program of a thread; default: `thread.ts`. */
  readonly program?: URL;
  /** What a thread's objects may take; default: what V8 allows any. */
  readonly memoryMb?: number;
}

interface Job {
  readonly task: Task;
  readonly resolve: (result: Result) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
}

/** Opens a pool; a thread is started with the first task for which none is free. */
export function openPool(options: PoolOptions): Pool {
  const threads = new Set<Thread>();
  const queue: Job[] = [];
  let isClosed = false;

  const finish = (thread: Thread, result: Result): void => {
    const { job } = thread;
    thread.job = undefined;
    job?.resolve(result);
    dispatch();
  };
  const start = (): Thread => {
    const thread: Thread = { worker: startThread(options), job: undefined };
    threads.add(thread);
    let cause: unknown = 'ended by itself';
    thread.worker.on('message', (message: FromThread) => {
      if (message.kind === 'result') finish(thread, message.result);
      else if (message.kind === 'progress') options.onProgress?.(message.progress);
      else void answer(thread.worker, message.ecosystems, options);
    });
    thread.worker.on('error', (error) => {
      cause = error;
    });
    thread.worker.on('exit', () => {
      threads.delete(thread);
      finish(thread, { kind: 'failed', error: threadEnded(cause) });
    });
    return thread;
  };
  const dispatch = (): void => {
    if (isClosed) return;
    while (queue.length > 0) {
      const free =
        [...threads].find(({ job }) => job === undefined) ?? (threads.size < options.size ? start() : undefined);
      const job = free && queue.shift();
      if (free === undefined || job === undefined) return;
      free.job = job;
      free.worker.postMessage({ kind: 'task', task: job.task } satisfies ToThread);
    }
  };
  return {
    size: options.size,
    run(task) {
      const { promise, resolve } = Promise.withResolvers<Result>();
      const job = { task, resolve };
      // What is to come is found out while the rest is scanned, and takes no time beside that.
      if (task.kind === 'open') queue.unshift(job);
      else queue.push(job);
      dispatch();
      return promise;
    },
    async close() {
      isClosed = true;
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
      for (const { resolve } of queue.splice(0)) resolve({ kind: 'failed', error: threadEnded('closed') });
    },
  };
}

function startThread({ options, program, memoryMb }: PoolOptions): Worker {
  const name = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';
  return new Worker(program ?? new URL(name, import.meta.url), {
    workerData: options,
    ...(memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
  });
}

async function answer(worker: Worker, ecosystems: readonly string[], { fetchAdvisories }: PoolOptions): Promise<void> {
  try {
    worker.postMessage({ kind: 'fetched', fetched: await fetchAdvisories(ecosystems) } satisfies ToThread);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    worker.postMessage({ kind: 'not-fetched', message } satisfies ToThread);
  }
}

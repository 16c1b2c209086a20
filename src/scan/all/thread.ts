// One thread of a run over many images: it does one task after the other.
import { parentPort, workerData } from 'node:worker_threads';
import type { FetchedAdvisories } from '../options.ts';
import { outcomeError } from './outcome-error.ts';
import { perform } from './perform.ts';
import type { FromThread, PlainOptions, Result, Task, ToThread } from './tasks.ts';

const options = workerData as PlainOptions;
let waiting: PromiseWithResolvers<FetchedAdvisories> | undefined;

function send(message: FromThread): void {
  parentPort?.postMessage(message);
}

async function resultOf(task: Task): Promise<Result> {
  try {
    return await perform(task, {
      ...options,
      oneLane: true,
      fetchAdvisories(ecosystems) {
        waiting = Promise.withResolvers();
        send({ kind: 'fetch', ecosystems });
        return waiting.promise;
      },
    });
  } catch (error) {
    return { kind: 'failed', error: outcomeError(error) };
  }
}

parentPort?.on('message', async (message: ToThread) => {
  if (message.kind === 'fetched') waiting?.resolve(message.fetched);
  else if (message.kind === 'not-fetched') waiting?.reject(new Error(message.message));
  else send({ kind: 'result', result: await resultOf(message.task) });
});

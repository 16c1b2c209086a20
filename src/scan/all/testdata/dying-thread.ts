// Stands in for `thread.ts`: what the reference says happens.
import { parentPort } from 'node:worker_threads';
import type { FromThread, Result, ToThread } from '../tasks.ts';

function send(result: Result): void {
  parentPort?.postMessage({ kind: 'result', result } satisfies FromThread);
}

function fillMemory(): void {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(1e6).fill(Math.random()));
}

parentPort?.on('message', (message: ToThread) => {
  if (message.kind !== 'task') return;
  const { task } = message;
  if (task.kind === 'open') {
    if (task.references.some((reference) => reference.includes('exits-opening'))) process.exit(3);
    send({ kind: 'opened', opened: task.references.map(() => ({ kind: 'image', readsAhead: false })) });
  } else if (task.kind === 'scan') {
    if (task.reference.includes('exits')) process.exit(3);
    if (task.reference.includes('throws')) throw new Error('thrown outside of any promise');
    if (task.reference.includes('rejects')) void Promise.reject(new Error('rejected and not caught'));
    else if (task.reference.includes('fills')) fillMemory();
    else if (!task.reference.includes('hangs'))
      send({ kind: 'failed', error: { name: 'ImageError', code: 'not-found', message: 'answered' } });
  }
});

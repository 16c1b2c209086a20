import { setImmediate } from 'node:timers/promises';

/** Lets a pending interrupt in, which no handler hears of during synchronous work; throws the signal's reason when aborted. */
export async function checkpoint(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return;
  await setImmediate();
  signal.throwIfAborted();
}

import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectGarbage } from './collect-garbage.ts';

it('frees what is not used any more, and shows nothing of itself', async () => {
  const unused = new WeakRef(Array.from({ length: 1_000_000 }, (_, at) => at));
  // What a weak reference was made of stays until the end of the turn.
  await setImmediate();
  collectGarbage();
  expect(unused.deref()).toBeUndefined();
  expect('gc' in globalThis).toBe(false);
});

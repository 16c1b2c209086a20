import { expect, it } from 'vitest';
import { collectGarbage } from './collect-garbage.ts';

it('frees what is not used any more, and shows nothing of itself', () => {
  const collected = new WeakRef(Array.from({ length: 1_000_000 }, (_, at) => at));
  return new Promise<void>((done) => setTimeout(done)).then(() => {
    collectGarbage();
    expect(collected.deref()).toBeUndefined();
    expect('gc' in globalThis).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { type Judgement, type RetryPolicy, retry, retryAfterMs } from './retry.ts';

const policy: RetryPolicy = { attempts: 4, attemptsInAll: 10, baseMs: 100, capMs: 250, longestAskedMs: 5000 };

function fakeClock(): Clock & { slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => 0,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
    },
  };
}

function failing(times: number): { run: () => Promise<string>; count: () => number } {
  let count = 0;
  return {
    count: () => count,
    run: async () => {
      if (++count <= times) throw new Error(`failure ${count}`);
      return 'done';
    },
  };
}

const again = (): Judgement => ({ kind: 'again' });
const furtherEachTime = (): Judgement => ({ kind: 'again', progress: true });
const asking = (askedMs: number) => (): Judgement => ({ kind: 'again', askedMs });

describe('retry', () => {
  it('doubles its waits up to the cap, jittered', async () => {
    const clock = fakeClock();
    const task = failing(3);
    expect(await retry(policy, { clock, random: () => 0.5 }, task.run, again)).toBe('done');
    expect(clock.slept).toEqual([50, 100, 125]);
  });

  it('throws the last error after so many tries', async () => {
    const task = failing(100);
    await expect(retry(policy, { clock: fakeClock() }, task.run, again)).rejects.toThrow('failure 4');
  });

  it('counts anew after progress, but not for ever', async () => {
    const task = failing(100);
    await expect(retry(policy, { clock: fakeClock() }, task.run, furtherEachTime)).rejects.toThrow('failure 10');
  });

  it('obeys the wait that is asked for, and gives up when that is too long', async () => {
    const clock = fakeClock();
    expect(await retry(policy, { clock, random: () => 0 }, failing(1).run, asking(5000))).toBe('done');
    expect(clock.slept).toEqual([5000]);
    await expect(retry(policy, { clock }, failing(1).run, asking(5001))).rejects.toThrow('failure 1');
  });

  it('tries less often where the judge says so, and not again where it gives up', async () => {
    const few = failing(9);
    await expect(
      retry(policy, { clock: fakeClock() }, few.run, () => ({ kind: 'again', attempts: 2 })),
    ).rejects.toThrow('failure 2');
    const never = failing(9);
    await expect(retry(policy, { clock: fakeClock() }, never.run, () => ({ kind: 'give-up' }))).rejects.toThrow(
      'failure 1',
    );
    expect(never.count()).toBe(1);
  });

  it('ends at once when called off', async () => {
    const task = failing(9);
    const context = { clock: fakeClock(), signal: AbortSignal.abort() };
    await expect(retry(policy, context, task.run, again)).rejects.toThrow('failure 1');
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 1969 23:59:00 GMT', 0],
    ['-1', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (header, expected) => {
    expect(retryAfterMs(header, 0)).toBe(expected);
  });
});

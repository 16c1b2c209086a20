import type { Clock } from './clock.ts';

/** How often and how patiently to try again. */
export interface RetryPolicy {
  /** Tries in a row that got nowhere before giving up. */
  readonly attempts: number;
  /** Tries in all, also when each one got a little further. */
  readonly attemptsInAll: number;
  /** The first wait lies below this, milliseconds; each further one doubles it. */
  readonly baseMs: number;
  /** No wait that we choose is longer. */
  readonly capMs: number;
  /** A wait that the other side asks for is obeyed up to this; beyond it we give up. */
  readonly longestAskedMs: number;
}

/** What to make of a failed try. */
export type Judgement =
  | { readonly kind: 'give-up' }
  | {
      readonly kind: 'again';
      /** What the other side asks for (`Retry-After`), milliseconds. */
      readonly askedMs?: number;
      /** The try got further than those before it, so the count of fruitless ones starts anew. */
      readonly progress?: boolean;
      /** Fewer tries than the policy's, for an error that rarely passes. */
      readonly attempts?: number;
    };

/** What `retry` needs of the world. */
export interface RetryContext {
  readonly clock: Clock;
  /** 0 ≤ x < 1, for the jitter. */
  readonly random?: () => number;
  readonly signal?: AbortSignal;
}

/**
 * Runs `attempt` until it succeeds, with exponential backoff and full jitter between tries; throws the last error when
 * `judge` or the policy gives up.
 */
export async function retry<T>(
  policy: RetryPolicy,
  context: RetryContext,
  attempt: () => Promise<T>,
  judge: (error: unknown) => Judgement,
): Promise<T> {
  let fruitless = 0;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const judgement = judge(error);
      if (judgement.kind === 'give-up' || tries >= policy.attemptsInAll || context.signal?.aborted) throw error;
      fruitless = judgement.progress ? 1 : fruitless + 1;
      if (fruitless >= Math.min(policy.attempts, judgement.attempts ?? Infinity)) throw error;
      const asked = judgement.askedMs ?? 0;
      if (asked > policy.longestAskedMs) throw error;
      const own = Math.min(policy.capMs, policy.baseMs * 2 ** (fruitless - 1)) * (context.random ?? Math.random)();
      await context.clock.sleep(Math.max(asked, own), context.signal);
    }
  }
}

/** The wait that a `Retry-After` header asks for (RFC 9110 10.2.3), milliseconds from `now`; undefined when it is none. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

import type { RequestLimits } from '../internal/request.ts';
import type { RetryPolicy } from '../internal/retry.ts';

/** How long to wait for a registry, how often to ask it again, how much to take from it. */
export interface Patience extends RequestLimits {
  readonly redirects: number;
  readonly retry: RetryPolicy;
  /** Pages of a listing. */
  readonly pages: number;
}

/** Patience with real registries; tests have less. */
export const usualPatience: Patience = {
  connectMs: 10_000,
  headersMs: 60_000,
  idleMs: 30_000,
  slowMs: 60_000,
  slowBytes: 256 << 10,
  documentMs: 120_000,
  redirects: 5,
  retry: { attempts: 5, attemptsInAll: 100, baseMs: 500, capMs: 10_000, longestAskedMs: 60_000 },
  pages: 10_000,
};

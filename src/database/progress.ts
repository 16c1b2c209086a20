import type { AdvisorySource, ParseReport } from '../advisory/advisory.ts';
import type { Clock } from '../internal/clock.ts';
import type { HttpLimits } from '../internal/http.ts';
import type { RetryPolicy } from '../internal/retry.ts';
import type { DatabaseError } from './error.ts';
import type { Unserved } from './selection.ts';

/** What an update is doing. */
export type UpdateProgress =
  /** Another update is running; we wait for its end. */
  | { readonly kind: 'waiting' }
  /** Bytes of one feed as they come over the wire; `total` where the server says it. */
  | { readonly kind: 'fetching'; readonly url: string; readonly received: number; readonly total?: number }
  | { readonly kind: 'compiling'; readonly url: string }
  | { readonly kind: 'sealing' };

/** What came of one feed. */
export type FeedOutcome = { readonly source: string; readonly url: string } & (
  | { readonly kind: 'updated'; readonly report: ParseReport }
  | { readonly kind: 'unchanged' }
  /** Not there, and need not be. */
  | { readonly kind: 'absent' }
  /** It says where feeds are, and how many of them. */
  | { readonly kind: 'followed'; readonly feeds: number }
  /** What was loaded of it before, if anything, is still there. */
  | { readonly kind: 'failed'; readonly error: DatabaseError; readonly ecosystems: readonly string[] }
);

/** What came of an update. */
export interface UpdateResult {
  readonly path: string;
  /** Digest of the database as it is now. */
  readonly digest: string;
  readonly feeds: readonly FeedOutcome[];
  /** Words of `only` that no source answers to. */
  readonly unserved: readonly Unserved[];
  /** Ecosystems of `only` that no record of what is loaded speaks of, though their feeds came. */
  readonly barren: readonly string[];
  /** Why the database that was there could not be built upon: what else it held is lost. */
  readonly discarded?: DatabaseError;
}

/** What to update, from where, and how patiently. */
export interface UpdateOptions {
  /** File of the database. */
  readonly path: string;
  readonly sources: readonly AdvisorySource[];
  /** Identifiers of sources and ecosystems; all feeds of all sources when absent. */
  readonly only?: readonly string[] | undefined;
  /** Web address or folder that holds the feeds by host and path. */
  readonly mirror?: string | undefined;
  /** Program and version, `seaworthy/0.1.0`: the user agent; data parsed by another one are parsed anew. */
  readonly tool: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: UpdateProgress) => void) | undefined;
  /** How long to wait for another update, milliseconds. */
  readonly lockWaitMs?: number;
  /** Largest feed taken, bytes. */
  readonly feedBytes?: number;
  readonly http?: Partial<HttpLimits>;
  readonly retry?: Partial<RetryPolicy>;
  readonly clock?: Clock;
}

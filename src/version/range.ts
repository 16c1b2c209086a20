import type { Version } from './version.ts';

/**
 * One event of an OSV range (OSV schema 1.7, `affected[].ranges[].events[]`).
 * `introduced: "0"` is before every version.
 */
export type RangeEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly lastAffected: string }
  | { readonly limit: string };

/** One end of an interval. */
export interface Bound {
  readonly version: Version;
  readonly inclusive: boolean;
}

/** A run of versions; a missing end is unbounded. */
export interface Interval {
  readonly from?: Bound;
  readonly to?: Bound;
}

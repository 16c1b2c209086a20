import type { ParseReport } from '../advisory.ts';

/** Counts what became of each record of one feed, so that read = kept + skipped. */
export interface Tally {
  keep(): void;
  /** `name` tells the user which record it was; given for malformed ones. */
  skip(reason: string, name?: string): void;
  report(): ParseReport;
}

/** How many malformed records are named. */
const NAMED = 10;

/** A tally at zero. */
export function newTally(): Tally {
  let kept = 0;
  let left = 0;
  const skipped = new Map<string, number>();
  const malformed: string[] = [];
  return {
    keep() {
      kept++;
    },
    skip(reason, name) {
      left++;
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      if (name !== undefined && malformed.length < NAMED) malformed.push(name.slice(0, 200));
    },
    report() {
      return { read: kept + left, kept, skipped: Object.fromEntries(skipped), malformed };
    },
  };
}

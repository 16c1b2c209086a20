import type { SeverityLabel } from '../../advisory/advisory.ts';
import { severities } from '../table/words.ts';
import { type ImageSummary, type Outcome, summaryOf } from './outcome.ts';

/** What many images come to. */
export interface Tally {
  /** Images, each counted once whatever number of names it has. */
  readonly images: number;
  readonly references: number;
  readonly failed: number;
  /** Images of which not everything was assessed, or a flaw could not be told. */
  readonly incomplete: number;
  readonly remembered: number;
  /** Images with findings, by the severity of the worst one. */
  readonly worst: Readonly<Record<SeverityLabel, number>>;
  /** Findings of all images. */
  readonly affected: Readonly<Record<SeverityLabel, number>>;
  readonly fixable: number;
  readonly untold: number;
}

/** Before the first image. */
export function emptyTally(): Tally {
  const none = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
  const zero = { images: 0, references: 0, failed: 0, incomplete: 0, remembered: 0, fixable: 0, untold: 0 };
  return { ...zero, worst: none, affected: none };
}

/** The tally with one outcome more. */
export function tallied(tally: Tally, outcome: Outcome): Tally {
  const references = tally.references + outcome.references.length;
  if (outcome.kind === 'same') return { ...tally, references };
  const images = tally.images + 1;
  if (outcome.kind === 'failed') return { ...tally, images, references, failed: tally.failed + 1 };
  const summary = outcome.kind === 'report' ? summaryOf(outcome.report) : outcome.summary;
  return {
    images,
    references,
    failed: tally.failed,
    incomplete: tally.incomplete + (isIncomplete(summary) ? 1 : 0),
    remembered: tally.remembered + (outcome.kind === 'remembered' ? 1 : 0),
    worst: withWorst(tally.worst, summary),
    affected: summed(tally.affected, summary.affected),
    fixable: tally.fixable + summary.fixable,
    untold: tally.untold + summary.untold,
  };
}

/** Whether silence on the image proves nothing. */
export function isIncomplete({ complete, untold }: ImageSummary): boolean {
  return !complete || untold > 0;
}

type Counts = Readonly<Record<SeverityLabel, number>>;

function withWorst(counts: Counts, { affected }: ImageSummary): Counts {
  const worst = severities.find((label) => affected[label] > 0);
  return worst === undefined ? counts : { ...counts, [worst]: counts[worst] + 1 };
}

function summed(a: Counts, b: Counts): Counts {
  const sum = { ...a };
  for (const label of severities) sum[label] += b[label];
  return sum;
}

/** How a run over many images ends. */
export type Ending = 'clean' | 'findings' | 'not-assessed';

/**
 * `findings` with a finding over the line in any image; else `not-assessed` when an image failed or something of one could
 * not be assessed or told, or when there was no image at all; else `clean`. `over` names the severities over the line.
 */
export function endingOf(tally: Tally, over: readonly SeverityLabel[]): Ending {
  if (over.some((label) => tally.affected[label] > 0)) return 'findings';
  return tally.images === 0 || tally.failed > 0 || tally.incomplete > 0 ? 'not-assessed' : 'clean';
}

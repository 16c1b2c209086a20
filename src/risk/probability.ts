import type { Circumstances, DayScore, KnownFlaw, Sourced } from './circumstances.ts';
import { daysAfter, daysBetween, isDay } from './day.ts';
import table from './probability.json' with { type: 'json' };
import { remembered } from './remembered.ts';

/** No flaw is more likely exploited than this: that of one which has been, so that its hazard is finite. */
const CERTAIN = table.exploited;
/** What EPSS's probabilities are for. */
const EPSS_DAYS = 30;

/** How likely a flaw is exploited, and what says so. */
export interface Probability {
  /** The highest of those below, 0 to 0.999; with an assumption where there is none. */
  readonly value: number;
  /** The highest that it may be: differs from `value` where something is not known. */
  readonly most: number;
  readonly from: 'exploited' | 'past' | 'predicted' | 'assumed';
  /** Known to have been exploited (CISA KEV). */
  readonly exploited?: Sourced<number>;
  /** EPSS, over the horizon; `how` says what was scaled. */
  readonly predicted?: Sourced<number>;
  /** Whether it has been exploited already, at least (LEV). */
  readonly past?: Past;
  readonly assumed: readonly string[];
}

/** How likely a flaw has been exploited, at least, in the time of which there are scores. */
export interface Past {
  readonly value: number;
  readonly from: string;
  readonly until: string;
  /** Days of the time that are covered by a score. */
  readonly days: number;
  readonly windows: number;
}

/** How likely at least one of several things happens that do not depend on each other: `1 − ∏(1 − pᵢ)`. */
export function anyOf(probabilities: Iterable<number>): number {
  let sum = 0;
  for (const probability of probabilities) sum += Math.log1p(-probability);
  return 0 - Math.expm1(sum);
}

/** A probability over 30 days as one over so many: `1 − (1 − p)^(days/30)`. */
export function overDays(probability: number, days: number): number {
  return days === EPSS_DAYS ? probability : -Math.expm1((Math.log1p(-probability) * days) / EPSS_DAYS);
}

/**
 * LEV (NIST CSWP 41): `1 − ∏(1 − scoreᵢ · daysᵢ/30)`, where a score's window lasts to the next score or the end, 30 days
 * at most. Days that no window covers count as ones without exploitation, so that it is a lower bound. Undefined
 * where no window lies before `until`.
 */
export function likelyExploited(history: readonly DayScore[], until: string): Past | undefined {
  const scores = new Map<string, number>();
  for (const { date, score } of history) {
    if (isDay(date) && date < until && score >= 0 && score <= 1)
      scores.set(date, Math.max(score, scores.get(date) ?? 0));
  }
  const dates = [...scores.keys()].toSorted();
  const [from] = dates;
  if (from === undefined) return undefined;
  const lengths = dates.map((date, index) => Math.min(EPSS_DAYS, daysBetween(date, dates[index + 1] ?? until)));
  const value = anyOf(dates.map((date, index) => ((scores.get(date) ?? 0) * (lengths[index] ?? 0)) / EPSS_DAYS));
  return { value, from, until, days: lengths.reduce((sum, days) => sum + days, 0), windows: dates.length };
}

/** The probability of CSWP 41's composite, `max(EPSS, KEV, LEV)`, with KEV as 0.999. Throws `RangeError` where `today` is no day. */
export function probabilityOf(flaw: KnownFlaw, circumstances: Circumstances): Probability {
  const days = circumstances.horizonDays ?? EPSS_DAYS;
  const predicted = predictedOf(flaw, days);
  const past = flaw.history === undefined ? undefined : likelyExploited(flaw.history, circumstances.today);
  const found: Writable<Probability> = { value: CERTAIN, most: CERTAIN, from: 'exploited', assumed: NONE };
  if (predicted !== undefined) found.predicted = predicted;
  if (past !== undefined) found.past = past;
  if (flaw.exploited !== undefined) {
    found.exploited = { value: CERTAIN, by: 'CISA KEV', date: flaw.exploited.added };
    return found;
  }
  const stated = predicted?.value ?? overDays(table.unpredicted, days);
  found.value = Math.min(CERTAIN, Math.max(stated, past?.value ?? 0));
  if ((past?.value ?? 0) > stated) found.from = 'past';
  else found.from = predicted === undefined ? 'assumed' : 'predicted';
  if (predicted === undefined) found.assumed = UNPREDICTED;
  else if ((predicted.date ?? '') < oldest(circumstances.today)) found.assumed = OUTDATED;
  else if (circumstances.held?.exploited === undefined) found.assumed = UNLISTED;
  else found.most = found.value;
  return found;
}

/** The first day whose scores are of today, since one tells of the 30 days after it. */
const oldest = remembered((today) => daysAfter(today, -EPSS_DAYS));

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: readonly string[] = [];
const UNPREDICTED: readonly string[] = ['EPSS score'];
const OUTDATED: readonly string[] = ['EPSS score of today'];
const UNLISTED: readonly string[] = ['whether it is in the KEV catalogue'];

function predictedOf({ prediction }: KnownFlaw, days: number): Sourced<number> | undefined {
  if (prediction === undefined) return undefined;
  const said = { by: 'EPSS', date: prediction.date };
  const { score } = prediction;
  if (!(score >= 0 && score <= 1)) return undefined;
  if (days === EPSS_DAYS) return { value: score, ...said };
  return { value: overDays(score, days), ...said, how: `1 − (1 − ${score})^(${days}/${EPSS_DAYS})` };
}

import type { Severity, SeverityLabel } from '../advisory/advisory.ts';
import { type CvssEnvironment, type CvssEnvironmental, environmental } from '../cvss/cvss.ts';
import type { Circumstances, KnownFlaw } from './circumstances.ts';
import table from './label-scores.json' with { type: 'json' };
import { remembered } from './remembered.ts';

/** What a flaw does to the asset when it is exploited. */
export interface Impact {
  /** `score` / 10. */
  readonly value: number;
  /** 0 to 10. */
  readonly score: number;
  readonly from: 'environmental' | 'base' | 'label' | 'assumed';
  /** Who rated it. */
  readonly by: string;
  /** With the asset's metrics merged in, without threat metrics. */
  readonly cvss?: CvssEnvironmental;
  readonly label: SeverityLabel;
  readonly assumed: readonly string[];
}

const LABEL_SCORES: Readonly<Record<Exclude<SeverityLabel, 'unknown'>, number>> = table;

/** How a vector scores on one asset. */
const scores = new WeakMap<object, (vector: string) => CvssEnvironmental | undefined>();

/**
 * The environmental score of the first rating that has a CVSS vector, in the order of `ratings`; without the vector's threat
 * metrics, since how likely it is, is reckoned apart. Else the highest score that the word stands for; else the worst.
 */
export function impactOf(flaw: KnownFlaw, circumstances: Circumstances): Impact {
  const { severity, ratings } = flaw;
  for (const rating of ratings.length === 0 ? [severity] : ratings) {
    const cvss = scoreOf(rating, circumstances);
    if (cvss === undefined) continue;
    const from = cvss.nomenclature === 'CVSS-B' ? 'base' : 'environmental';
    return { value: cvss.score / 10, score: cvss.score, from, by: rating.by, cvss, label: severity.label, assumed: [] };
  }
  const word = severity.label === 'unknown' ? ratings.find(({ label }) => label !== 'unknown') : severity;
  if (word === undefined || word.label === 'unknown') {
    return { value: 1, score: 10, from: 'assumed', by: 'assumption', label: 'unknown', assumed: ['severity'] };
  }
  const score = LABEL_SCORES[word.label];
  return { value: score / 10, score, from: 'label', by: word.by, label: word.label, assumed: [] };
}

function scoreOf(rating: Severity, circumstances: Circumstances): CvssEnvironmental | undefined {
  if (!rating.value.includes('/')) return undefined;
  const key = circumstances.environment ?? NOTHING_KNOWN;
  let score = scores.get(key);
  if (score === undefined) {
    score = remembered((vector) => environmental(vector, { ...key, withoutThreat: true }));
    scores.set(key, score);
  }
  return score(rating.value);
}

const NOTHING_KNOWN: CvssEnvironment = {};

import { labelOfScore } from '../../../cvss/cvss.ts';
import type { Severity } from '../../advisory.ts';

/** A bare score, which Photon takes from the NVD without its vector; undefined where there is none. */
export function cvssOfScore(score: unknown): Severity | undefined {
  if (typeof score !== 'number' || !(score > 0 && score <= 10)) return undefined;
  const label = labelOfScore(score, '3.1');
  return { label: label === 'none' ? 'negligible' : label, scheme: 'photon-score', value: String(score), by: 'photon' };
}

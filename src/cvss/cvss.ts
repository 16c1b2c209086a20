import { scoresOf2 } from './v2.ts';
import { scoresOf3 } from './v3.ts';
import { scoresOf4 } from './v4.ts';
import { type CvssVersion, hasGroup, parseVector } from './vector.ts';

export type { CvssVersion } from './vector.ts';

/** FIRST's qualitative scale of versions 3 and 4 (`none` is score 0); for version 2 the NVD's, which has three of them. */
export type CvssLabel = 'none' | 'low' | 'medium' | 'high' | 'critical';

/** Which groups of metrics went into a score (FIRST 4.0, section 1.3): base, threat (before: temporal), environmental. */
export type CvssNomenclature = 'CVSS-B' | 'CVSS-BT' | 'CVSS-BE' | 'CVSS-BTE';

/** A vector and what it comes to. */
export interface Cvss {
  readonly version: CvssVersion;
  readonly vector: string;
  /** 0.0 to 10.0, of the base metrics alone. */
  readonly base: number;
  /** 0.0 to 10.0, with the threat (temporal) and environmental metrics that the vector gives. */
  readonly score: number;
  /** Of `score`. */
  readonly label: CvssLabel;
  readonly nomenclature: CvssNomenclature;
}

/**
 * The score of a CVSS vector of version 2.0, 3.0, 3.1 or 4.0 by FIRST's equations; undefined for a vector that is
 * malformed, incomplete or not in capitals.
 */
export function cvssOf(vector: string): Cvss | undefined {
  const parsed = parseVector(vector);
  if (parsed === undefined) return undefined;
  const { version, metrics } = parsed;
  const scores =
    version === '2.0' ? scoresOf2(metrics) : version === '4.0' ? scoresOf4(metrics) : scoresOf3(version, metrics);
  const threat = hasGroup(version, metrics, 'threat') ? 'T' : '';
  const environment = hasGroup(version, metrics, 'environmental') ? 'E' : '';
  const nomenclature = `CVSS-B${threat}${environment}` as const;
  return { version, vector, ...scores, label: labelOfScore(scores.score, version), nomenclature };
}

/** What a score is called: FIRST 3.1 section 5 and 4.0 section 6; for 2.0 the NVD's ranges. */
export function labelOfScore(score: number, version: CvssVersion): CvssLabel {
  if (version === '2.0') return score < 4 ? 'low' : score < 7 ? 'medium' : 'high';
  if (score <= 0) return 'none';
  return score < 4 ? 'low' : score < 7 ? 'medium' : score < 9 ? 'high' : 'critical';
}

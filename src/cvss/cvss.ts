import { scoresOf2 } from './v2.ts';
import { scoresOf3 } from './v3.ts';
import { scoresOf4 } from './v4.ts';
import { type CvssVersion, groupOf, hasGroup, type Metrics, parseVector, vectorOf, withoutGroup } from './vector.ts';

export { type CvssVersion, type Metrics, parseVector } from './vector.ts';

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

/** How much an asset depends on one of confidentiality, integrity and availability. */
export type CvssRequirement = 'low' | 'medium' | 'high';

/** What is known of an asset, in terms of CVSS's environmental metrics (3.1 section 4, 4.0 section 4). */
export interface CvssEnvironment {
  readonly confidentiality?: CvssRequirement;
  readonly integrity?: CvssRequirement;
  readonly availability?: CvssRequirement;
  /** Further threat and environmental metrics by name, `MAV: 'L'`, `E: 'A'`; they win over those of the vector. */
  readonly metrics?: Readonly<Record<string, string>>;
  /** Leaves the threat metrics out that the vector itself gives: where how likely it is, is reckoned apart. */
  readonly withoutThreat?: boolean;
}

/** A score with what is known of the asset. */
export interface CvssEnvironmental extends Cvss {
  /** Metrics that are not used, since the vector's version has none of that name or value: `MAT:P` in version 3. */
  readonly leftOut: readonly string[];
}

/**
 * The score of a vector of any version on one asset: `vector` is the one that was used, with the asset's metrics merged in,
 * in the specification's order. Undefined as for `cvssOf`.
 */
export function environmental(vector: string, environment: CvssEnvironment): CvssEnvironmental | undefined {
  const parsed = parseVector(vector);
  if (parsed === undefined) return undefined;
  const { version } = parsed;
  const own: Metrics =
    environment.withoutThreat === true ? withoutGroup(version, parsed.metrics, 'threat') : parsed.metrics;
  const merged = new Map(own);
  const leftOut: string[] = [];
  for (const [name, value] of environmentMetrics(environment)) {
    const group = groupOf(version, name, value);
    if (group === 'threat' || group === 'environmental') merged.set(name, value);
    else leftOut.push(`${name}:${value}`);
  }
  const cvss = cvssOf(vectorOf(version, merged));
  return cvss === undefined ? undefined : { ...cvss, leftOut };
}

/** All versions write requirements alike. */
function environmentMetrics(environment: CvssEnvironment): readonly (readonly [name: string, value: string])[] {
  const requirements = [
    ['CR', environment.confidentiality],
    ['IR', environment.integrity],
    ['AR', environment.availability],
  ] as const;
  return [
    ...requirements.flatMap(([name, word]) => (word === undefined ? [] : [[name, LETTERS[word]] as const])),
    ...Object.entries(environment.metrics ?? {}),
  ];
}

const LETTERS: Readonly<Record<CvssRequirement, string>> = { low: 'L', medium: 'M', high: 'H' };

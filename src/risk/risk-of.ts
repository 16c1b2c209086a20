import type { VulnerabilityFinding } from '../finding/finding.ts';
import type { Circumstances } from './circumstances.ts';
import { type Exposure, exposureOf } from './exposure.ts';
import { grypeRisk } from './grype.ts';
import { type Hazard, hazardOf, probabilityOfHazard } from './hazard.ts';
import { type Impact, impactOf } from './impact.ts';
import { type Probability, probabilityOf } from './probability.ts';
import { type Ssvc, ssvcOf } from './ssvc.ts';

/** What a finding puts at risk, with everything that went into it. */
export interface Risk {
  readonly finding: VulnerabilityFinding;
  /** What it puts at risk; `''` where that is not said. */
  readonly asset: string;
  readonly probability: Probability;
  readonly impact: Impact;
  readonly exposure: Exposure;
  /** `−ln(1 − p) · exposure · impact`. */
  readonly hazard: Hazard;
  /** The hazard as a probability of harm, in percent, 0 to 100. */
  readonly score: number;
  /** The same with the worst in place of all that is not known. */
  readonly most: number;
  readonly ssvc: Ssvc;
  /** Grype's risk, 0 to 100, for comparison; undefined where it lacks an input. */
  readonly grype: number | undefined;
  /** What is not known of it, in words: each was taken for worse than it may be. */
  readonly assumed: readonly string[];
}

/** The risk of one finding in its circumstances. */
export function riskOf(finding: VulnerabilityFinding, circumstances: Circumstances): Risk {
  const flaw = finding.vulnerability;
  const probability = probabilityOf(flaw, circumstances);
  const impact = impactOf(flaw, circumstances);
  const exposure = exposureOf(finding.package.id, circumstances);
  const hazard: Hazard = {
    value: hazardOf(probability.value, exposure.value, impact.value),
    most: hazardOf(probability.most, exposure.value, impact.value),
  };
  const assumed = assumptions(finding, probability, impact);
  return {
    finding,
    asset: circumstances.asset ?? '',
    probability,
    impact,
    exposure,
    hazard,
    score: 100 * probabilityOfHazard(hazard.value),
    most: 100 * probabilityOfHazard(hazard.most),
    assumed,
    // Reckoned when they are looked at: of thousands of findings hardly any is.
    get ssvc() {
      return ssvcOf(flaw, circumstances);
    },
    get grype() {
      return grypeRisk(flaw);
    },
  };
}

function assumptions(finding: VulnerabilityFinding, probability: Probability, impact: Impact): readonly string[] {
  const affected = finding.verdict === 'unknown' ? ['whether it is affected'] : [];
  return [...affected, ...probability.assumed, ...impact.assumed];
}

/**
 * The greatest risk first: by hazard, then by the most that it may be, then what has been exploited, then impact; else by
 * flaw and package, so that the order is always the same.
 */
export function compareByRisk(a: Risk, b: Risk): number {
  return (
    b.hazard.value - a.hazard.value ||
    b.hazard.most - a.hazard.most ||
    Number(b.probability.exploited !== undefined) - Number(a.probability.exploited !== undefined) ||
    b.impact.value - a.impact.value ||
    compareTexts(a.finding.vulnerability.id, b.finding.vulnerability.id) ||
    compareTexts(a.finding.package.id, b.finding.package.id) ||
    compareTexts(a.asset, b.asset)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

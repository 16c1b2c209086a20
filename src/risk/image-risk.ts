import type { PackageRef, Report } from '../finding/finding.ts';
import type { Circumstances } from './circumstances.ts';
import { type Hazard, probabilityOfHazard, sumOf } from './hazard.ts';
import { anyOf } from './probability.ts';
import { compareByRisk, type Risk, riskOf } from './risk-of.ts';

/** What several findings put at risk together. */
export interface RiskSum {
  /** Over each flaw on each asset once, the greatest of its findings. */
  readonly hazard: Hazard;
  /** The hazard as a probability of harm, in percent. */
  readonly score: number;
  /** How likely at least one of the flaws is exploited: `1 − ∏(1 − p)`, over each flaw once. */
  readonly exploited: number;
  /** Flaws, each on each asset. */
  readonly flaws: number;
  /** Those of them of which something is not known. */
  readonly assumed: number;
}

/** The sum of one package of an image. A flaw that is in several packages is in the sum of each. */
export interface PackageRisk extends RiskSum {
  readonly package: PackageRef;
}

/** The risk of an image, the greatest first. */
export interface ImageRisk extends RiskSum {
  readonly asset: string;
  readonly risks: readonly Risk[];
  readonly packages: readonly PackageRisk[];
}

/** The risk of all vulnerabilities that a report has. The asset is the image's digest unless the circumstances name one. */
export function riskOfImage(report: Pick<Report, 'subject' | 'findings'>, circumstances: Circumstances): ImageRisk {
  const asset = circumstances.asset ?? report.subject.digest ?? report.subject.reference;
  const here = { ...circumstances, asset };
  const risks = report.findings
    .filter(({ kind }) => kind === 'vulnerability')
    .map((finding) => riskOf(finding, here))
    .toSorted(compareByRisk);
  const byPackage = Map.groupBy(risks, ({ finding }) => finding.package.id);
  const packages = [...byPackage.values()]
    .flatMap((own) => own.slice(0, 1).map((first) => ({ package: first.finding.package, ...riskSum(own) })))
    .toSorted((a, b) => b.hazard.value - a.hazard.value || b.hazard.most - a.hazard.most);
  return { asset, risks, packages, ...riskSum(risks) };
}

/** The sum over several images or any other group of risks: hazards add, and each flaw on each asset counts once. */
export function riskSum(risks: Iterable<Risk>): RiskSum {
  const onAssets = new Map<string, Map<string, Risk>>();
  for (const risk of risks) {
    let flaws = onAssets.get(risk.asset);
    if (flaws === undefined) onAssets.set(risk.asset, (flaws = new Map()));
    const { id } = risk.finding.vulnerability;
    const before = flaws.get(id);
    flaws.set(id, before === undefined ? risk : greater(before, risk));
  }
  const counted = [...onAssets.values()].flatMap((flaws) => [...flaws.values()]);
  const hazard = sumOf(counted.map((risk) => risk.hazard));
  return {
    hazard,
    score: 100 * probabilityOfHazard(hazard.value),
    exploited: anyOf(likeliest(counted).values()),
    flaws: counted.length,
    assumed: counted.filter(({ assumed }) => assumed.length > 0).length,
  };
}

function likeliest(risks: readonly Risk[]): ReadonlyMap<string, number> {
  const flaws = new Map<string, number>();
  for (const { finding, probability } of risks) {
    const { id } = finding.vulnerability;
    flaws.set(id, Math.max(flaws.get(id) ?? 0, probability.value));
  }
  return flaws;
}

/** Each part the greater one, so that the sum does not depend on the order. */
function greater(a: Risk, b: Risk): Risk {
  const value = Math.max(a.hazard.value, b.hazard.value);
  const most = Math.max(a.hazard.most, b.hazard.most);
  const first = (a.hazard.value - b.hazard.value || a.assumed.length - b.assumed.length) >= 0 ? a : b;
  return first.hazard.most === most ? first : { ...first, hazard: { value, most } };
}

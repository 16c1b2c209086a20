import type { Finding, ImageRisk, Report } from '../finding/finding.ts';
import { type Circumstances, type FixStep, fixFirst, type Risk, riskOfImage, type VersionOrder } from '../risk/risk.ts';
import { versionSchemes } from './formats.ts';

const mostSteps = 10;

/** Says of each finding what it puts at risk, and of the image what all do and what to upgrade first. */
export function withRisk(report: Report): Report {
  const whole = riskOfImage(report, riskCircumstances(report));
  if (whole.risks.length === 0) return report;
  const byFinding = new Map(whole.risks.map((risk) => [risk.finding, risk]));
  const plan = fixFirst(whole.risks, { order: versionOrder });
  const { hazard, score, exploited, flaws, assumed } = whole;
  const most = 100 * -Math.expm1(-hazard.most);
  const risk: ImageRisk = {
    score: rounded(score),
    most: rounded(most),
    hazard: rounded(hazard.value),
    mostHazard: rounded(hazard.most),
    exploited: rounded(exploited),
    flaws,
    assumed,
    fixFirst: plan.steps.slice(0, mostSteps).map(stepOf),
  };
  return { ...report, findings: report.findings.map((finding) => withItsRisk(finding, byFinding.get(finding))), risk };
}

/** What is known for reckoning risk: the day, and of which days the catalogues are. */
export function riskCircumstances({ provenance: { createdAt, database } }: Report): Circumstances {
  const { exploited, predictions } = database ?? {};
  return {
    today: createdAt.slice(0, 10),
    held: { ...(exploited === undefined ? {} : { exploited }), ...(predictions === undefined ? {} : { predictions }) },
  };
}

function withItsRisk(finding: Finding, risk: Risk | undefined): Finding {
  if (risk === undefined) return finding;
  const { score, most, hazard, ssvc, assumed } = risk;
  return {
    ...finding,
    risk: {
      score: rounded(score),
      most: rounded(most),
      hazard: rounded(hazard.value),
      mostHazard: rounded(hazard.most),
      ssvc: ssvc.outcome,
      assumed,
    },
  };
}

function stepOf({ action, flaws, removes, left }: FixStep): ImageRisk['fixFirst'][number] {
  const { name, type, version, packages } = action;
  return {
    name,
    type,
    version,
    packages: packages.map(({ id }) => id),
    flaws,
    removes: rounded(removes),
    left: rounded(left),
  };
}

/** More digits say nothing that the inputs know. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

const versionOrder: VersionOrder = (a, b, { type }) => {
  const scheme = versionSchemes.get(type);
  if (scheme === undefined) return undefined;
  const [left, right] = [scheme.parse(a), scheme.parse(b)];
  return left.kind === 'version' && right.kind === 'version' ? scheme.compare(left, right) : undefined;
};

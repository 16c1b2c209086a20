import type { Sourced } from './circumstances.ts';
import type { Factor } from './exposure.ts';
import { probabilityOfHazard } from './hazard.ts';
import type { RiskSum } from './image-risk.ts';
import type { Impact } from './impact.ts';
import type { Probability } from './probability.ts';
import type { Risk } from './risk-of.ts';
import type { Ssvc } from './ssvc.ts';

/** How a risk was come by: value, source, date and formula of each part, a line each, without layout. */
export function explain(risk: Risk): readonly string[] {
  const { finding, probability, impact, exposure, hazard, score, most, ssvc, grype, assumed } = risk;
  const { vulnerability, package: its } = finding;
  const doubts = assumed.length === 0 ? '' : `, at most ${rounded(most, 1)}`;
  return [
    `${vulnerability.id} in ${its.name} ${its.version}: risk ${rounded(score, 1)} of 100${doubts}`,
    `hazard = −ln(1 − p) · exposure · impact = −ln(1 − ${rounded(probability.value)}) · ${rounded(exposure.value)} · ${rounded(impact.value)} = ${rounded(hazard.value)}`,
    `risk = 100 · (1 − e^(−hazard)) = ${rounded(score, 1)}`,
    ...probabilityLines(probability),
    impactLine(impact),
    `exposure = ${exposure.factors.map(factorText).join(' · ')} = ${rounded(exposure.value)}`,
    ssvcLine(ssvc),
    ...(grype === undefined ? [] : [`Grype's risk, for comparison: ${rounded(grype, 1)}`]),
    ...(assumed.length === 0 ? [] : [`not known, and taken for worse than it may be: ${assumed.join(', ')}`]),
  ];
}

/** The same of a sum: `what` is what it is of, an image, a package. */
export function explainSum(what: string, { hazard, score, exploited, flaws, assumed }: RiskSum): readonly string[] {
  const most = assumed === 0 ? '' : `, at most ${rounded(100 * probabilityOfHazard(hazard.most), 1)}`;
  return [
    `${what}: risk ${rounded(score, 1)} of 100${most}`,
    `hazard = Σ over ${flaws} ${flaws === 1 ? 'flaw' : 'flaws'}, each once on each asset = ${rounded(hazard.value)}; risk = 100 · (1 − e^(−hazard))`,
    `at least one is exploited: 1 − ∏(1 − p) = ${rounded(exploited)}`,
    ...(assumed === 0 ? [] : [`not everything is known of ${assumed} of them`]),
  ];
}

const FROM: Readonly<Record<Probability['from'], string>> = {
  exploited: 'KEV',
  past: 'LEV',
  predicted: 'EPSS',
  assumed: 'assumed, as nobody gives one',
};

function probabilityLines(probability: Probability): string[] {
  const { exploited, predicted, past } = probability;
  const parts: string[] = [];
  if (exploited !== undefined) parts.push(`KEV ${exploited.value} (listed ${exploited.date ?? ''})`);
  if (predicted !== undefined) {
    const how = predicted.how === undefined ? '' : `, ${predicted.how}`;
    parts.push(`EPSS ${rounded(predicted.value)} (${predicted.date ?? ''}${how})`);
  }
  if (past !== undefined) {
    const time = `${past.days} days in ${past.windows} ${past.windows === 1 ? 'window' : 'windows'}`;
    parts.push(`LEV ≥ ${rounded(past.value)} (NIST CSWP 41, ${time} from ${past.from} to ${past.until})`);
  }
  const all = parts.length === 0 ? 'no EPSS, KEV or LEV' : parts.join(', ');
  return [`p = max(EPSS, KEV, LEV) = ${rounded(probability.value)} (${FROM[probability.from]}): ${all}`];
}

function dated({ by, date, how }: Sourced<unknown>): string {
  return [by, date, how].filter((part) => part !== undefined).join(', ');
}

function impactLine({ value, score, from, by, cvss, label }: Impact): string {
  const start = `impact = ${rounded(score, 1)} / 10 = ${rounded(value)}`;
  if (cvss !== undefined) {
    const base = from === 'environmental' ? `; base score ${rounded(cvss.base, 1)}` : '';
    const leftOut = cvss.leftOut.length === 0 ? '' : `; not in this version: ${cvss.leftOut.join(' ')}`;
    return `${start}: ${cvss.nomenclature} of ${cvss.vector} (${by}${base}${leftOut})`;
  }
  if (from === 'label') return `${start}: the highest score that "${label}" stands for (${by})`;
  return `${start}: the worst, as nobody rates it`;
}

function factorText({ name, state, value, by, assumed }: Factor): string {
  return `${rounded(value)} (${name}: ${state}${assumed === true ? ', taken for the worst' : `, ${by}`})`;
}

function ssvcLine({ outcome, exploitation, automatable, technicalImpact, mission }: Ssvc): string {
  const path = [
    step('exploitation', exploitation.value, exploitation),
    step('automatable', automatable.value ? 'yes' : 'no', automatable),
    step('technical impact', technicalImpact.value, technicalImpact),
    step('mission and well-being', mission.value, mission),
  ];
  return `SSVC (CISA Coordinator 2.0.3): ${path.join(' → ')} = ${outcome}`;
}

function step(name: string, value: string, from: Sourced<unknown>): string {
  const source =
    from.assumed === true ? ['taken for the worst', ...(from.how === undefined ? [] : [from.how])] : [dated(from)];
  return `${name} ${value} (${source.join(', ')})`;
}

function rounded(value: number, decimals = 4): string {
  return String(Number(value.toFixed(decimals)));
}

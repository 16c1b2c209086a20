import type { Report } from '../../finding/finding.ts';
import { count } from '../../internal/terminal-figures.ts';
import { flow, type Line, span } from '../../internal/terminal-layout.ts';

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 5 };
const shown = 5;

/** What all findings put at risk together, and what to upgrade first. */
export function riskLines({ risk }: Report, width: number): Line[] {
  if (risk === undefined) return [];
  const { score, most, assumed, fixFirst, hazard } = risk;
  const doubt = assumed === 0 ? '' : `, at most ${figure(most)}: not everything is known of ${count(assumed, 'flaw')}`;
  const steps = fixFirst.slice(0, shown).map(({ name, version, flaws, removes }, i) => {
    const share = hazard > 0 ? `, ${Math.round((100 * removes) / hazard)} % of the hazard` : '';
    return flow(
      [span(`${i + 1}. ${name}`, 'title'), span(`to ${version}: ${count(flaws.length, 'flaw')}${share}`)],
      width,
      under,
    );
  });
  return [
    ...flow([span('Risk:', 'title'), span(`${figure(score)} of 100${doubt}`)], width, flush),
    ...(steps.length === 0 ? [] : [...flow([span('Upgrade first:')], width, flush), ...steps.flat()]),
  ];
}

/** `12.3`; what is small is not rounded to nothing. */
export function figure(value: number): string {
  return value === 0 || value >= 0.1 ? value.toFixed(1) : value.toPrecision(1);
}

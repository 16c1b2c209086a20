import type { CoverageSource, EcosystemCoverage, Report } from '../../finding/finding.ts';
import { age, count, day, thousands } from '../../internal/terminal-figures.ts';
import { flow, type Line, labelled, type Span, span } from '../../internal/terminal-layout.ts';
import type { Problem } from '../../inventory/inventory.ts';
import { starterFlaws } from './summary.ts';
import { unassessedReason } from './words.ts';

/** Said first and last when only the starter set was looked for. */
export function starterLines({ coverage, provenance }: Report, width: number): Line[] {
  const flaws = starterFlaws(coverage.ecosystems) ?? (provenance.database?.starter === true ? 0 : undefined);
  if (flaws === undefined) return [];
  const known =
    flaws > 0 ? `only ${count(flaws, 'known flaw')} ${flaws === 1 ? 'was' : 'were'}` : 'only a few known flaws were';
  const text = `${known} looked for; run \`seaworthy db update\` to look for all of them.`;
  return flow([span('STARTER SET:', 'worst'), span(text, 'warn')], width, { first: 0, rest: 2 });
}

/** Per ecosystem: what was assessed, with which source of which day, and what was not and why. */
export function coverageLines(report: Report, width: number, verbose: boolean): Line[] {
  const { coverage, provenance } = report;
  const { complete, ecosystems, notes } = coverage;
  const state = complete ? span('complete', 'good') : span('INCOMPLETE', 'warn');
  const column = Math.min(Math.max(10, ...ecosystems.map(({ ecosystem }) => span(ecosystem).text.length + 4)), 24);
  return [
    ...flow([span('Coverage:', 'title'), state], width, { first: 0, rest: 2 }),
    ...ecosystems.flatMap((one) => ecosystemLines(one, column, width, { now: provenance.createdAt, verbose })),
    ...(ecosystems.length === 0 ? flow([span('nothing was assessed', 'warn')], width, { first: 2, rest: 4 }) : []),
    ...notes.flatMap((note) => flow([span('note:', 'quiet'), span(note)], width, { first: 2, rest: 4 })),
  ];
}

interface Time {
  readonly now: string;
  readonly verbose: boolean;
}

function ecosystemLines(one: EcosystemCoverage, column: number, width: number, time: Time): Line[] {
  const all = one.assessed === one.packages;
  const share = `${thousands(one.assessed)} of ${count(one.packages, 'package')} assessed`;
  const name = span(one.ecosystem, 'title');
  const share1 = [span(share, all ? 'good' : 'warn')];
  const head =
    name.text.length + 3 > column
      ? [...flow([name], width, { first: 2, rest: 4 }), ...flow(share1, width, { first: column, rest: column })]
      : labelled(name, column, share1, width);
  const under = { first: column, rest: column + 2 };
  const missed = one.unassessed.flatMap(({ reason, packages, detail }) => {
    const more = detail === undefined ? '' : ` (${detail})`;
    const text = `not assessed: ${count(packages, 'package')}, ${unassessedReason(reason)}${more}`;
    return flow([span(text, 'warn')], width, under);
  });
  const sources = one.sources.flatMap((source) => flow(sourceSpans(source, time), width, under));
  return [...head, ...missed, ...sources];
}

function sourceSpans(source: CoverageSource, { now, verbose }: Time): Span[] {
  if (source.lists === 'starter') {
    return [span(`starter set: ${count(source.advisories, 'known flaw')}, nothing else`, 'warn')];
  }
  const date = source.publishedAt ?? source.fetchedAt;
  const old = age(date, now);
  const text = `source ${source.name}, ${day(date)}${old === '' ? '' : `, ${old}`}, ${count(source.advisories, 'record')}`;
  return [
    span(source.lists === 'fixes' ? `${text}:` : text),
    ...(source.lists === 'fixes' ? [span('flaws without a fix are not listed by this source', 'warn')] : []),
    ...(verbose ? [span(`${source.url} ${source.digest}`, 'quiet')] : []),
  ];
}

/** What went wrong on the way, and where. */
export function problemLines(problems: readonly Problem[], width: number): Line[] {
  if (problems.length === 0) return [];
  return [
    ...flow([span(`Problems (${thousands(problems.length)}):`, 'title')], width, { first: 0, rest: 2 }),
    ...problems.flatMap((problem) => problemText(problem, width)),
  ];
}

function problemText({ code, message, detail, path, layer, by, lossy }: Problem, width: number): Line[] {
  const where = [path, layer === undefined ? undefined : `layer ${layer + 1}`].filter((text) => text !== undefined);
  return flow(
    [
      span(`${code}:`, lossy ? 'bad' : 'warn'),
      ...where.map((text) => span(`${text}:`)),
      span(detail === undefined ? message : `${message} (${detail})`),
      span(`[${by}]`, 'quiet'),
      ...(lossy ? [span('packages may be missing', 'bad')] : []),
    ],
    width,
    { first: 2, rest: 4 },
  );
}

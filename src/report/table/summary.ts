import type { Finding, Report } from '../../finding/finding.ts';
import { count, thousands } from '../../internal/terminal-figures.ts';
import { flow, type Line, type Span, span } from '../../internal/terminal-layout.ts';
import { severities, severityTone } from './words.ts';

const flush = { first: 0, rest: 2 };

/** How many findings, how bad; a zero is worded as far as it is true. */
export function summaryLines(report: Report, affected: readonly Finding[], width: number): Line[] {
  if (affected.length === 0) return flow(nothingFound(report), width, flush);
  const flaws = new Set(affected.map(({ vulnerability }) => vulnerability.id)).size;
  const packages = new Set(affected.map((finding) => finding.package.id)).size;
  const fixable = affected.filter(({ fix }) => fix.state === 'fixed').length;
  const spread = `${count(flaws, 'flaw')} in ${thousands(packages)} of ${count(report.packages.length, 'package')};`;
  return flow(
    [
      span(`${count(affected.length, 'finding')}:`, 'title'),
      ...severityCounts(affected),
      span('·'),
      span(spread),
      span(`${thousands(fixable)} with a fix`, fixable > 0 ? 'good' : undefined),
    ],
    width,
    flush,
  );
}

function severityCounts(affected: readonly Finding[]): Span[] {
  const counts = severities
    .map(
      (label) =>
        [label, affected.filter(({ vulnerability }) => vulnerability.severity.label === label).length] as const,
    )
    .filter(([, number]) => number > 0);
  return counts.map(([label, number], i) => {
    const name = label === 'unknown' ? 'of unknown severity' : label;
    return span(`${thousands(number)} ${name}${i < counts.length - 1 ? ',' : ''}`, severityTone[label]);
  });
}

/** For a report of which no finding is `affected`. */
function nothingFound(report: Report): Span[] {
  const { coverage, subject } = report;
  if (subject.entries === 0) {
    const none = 'there is not one file in it.';
    return coverage.complete
      ? [span(`Nothing to assess: ${none}`, 'good')]
      : [span(`Nothing could be assessed: ${none}`, 'warn')];
  }
  const assessed = coverage.ecosystems.reduce((sum, one) => sum + one.assessed, 0);
  const looked = starterFlaws(coverage.ecosystems);
  // Packages that are judged with others are not among these.
  const judged = coverage.ecosystems.reduce((sum, one) => sum + one.packages, 0);
  const share = `${thousands(assessed)} of ${count(judged, 'package')}`;
  const untold = report.findings.length;
  if (coverage.complete && looked === undefined && untold > 0) {
    return [
      span(
        `Nothing is known to be affected, but ${count(untold, 'flaw')} could not be told; ${share} assessed.`,
        'warn',
      ),
    ];
  }
  if (coverage.complete && looked === undefined && report.suppressed.length > 0) {
    const settled = `${count(report.suppressed.length, 'finding')} settled by VEX`;
    return [span(`Nothing left but what VEX settles: ${settled}; ${share} assessed.`, 'warn')];
  }
  if (coverage.complete && looked === undefined) {
    return [span(`No vulnerabilities${onlyFixed(report) ? ' that have a fix' : ''} found: ${share} assessed.`, 'good')];
  }
  if (assessed > 0) return [span(`None found in what was assessed: ${share}.`, 'warn')];
  if (looked !== undefined) {
    const set = looked > 0 ? `the ${count(looked, 'flaw')}` : 'the few flaws';
    return [span(`None of ${set} in the starter set found; ${share} assessed in full.`, 'warn')];
  }
  return [span(`Nothing could be assessed: ${share}.`, 'warn')];
}

/** Whether some of what was assessed was so only by sources that know no flaw without a fix. */
function onlyFixed({ coverage }: Report): boolean {
  return coverage.ecosystems.some(
    ({ sources }) => sources.length > 0 && sources.every(({ lists }) => lists === 'fixes'),
  );
}

/** Flaws that the starter set knows, when it was all there was for some ecosystem; else undefined. */
export function starterFlaws(ecosystems: Report['coverage']['ecosystems']): number | undefined {
  let flaws: number | undefined;
  for (const { sources, unassessed } of ecosystems) {
    for (const source of sources) {
      if (source.lists === 'starter') flaws = (flaws ?? 0) + source.advisories;
    }
    if (unassessed.some(({ reason }) => reason === 'starter-only')) flaws ??= 0;
  }
  return flaws;
}

import type { Presenter, PresentOptions, Report } from '../../finding/finding.ts';
import { type Line, render, span } from '../../internal/terminal-layout.ts';
import { archiveLines } from './archive.ts';
import { coverageLines, problemLines, starterLines } from './coverage.ts';
import { decisionLines } from './decision.ts';
import { groupLines, unknownLines } from './findings.ts';
import { groupFindings, sortFindings } from './groups.ts';
import { headLines } from './head.ts';
import { riskLines } from './risk.ts';
import { summaryLines } from './summary.ts';
import { vexLines } from './vex.ts';

/** Narrower than this nothing is laid out: a terminal of fewer columns breaks the lines itself. */
const narrowest = 40;

/** For people at a terminal: worst first, then what the silence is worth. */
export const table: Presenter = { id: 'table', present };

function present(report: Report, { width: columns, color, verbose, sort = 'severity' }: PresentOptions): string {
  const width = Math.max(narrowest, Math.trunc(columns) || 80);
  const affected = report.findings.filter(({ verdict }) => verdict === 'affected');
  const unknown = report.findings.filter(({ verdict }) => verdict === 'unknown');
  const view = {
    width,
    verbose,
    risk: sort === 'risk',
    layers: report.subject.kind === 'image' ? report.subject.layers.length : 0,
  };
  const starter = starterLines(report, width);
  const sections: Line[][] = [
    [...headLines(report, width), ...starter],
    groupFindings(affected, sort).flatMap((group) => groupLines(group, view)),
    summaryLines(report, affected, width),
    sort === 'risk' || report.provenance.database?.predictions !== undefined ? riskLines(report, width) : [],
    unknownSection(unknown, width),
    archiveLines(report.archive, width, verbose),
    vexLines(report.suppressed, report.vex, width, verbose),
    [...coverageLines(report, width, verbose), ...(affected.length > 0 ? starter : [])],
    problemLines(report.problems, width),
    decisionLines(report.decision, width, verbose),
  ];
  const lines = sections
    .filter((section) => section.length > 0)
    .flatMap((section, i) => (i === 0 ? section : [[], ...section]));
  return render(withoutDoubleBlank(lines), color);
}

function unknownSection(unknown: Report['findings'], width: number): Line[] {
  if (unknown.length === 0) return [];
  return [[span(`Could not be told (${unknown.length}):`, 'odd')], ...unknownLines(sortFindings(unknown), width)];
}

function withoutDoubleBlank(lines: readonly Line[]): Line[] {
  return lines.filter((line, i) => line.length > 0 || (lines[i - 1]?.length ?? 0) > 0);
}

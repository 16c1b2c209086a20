import { count, thousands } from '../../internal/terminal-figures.ts';
import { flow, type Line, render, type Span, span } from '../../internal/terminal-layout.ts';
import { severities, severityTone } from '../table/words.ts';
import { type ImageSummary, type Outcome, type OutcomeError, summaryOf } from './outcome.ts';
import { isIncomplete, type Tally } from './tally.ts';

/** One line of the table: an image by its names, and its numbers, or why there are none. */
export interface ImageRow {
  readonly references: readonly string[];
  readonly summary?: ImageSummary;
  readonly error?: OutcomeError;
}

/** What the table keeps of an outcome; nothing of further names of an image that has its line. */
export function rowOf(outcome: Outcome): ImageRow | undefined {
  const { references } = outcome;
  if (outcome.kind === 'same') return undefined;
  if (outcome.kind === 'failed') return { references, error: outcome.error };
  return { references, summary: outcome.kind === 'report' ? summaryOf(outcome.report) : outcome.summary };
}

/** How the table is laid out. */
export interface ManyOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

const narrowest = 40;
/** With less room beside the numbers the name of an image stands above them. */
const roomForNames = 24;
/** More names of one image are counted only. */
const namesShown = 3;

const heads = ['crit', 'high', 'med', 'unkn', 'low', 'negl', 'fix', 'pkgs'] as const;

/** Lays out all images, the worst first, those without a report last, and what they come to. Ends with a line break. */
export function manyTable(rows: readonly ImageRow[], tally: Tally, { width: columns, color }: ManyOptions): string {
  const width = Math.max(narrowest, Math.trunc(columns) || 80);
  const told = rows.filter(({ summary }) => summary !== undefined).toSorted(byWorst);
  const failed = rows.filter(({ error }) => error !== undefined).toSorted(byName);
  const cells = told.map(({ summary }) => (summary === undefined ? [] : numbersOf(summary)));
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i]?.text.length ?? 0)));
  const at = widths.reduce((sum, one) => sum + one + 2, 0);
  const wide = width - at >= roomForNames;
  const sections: Line[][] = [
    [
      ...(wide && told.length > 0 ? [headLine(widths)] : []),
      ...told.flatMap((row, i) => (wide ? wideRow(row, cells[i] ?? [], widths, width) : narrowRow(row, width))),
    ],
    failed.flatMap((row) => failedRow(row, width)),
    totalLines(tally, width),
  ];
  const lines = sections
    .filter((section) => section.length > 0)
    .flatMap((section, i) => (i === 0 ? section : [[], ...section]));
  return render(lines, color);
}

function byWorst(a: ImageRow, b: ImageRow): number {
  for (const label of severities) {
    const difference = (b.summary?.affected[label] ?? 0) - (a.summary?.affected[label] ?? 0);
    if (difference !== 0) return difference;
  }
  return byName(a, b);
}

function byName(a: ImageRow, b: ImageRow): number {
  const [left = '', right = ''] = [a.references[0], b.references[0]];
  return left < right ? -1 : left > right ? 1 : 0;
}

function numbersOf({ affected, fixable, packages }: ImageSummary): Span[] {
  const counted = severities.map((label) => {
    const number = affected[label];
    return number === 0 ? span('-', 'quiet') : span(thousands(number), severityTone[label]);
  });
  const fixes = fixable === 0 ? span('-', 'quiet') : span(thousands(fixable), 'good');
  return [...counted, fixes, span(thousands(packages))];
}

function headLine(widths: readonly number[]): Line {
  const cells = heads.map((head, i) => `${head.padStart(widths[i] ?? 0)}  `).join('');
  return [{ text: `${cells}image`, tone: 'title' }];
}

function wideRow(row: ImageRow, cells: readonly Span[], widths: readonly number[], width: number): Line[] {
  const at = widths.reduce((sum, one) => sum + one + 2, 0);
  const numbers = cells.flatMap((cell, i): Span[] => [
    { text: ' '.repeat((widths[i] ?? 0) - cell.text.length) },
    cell,
    { text: '  ' },
  ]);
  const indent = { first: at, rest: at + 2 };
  const [first = [], ...rest] = flow(namesOf(row), width, indent);
  const [blank, ...others] = first;
  // The first line begins with blanks, in the place of which the numbers go.
  const after = blank === undefined ? [] : [{ ...blank, text: blank.text.slice(at) }, ...others];
  return [[...numbers, ...after], ...rest, ...remarks(row, width, { first: at + 2, rest: at + 2 })];
}

function narrowRow(row: ImageRow, width: number): Line[] {
  const { summary } = row;
  if (summary === undefined) return [];
  const counted = severities
    .filter((label) => summary.affected[label] > 0)
    .map((label) => span(`${thousands(summary.affected[label])} ${label},`, severityTone[label]));
  const indent = { first: 2, rest: 2 };
  return [
    ...flow(namesOf(row), width, { first: 0, rest: 2 }),
    ...flow(
      [...counted, span(`${thousands(summary.fixable)} with a fix, ${count(summary.packages, 'package')}`)],
      width,
      indent,
    ),
    ...remarks(row, width, indent),
  ];
}

function namesOf({ references: [first = '', ...others] }: ImageRow): Span[] {
  if (others.length === 0) return [span(first)];
  const more = others.length - namesShown;
  const named = [...others.slice(0, namesShown), ...(more > 0 ? [`${thousands(more)} more`] : [])];
  return [span(first), span(`(also ${named.join(', ')})`, 'quiet')];
}

/** What the numbers do not speak of. */
function remarks({ summary }: ImageRow, width: number, indent: { first: number; rest: number }): Line[] {
  if (summary === undefined || !isIncomplete(summary)) return [];
  const { assessed, judged, untold, complete } = summary;
  const parts = [
    ...(complete ? [] : [`incomplete: ${thousands(assessed)} of ${count(judged, 'package')} assessed`]),
    ...(untold === 0 ? [] : [`${count(untold, 'flaw')} could not be told`]),
  ];
  return flow([span(parts.join(', '), 'warn')], width, indent);
}

function failedRow({ references, error }: ImageRow, width: number): Line[] {
  if (error === undefined) return [];
  const why = error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
  return [
    ...flow([span('not scanned:', 'bad'), ...namesOf({ references })], width, { first: 0, rest: 2 }),
    ...flow([span(why)], width, { first: 2, rest: 2 }),
  ];
}

function totalLines(tally: Tally, width: number): Line[] {
  const { images, references, failed, incomplete, remembered, affected, fixable, untold } = tally;
  if (images === 0) return flow([span('There was no image to scan.', 'warn')], width, { first: 0, rest: 2 });
  const findings = severities.reduce((sum, label) => sum + affected[label], 0);
  const names = references === images ? '' : ` under ${count(references, 'name')}`;
  const spans = [
    span(`${count(images, 'image')}${names}:`, 'title'),
    span(`${count(findings, 'finding')},`),
    span(`${thousands(fixable)} with a fix;`, fixable > 0 ? 'good' : undefined),
    span(`${thousands(failed)} not scanned,`, failed > 0 ? 'bad' : undefined),
    span(
      `${thousands(incomplete)} not assessed in full${untold + remembered > 0 ? ',' : '.'}`,
      incomplete > 0 ? 'warn' : undefined,
    ),
    ...(untold > 0 ? [span(`${count(untold, 'flaw')} could not be told${remembered > 0 ? ',' : '.'}`, 'odd')] : []),
    ...(remembered > 0 ? [span(`${thousands(remembered)} told by an earlier run.`)] : []),
  ];
  return flow(spans, width, { first: 0, rest: 2 });
}

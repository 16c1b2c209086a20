// Lays out what was measured, for the terminal and for RESULTS.md.
import { cpus, totalmem } from 'node:os';

/** One promise and what came of it. */
export interface Goal {
  /** Where it stands in the list: `a`, `b`, … */
  readonly input: string;
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: '' | 'ms' | 's' | 'MB';
}

/** A heading, a table, and words on it. */
export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** `1.23 s`, `45 ms`. */
export function time(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`;
}

export function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}

export function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–';
}

function figure(value: number, unit: Goal['unit']): string {
  if (!Number.isFinite(value)) return 'not measured';
  return `${unit === '' || unit === 's' ? value.toFixed(2) : value.toFixed(0)}${unit && ` ${unit}`}`;
}

/** The goals, met or not. */
export function goalSection(goals: readonly Goal[]): Section {
  return {
    title: 'Goals',
    columns: ['input', 'what', 'measured', 'goal', 'met'],
    rows: goals.map(({ input, what, measured, limit, unit }) => {
      const met = Number.isFinite(measured) && measured <= limit ? 'yes' : '**no**';
      return [input, what, figure(measured, unit), `≤ ${limit}${unit && ` ${unit}`}`, met];
    }),
  };
}

/** What the figures depend on; nothing that tells which machine it was. */
export function machineFacts(): string {
  const models = [...new Set(cpus().map(({ model }) => model.trim()))].join(', ');
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return `${cpus().length} cores (${models}), ${memory} of memory, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** The whole as Markdown, its tables aligned so that they read on a terminal too. */
export function markdown(head: string, sections: readonly Section[]): string {
  const parts = sections.map(
    ({ title, text, columns, rows }) => `## ${title}\n\n${text ? `${text}\n\n` : ''}${table(columns, rows)}`,
  );
  return [head, ...parts].join('\n\n').concat('\n');
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

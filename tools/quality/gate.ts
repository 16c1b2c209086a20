import { precision, type Quality, recall } from './measure.ts';

/** The figures of a set, shares of 1. */
export interface Figures {
  readonly precision: number;
  readonly recall: number;
  /** Labels that were judged `unknown`. */
  readonly unknown: number;
  /** How many labels there are: figures rise easily where the hard ones are left out. */
  readonly labels: number;
}

/** The figures of one set. */
export function figuresOf(quality: Quality): Figures {
  return {
    precision: precision(quality),
    recall: recall(quality),
    unknown: quality.labels === 0 ? 0 : quality.unknown / quality.labels,
    labels: quality.labels,
  };
}

/** What fell below what it was; a set that the baseline does not know must be without fault. */
export function fallen(qualities: readonly Quality[], baseline: Readonly<Record<string, Figures>>): string[] {
  const said = qualities.flatMap((quality) => {
    const { precision: exact, recall: whole, unknown, labels } = figuresOf(quality);
    const before = baseline[quality.set] ?? { precision: 1, recall: 1, unknown: 1, labels: 0 };
    return [
      ...(exact < before.precision ? [`${quality.set}: precision ${exact} < ${before.precision}`] : []),
      ...(whole < before.recall ? [`${quality.set}: recall ${whole} < ${before.recall}`] : []),
      ...(unknown > before.unknown ? [`${quality.set}: unknown ${unknown} > ${before.unknown}`] : []),
      ...(labels < before.labels ? [`${quality.set}: labels ${labels} < ${before.labels}`] : []),
      ...quality.fixes,
    ];
  });
  const names = new Set(qualities.map(({ set }) => set));
  const gone = Object.keys(baseline).filter((name) => !names.has(name));
  return [...said, ...gone.map((name) => `${name}: the set is gone`)];
}

/** The figures as a table. */
export function table(qualities: readonly Quality[]): string {
  const rows = qualities.map((quality) => {
    const { precision: exact, recall: whole, unknown } = figuresOf(quality);
    return [quality.set, `${quality.labels}`, share(exact), share(whole), share(unknown)];
  });
  const all = [['set', 'labels', 'precision', 'recall', 'unknown'], ...rows, totalOf(qualities)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function share(value: number): string {
  return value.toFixed(3);
}

function totalOf(qualities: readonly Quality[]): string[] {
  const sum = {
    set: 'all',
    labels: qualities.reduce((total, { labels }) => total + labels, 0),
    right: qualities.reduce((total, { right }) => total + right, 0),
    missed: qualities.flatMap(({ missed }) => missed),
    wrong: qualities.flatMap(({ wrong }) => wrong),
    unknown: qualities.reduce((total, { unknown }) => total + unknown, 0),
  };
  return [
    sum.set,
    `${sum.labels}`,
    share(precision(sum)),
    share(recall(sum)),
    share(sum.labels === 0 ? 0 : sum.unknown / sum.labels),
  ];
}

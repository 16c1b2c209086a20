import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../internal/terminal.ts';
import { sampleReports } from '../testdata/sample-reports.ts';
import { outcomeLine, totalLine } from './ndjson.ts';
import { type Outcome, summaryOf } from './outcome.ts';
import { manyTable, rowOf } from './table.ts';
import { emptyTally, endingOf, type Tally, tallied } from './tally.ts';

const { flawed, clean, partial, hostile } = sampleReports;

function report(name: string, of: typeof flawed, ...others: string[]): Outcome {
  return { kind: 'report', references: [name, ...others], report: of };
}

const failed = {
  kind: 'failed',
  references: ['registry.example/team/gone:1.0'],
  error: {
    name: 'RegistryError',
    code: 'not-found',
    message: 'The registry has no such image',
    detail: 'registry.example/team/gone:1.0',
  },
} as const satisfies Outcome;
const same: Outcome = { kind: 'same', references: ['late:1'], as: 'clean:1', digest: 'sha256:00' };
const remembered: Outcome = {
  kind: 'remembered',
  references: ['registry.example/team/known:1.0'],
  summary: { ...summaryOf(clean), packages: 1234, fixable: 0 },
};
const outcomes = {
  mixed: [
    report('clean:1', clean),
    report('registry.example/team/app:1.0', flawed, 'app:a', 'app:b', 'app:c', 'app:d', 'app:e'),
    report('partial:1', partial),
    failed,
    same,
    remembered,
  ],
  none: [],
  clean: [report('clean:1', clean)],
  hostile: [
    report('\u001b[2Jevil\u202e', hostile),
    {
      ...failed,
      references: ['x\u001b]0;title\u0007'],
      error: { ...failed.error, detail: 'a\nb\u001b[31m' },
    },
  ],
} satisfies Record<string, Outcome[]>;

const tallyOf = (all: readonly Outcome[]): Tally => all.reduce(tallied, emptyTally());
const table = (all: readonly Outcome[], width: number, color = false): string =>
  manyTable(
    all.flatMap((one) => rowOf(one) ?? []),
    tallyOf(all),
    { width, color },
  );

describe('the table', () => {
  it.each(Object.entries(outcomes))('of %s reads as in testdata, and keeps to the width', async (name, all) => {
    for (const width of name === 'mixed' ? [120, 80, 40] : [100]) {
      const text = table(all, width);
      await expect(text).toMatchFileSnapshot(`../testdata/many-${name}.${width}.txt`);
      expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(width);
    }
  });

  it('says the same with colours, and lets nothing through that a terminal obeys', () => {
    // oxlint-disable-next-line no-control-regex -- what colours need
    const colors = /\u001b\[\d+(?:;\d+)*m/g;
    for (const all of Object.values(outcomes)) {
      expect(table(all, 100, true).replace(colors, '')).toBe(table(all, 100));
      // oxlint-disable-next-line no-control-regex -- what a terminal obeys
      expect(table(all, 100)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe('the tally', () => {
  it('counts images once, and all their names', () => {
    expect(tallyOf(outcomes.mixed)).toMatchObject({ images: 5, references: 11, failed: 1, remembered: 1 });
  });

  const over = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
  it.each([
    { name: 'findings over the line', all: outcomes.mixed, line: over, ending: 'findings' },
    { name: 'findings, but none over the line', all: outcomes.mixed, line: [], ending: 'not-assessed' },
    { name: 'an image that failed', all: [...outcomes.clean, failed], line: over, ending: 'not-assessed' },
    { name: 'an image not assessed in full', all: [report('p', partial)], line: over, ending: 'not-assessed' },
    {
      name: 'a finding beside an image that failed',
      all: [report('f', flawed), failed],
      line: over,
      ending: 'findings',
    },
    { name: 'no image', all: [], line: over, ending: 'not-assessed' },
    { name: 'nothing found', all: [...outcomes.clean, same, remembered], line: over, ending: 'clean' },
    {
      name: 'what an earlier run found',
      all: [{ ...remembered, summary: summaryOf(flawed) } as Outcome],
      line: over,
      ending: 'findings',
    },
  ])('with $name ends $ending', ({ all, line, ending }) => {
    expect(endingOf(tallyOf(all), line)).toBe(ending);
  });
});

describe('NDJSON', () => {
  it('has one line for each outcome that reads as what it was', () => {
    const lines = outcomes.mixed.map(outcomeLine);
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
    const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(read.map((line) => Object.keys(line))).toEqual([
      ['schemaVersion', 'references', 'report'],
      ['schemaVersion', 'references', 'report'],
      ['schemaVersion', 'references', 'report'],
      ['schemaVersion', 'references', 'error'],
      ['schemaVersion', 'references', 'sameAs'],
      ['schemaVersion', 'references', 'summary'],
    ]);
    expect(read[1]?.['report']).toEqual(JSON.parse(JSON.stringify(flawed)));
    expect(JSON.parse(totalLine(tallyOf(outcomes.mixed)))).toMatchObject({ total: { images: 5, failed: 1 } });
  });

  it('lets nothing through that a terminal obeys', () => {
    // oxlint-disable-next-line no-control-regex -- what a terminal obeys
    const obeyed = /[\u0000-\u001f\u007f-\u009f\u202e]/;
    for (const one of outcomes.hostile) expect(outcomeLine(one).trimEnd()).not.toMatch(obeyed);
  });
});

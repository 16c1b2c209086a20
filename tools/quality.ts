// `npm run quality`: precision, recall and the share of `unknown` over the labelled lists of testdata/quality; exit code 1
// when any is worse than testdata/quality/baseline.json says. With `--accept` the figures become those of the baseline,
// unless a flaw was missed or a fix is another than its label's.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figures, fallen, figuresOf, table } from './quality/gate.ts';
import { measure, type Quality } from './quality/measure.ts';
import { readSets } from './quality/set.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'testdata/quality');
const qualities: Quality[] = [];
for (const set of readSets(folder)) qualities.push(await measure(set, root));
if (process.argv.includes('--accept') && qualities.every(({ missed, fixes }) => missed.length + fixes.length === 0)) {
  const figures = Object.fromEntries(qualities.map((quality) => [quality.set, figuresOf(quality)]));
  writeFileSync(join(folder, 'baseline.json'), `${JSON.stringify(figures, null, 2)}\n`);
}
const baseline = JSON.parse(readFileSync(join(folder, 'baseline.json'), 'utf8')) as Record<string, Figures>;
const worse = fallen(qualities, baseline);
const faults = qualities.flatMap(({ missed, wrong }) => [
  ...missed.map((line) => `missed: ${line}`),
  ...wrong.map((line) => `wrong: ${line}`),
]);
process.stdout.write(`${[table(qualities), ...faults, ...worse.map((line) => `WORSE ${line}`)].join('\n')}\n`);
process.exitCode = worse.length > 0 ? 1 : 0;

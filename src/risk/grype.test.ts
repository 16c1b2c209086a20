import { expect, it } from 'vitest';
import type { KnownFlaw } from './circumstances.ts';
import { grypeRisk } from './grype.ts';
import { CRITICAL, EXPLOITED, flawWith, predicted, rating } from './testdata/findings.ts';

const RANSOM = { exploited: { ...EXPLOITED.exploited, ransomware: true } };
const word = rating('high', 'high', 'debian');

it.each<[string, Partial<KnownFlaw>, number | undefined]>([
  ['100 · EPSS · mean(9/10, 9.8/10)', predicted(0.5), 47],
  ['a word alone', { ...predicted(0.5), severity: word, ratings: [word] }, 37.5],
  [
    'a word, and the mean of two vectors',
    { ...predicted(1), severity: word, ratings: [word, rating(CRITICAL), rating('AV:N/AC:L/Au:N/C:N/I:N/A:C')] },
    81.5,
  ],
  [
    'the same vector by two raters counts once',
    { ...predicted(0.5), ratings: [rating(CRITICAL), rating(CRITICAL, 'critical', 'github')] },
    47,
  ],
  ['KEV is certain, and 1.05', { ...predicted(0.5), ...EXPLOITED }, 98.7],
  ['100 at most', { ...RANSOM, severity: rating(CRITICAL) }, 100],
  ['ransomware is 1.1', { ...RANSOM, severity: word, ratings: [word] }, 82.5],
  ['without EPSS it is not known', {}, undefined],
  ['without a label it is medium', { ...predicted(0.5), severity: rating('', 'unknown', ''), ratings: [] }, 25],
])('%s', (_name, given, expected) => {
  const found = grypeRisk(flawWith(given));
  expect(found && Number(found.toFixed(9))).toBe(expected);
});

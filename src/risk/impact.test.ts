import { expect, it } from 'vitest';
import type { Circumstances, KnownFlaw } from './circumstances.ts';
import { impactOf } from './impact.ts';
import { CRITICAL, flawWith, rating, TODAY } from './testdata/findings.ts';

const word = rating('unimportant', 'negligible', 'debian');
const none = rating('', 'unknown', '');
const low: Circumstances['environment'] = { confidentiality: 'low', integrity: 'low', availability: 'low' };

it.each<[string, Partial<KnownFlaw>, Circumstances['environment'], number, string, string]>([
  ['base score', {}, undefined, 9.8, 'base', 'nvd'],
  ['environmental score', {}, low, 8, 'environmental', 'nvd'],
  ['reached from nearby only', {}, { metrics: { MAV: 'A' } }, 8.8, 'environmental', 'nvd'],
  [
    'a vector’s own threat metrics do not count',
    { severity: rating(`${CRITICAL}/E:U`) },
    undefined,
    9.8,
    'base',
    'nvd',
  ],
  ['the first vector there is', { severity: word, ratings: [word, rating(CRITICAL)] }, undefined, 9.8, 'base', 'nvd'],
  ['a word', { severity: word, ratings: [word] }, low, 1, 'label', 'debian'],
  ['the highest that a word stands for', { severity: rating('high', 'high', 'a') }, undefined, 8.9, 'label', 'a'],
  ['somebody’s word', { severity: none, ratings: [none, rating('low', 'low', 'a')] }, undefined, 3.9, 'label', 'a'],
  ['what is no vector is a word', { severity: rating('CVSS:3.1/AV:N', 'medium', 'a') }, undefined, 6.9, 'label', 'a'],
  ['nothing is the worst', { severity: none, ratings: [] }, undefined, 10, 'assumed', 'assumption'],
  [
    'no harm is none',
    { severity: rating('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 'negligible') },
    undefined,
    0,
    'base',
    'nvd',
  ],
])('%s', (_name, given, environment, score, from, by) => {
  const circumstances = { today: TODAY, ...(environment && { environment }) };
  const impact = impactOf(flawWith(given), circumstances);
  expect(impact).toMatchObject({ score, value: score / 10, from, by });
  expect(impact.assumed.length).toBe(from === 'assumed' ? 1 : 0);
});

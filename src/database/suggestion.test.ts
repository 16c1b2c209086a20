import { expect, it } from 'vitest';
import { suggestion } from './suggestion.ts';

const ids = ['debian', 'redhat', 'epss', 'kev'];
const ecosystems = new Set(['Debian', 'Red Hat', 'Alpine:v3.20', 'Amazon Linux:2023', 'Go', 'npm', 'crates.io']);

it.each([
  ['debain', 'debian'],
  ['Debiann:12', 'debian:12'],
  ['rhel', 'Red Hat'],
  ['RHEL:9', 'Red Hat:9'],
  ['golang', 'Go'],
  ['cargo', 'crates.io'],
  ['AL2023', 'Amazon Linux:2023'],
  ['epss,kev', 'epss kev'],
  ['epss,what', undefined],
  ['Alpne:v3.20', 'Alpine:v3.20'],
  ['amzn:2023', 'Amazon Linux:2023'],
  // No source has it, so it is not what is meant.
  ['sles:15.6', undefined],
  ['got', undefined],
  ['xyzzy', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%.20s: %s', (word, meant) => {
  expect(suggestion(word, ids, ecosystems)).toBe(meant);
});

import { expect, it } from 'vitest';
import type { Report } from '../finding/finding.ts';
import { sampleReports } from '../report/testdata/sample-reports.ts';
import { policyFacts } from './judgement.ts';

function named(reference: string): Report {
  const { subject, provenance, ...rest } = sampleReports.flawed;
  const image = { foundAt: { place: 'registry', address: 'r.example' } };
  return { ...rest, subject: { ...subject, reference }, provenance: { ...provenance, image } };
}

it.each([
  ['r.example/team/app:2', 'registry://r.example/team/app:1', false],
  ['debian:12', 'docker.io/library/debian:11', false],
  // Nobody knows what is new since another image.
  ['r.example/team/app:2', 'r.example/team/other:1', undefined],
  ['r.example/team/app:2', 'elsewhere.example/team/app:1', undefined],
])('what is new in %s since the release %s: %s', (reference, release, expected) => {
  const { findings } = policyFacts(named(reference), { release: named(release) });
  expect(findings.length).toBeGreaterThan(0);
  for (const { newSinceRelease } of findings) expect(newSinceRelease).toBe(expected);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, Report } from '../finding/finding.ts';
import { arbitraryReport } from '../report/testdata/arbitrary-report.ts';
import { builtinNames } from './builtin/builtin.ts';
import { decide } from './decide.ts';
import type { Circumstances } from './facts.ts';
import { factsOf } from './facts-of.ts';
import { loadPolicy } from './load.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

/** A report of which less is known: the same findings and packages. */
function forget(report: Report, chance: () => boolean): Report {
  const { database, image, ...made } = report.provenance;
  const { distro, ...rest } = report;
  return {
    ...rest,
    ...(distro === undefined || chance() ? {} : { distro }),
    findings: report.findings.map((finding) => lessOf(finding, chance)),
    packages: report.packages.map((found) => (chance() ? { ...found, licenses: [] } : found)),
    coverage: chance() ? { ...report.coverage, complete: false } : report.coverage,
    provenance: {
      ...made,
      ...(database === undefined ? {} : { database: chance() ? { ...database, starter: true } : database }),
      ...(image === undefined || chance() ? {} : { image }),
    },
  };
}

function lessOf(finding: Finding, chance: () => boolean): Finding {
  const { published, prediction, summary, ...flaw } = finding.vulnerability;
  const { version, available, ...fix } = finding.fix;
  return {
    ...finding,
    fix: chance()
      ? { state: 'unknown' }
      : {
          ...fix,
          ...(version === undefined || chance() ? {} : { version }),
          ...(available === undefined ? {} : { available }),
        },
    vulnerability: {
      ...flaw,
      severity: chance() ? { ...flaw.severity, label: 'unknown' } : flaw.severity,
      ratings: chance() ? [] : flaw.ratings,
      weaknesses: chance() ? [] : flaw.weaknesses,
      ...(summary === undefined ? {} : { summary }),
      ...(published === undefined || chance() ? {} : { published }),
      ...(prediction === undefined || chance() ? {} : { prediction }),
    },
  };
}

const all: Circumstances = {
  created: '2026-11-20',
  user: 'app',
  labels: {},
  endOfLife: '2030-01-01',
  signed: true,
  exposed: false,
  firstSeen: new Map(),
  fixed: new Map(),
  release: new Set(),
  base: new Set(),
};

describe('built-in policies over reports of which less is known', () => {
  it.each(builtinNames)('%s lets nothing through for it', { timeout: 60_000 }, async (name) => {
    const policy = await loadPolicy(name, { now });
    const seen = { deny: 0, other: 0 };
    fc.assert(
      fc.property(arbitraryReport, fc.boolean(), fc.infiniteStream(fc.nat(2)), (some, whole, stream) => {
        const chance = (): boolean => stream.next().value === 0;
        const report: Report = { ...some, coverage: { ...some.coverage, complete: whole || some.coverage.complete } };
        const circumstances = Object.fromEntries(Object.entries(all).filter(() => !chance()));
        const before = decide(policy, factsOf(report, all), now);
        const after = decide(policy, factsOf(forget(report, chance), circumstances), now);
        seen[before.outcome === 'deny' ? 'deny' : 'other'] += 1;
        expect([before.outcome, after.outcome]).not.toEqual(['deny', 'allow']);
        expect([before.outcome, after.outcome]).not.toEqual(['warn', 'allow']);
      }),
      { numRuns: 150 },
    );
    expect(seen.deny).toBeGreaterThan(10);
  });
});

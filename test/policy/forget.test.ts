// Whatever a report no longer says, the built-in policies do not let the image through for that.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, Report } from '../../src/finding/finding.ts';
import { builtinNames } from '../../src/policy/builtin/builtin.ts';
import { arbitraryReport } from '../../src/report/testdata/arbitrary-report.ts';
import { judged, loadPolicies } from '../../src/scan/judgement.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

/** A report as a scan of today makes it, of which everything is known that a policy may ask. */
function known(report: Report, whole: boolean): Report {
  const { provenance, subject } = report;
  const config = { created: '2026-11-20T00:00:00Z', user: '1000', labels: {}, ...subject.config };
  return {
    ...report,
    subject: {
      ...subject,
      config: { ...config, healthcheck: false, ports: [], volumes: [] } as NonNullable<Report['subject']['config']>,
    },
    lifecycle: {
      product: 'debian',
      cycle: '12',
      endOfLife: '2028-06-30',
      source: { name: 'endoflife', asOf: '2026-11-20' },
    },
    coverage: whole ? { complete: true, ecosystems: [], notes: [] } : report.coverage,
    problems: whole ? [] : report.problems,
    provenance: {
      ...provenance,
      createdAt: '2026-11-24T11:00:00.000Z',
      database: {
        digest: 'x',
        builtAt: '2026-11-24T10:00:00Z',
        starter: false,
        exploited: '2026-11-24',
        predictions: '2026-11-24',
      },
    },
  };
}

/** The same report, and each of these things, or not, is no longer in it. */
function less(report: Report, drops: () => boolean): Report {
  const { lifecycle, provenance, subject, ...rest } = report;
  const { config, ...image } = subject;
  const { exploited, predictions, ...database } = provenance.database ?? { digest: '', builtAt: '', starter: false };
  return {
    ...rest,
    subject: config === undefined || drops() ? image : { ...image, config },
    ...(lifecycle === undefined || drops() ? {} : { lifecycle }),
    findings: report.findings.map((finding) => lessOf(finding, drops)),
    coverage: drops() ? { ...report.coverage, complete: false } : report.coverage,
    provenance: {
      ...provenance,
      database: {
        ...database,
        ...(exploited === undefined || drops() ? {} : { exploited }),
        ...(predictions === undefined || drops() ? {} : { predictions }),
      },
    },
  };
}

function lessOf(finding: Finding, drops: () => boolean): Finding {
  const { prediction, published, ...flaw } = finding.vulnerability;
  return {
    ...finding,
    fix: drops() ? { state: 'unknown' } : finding.fix,
    vulnerability: {
      ...flaw,
      severity: drops() ? { ...flaw.severity, label: 'unknown' } : flaw.severity,
      ratings: drops() ? [] : flaw.ratings,
      ...(prediction === undefined || drops() ? {} : { prediction }),
      ...(published === undefined || drops() ? {} : { published }),
    },
  };
}

describe('a report that says less', () => {
  it.each(builtinNames)('is not let through by %s where the one that says more is denied', async (name) => {
    const options = { policies: [name], now };
    const { policy } = await loadPolicies(options);
    const seen = { deny: 0, other: 0 };
    fc.assert(
      fc.property(arbitraryReport, fc.boolean(), fc.infiniteStream(fc.nat(2)), (some, whole, stream) => {
        const before = known(some, whole);
        const after = less(before, () => stream.next().value === 0);
        const outcome = (report: Report): string | undefined => judged(report, policy, options).decision?.outcome;
        const first = outcome(before);
        seen[first === 'deny' ? 'deny' : 'other'] += 1;
        expect([first, outcome(after)]).not.toEqual(['deny', 'allow']);
      }),
      { numRuns: 120 },
    );
    expect(seen.deny).toBeGreaterThan(10);
  });
});

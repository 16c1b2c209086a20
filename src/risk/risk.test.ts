import { assert, constantFrom, double, option, property, record, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../finding/finding.ts';
import type { Circumstances, KnownFlaw } from './circumstances.ts';
import { compareByRisk, explain, explainSum, type Risk, riskOf, riskOfImage } from './risk.ts';
import { CRITICAL, EXPLOITED, findingWith, predicted, rating, TODAY } from './testdata/findings.ts';

const HELD: Circumstances = { today: TODAY, held: { exploited: '2026-11-23', predictions: TODAY } };

function reportOf(findings: Report['findings']): Pick<Report, 'subject' | 'findings'> {
  const subject = { kind: 'image', reference: 'a', digest: 'sha256:1', layers: [], entries: 1 } as const;
  return { subject, findings };
}

describe('--explain', () => {
  it('names value, source, day and formula of everything that is known', () => {
    const here: Circumstances = {
      ...HELD,
      environment: { confidentiality: 'low', metrics: { MAT: 'P' } },
      mission: { prevalence: 'essential' },
      exposure: {
        reachable: 'inside',
        privilege: 'root',
        confinement: { seccomp: true, mandatoryAccess: false, readOnlyRoot: false },
        loaded: { packages: new Set(), since: '2026-11-10' },
        by: 'kubernetes',
      },
    };
    const flaw: Partial<KnownFlaw> = {
      ...predicted(0.2, '2026-11-20'),
      ...EXPLOITED,
      history: [{ date: '2026-10-25', score: 0.5 }],
      decision: { exploitation: 'active', automatable: true, technicalImpact: 'total', at: '2026-05-01' },
    };
    expect(explain(riskOf(findingWith(flaw), here))).toEqual([
      'CVE-2026-0001 in openssl 1.0: risk 41.2 of 100',
      'hazard = −ln(1 − p) · exposure · impact = −ln(1 − 0.999) · 0.081 · 0.95 = 0.5316',
      'risk = 100 · (1 − e^(−hazard)) = 41.2',
      'p = max(EPSS, KEV, LEV) = 0.999 (KEV): KEV 0.999 (listed 2026-11-01), EPSS 0.2 (2026-11-20), LEV ≥ 0.5 (NIST CSWP 41, 30 days in 1 window from 2026-10-25 to 2026-11-24)',
      'impact = 9.5 / 10 = 0.95: CVSS-BE of CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/CR:L (nvd; base score 9.8; not in this version: MAT:P)',
      'exposure = 0.5 (reachable: inside, kubernetes) · 0.2 (loaded: not loaded in 14 days, kubernetes) · 0.9 (privilege: root, kubernetes) · 0.9 (confinement: seccomp, kubernetes) = 0.081',
      'SSVC (CISA Coordinator 2.0.3): exploitation active (CISA KEV, 2026-11-01) → automatable yes (CISA (SSVC), 2026-05-01) → technical impact total (CISA (SSVC), 2026-05-01) → mission and well-being high (user, mission prevalence essential, public well-being unknown) = act',
      "Grype's risk, for comparison: 98.7",
    ]);
  });
  it('says what is assumed', () => {
    const word = rating('', 'unknown', '');
    expect(explain(riskOf(findingWith({ severity: word, ratings: [] }), { today: TODAY }))).toEqual([
      'CVE-2026-0001 in openssl 1.0: risk 10 of 100, at most 99.9',
      'hazard = −ln(1 − p) · exposure · impact = −ln(1 − 0.1) · 1 · 1 = 0.1054',
      'risk = 100 · (1 − e^(−hazard)) = 10',
      'p = max(EPSS, KEV, LEV) = 0.1 (assumed, as nobody gives one): no EPSS, KEV or LEV',
      'impact = 10 / 10 = 1: the worst, as nobody rates it',
      'exposure = 1 (reachable: unknown, taken for the worst) · 1 (loaded: unknown, taken for the worst) · 1 (privilege: unknown, taken for the worst) · 1 (confinement: unknown, taken for the worst) = 1',
      'SSVC (CISA Coordinator 2.0.3): exploitation active (taken for the worst, there is no KEV catalogue that would say) → automatable yes (taken for the worst) → technical impact total (taken for the worst) → mission and well-being high (taken for the worst, mission prevalence unknown, public well-being unknown) = act',
      'not known, and taken for worse than it may be: EPSS score, severity',
    ]);
  });
});

describe('sorting', () => {
  const risks = [
    riskOf(findingWith({ id: 'CVE-1', ...predicted(0.2), ...EXPLOITED }), HELD),
    riskOf(findingWith({ id: 'CVE-2', ...predicted(0.9) }), HELD),
    riskOf(findingWith({ id: 'CVE-3', ...predicted(0.9), severity: rating('low', 'low') }), HELD),
    riskOf(findingWith({ id: 'CVE-4' }), HELD),
    riskOf(findingWith({ id: 'CVE-5', ...predicted(0.1) }), HELD),
    riskOf(findingWith({ id: 'CVE-5', ...predicted(0.1) }, { name: 'zlib' }), HELD),
    riskOf(findingWith({ id: 'CVE-6', ...predicted(0.1) }), HELD),
    riskOf(findingWith({ id: 'CVE-7', ...predicted(0) }), HELD),
  ];
  it('is the same whatever the order was: what may be more above the same that is known', () => {
    assert(
      property(shuffledSubarray(risks, { minLength: risks.length }), (shuffled) => {
        expect(shuffled.toSorted(compareByRisk)).toEqual(risks);
      }),
    );
  });
});

describe('a whole image', () => {
  const image = riskOfImage(
    reportOf([
      findingWith({ id: 'CVE-1', ...predicted(0.1) }, { name: 'a' }),
      findingWith({ id: 'CVE-1', ...predicted(0.1) }, { name: 'b' }),
      findingWith({ id: 'CVE-2', ...predicted(0.2) }, { name: 'b' }),
      findingWith({ id: 'CVE-3', ...predicted(0.15) }, { name: 'c' }),
      findingWith({ id: 'GHSA-4' }, { name: 'd' }),
    ]),
    HELD,
  );
  it('is summed by package and in all, each flaw once', () => {
    expect(image.asset).toBe('sha256:1');
    expect([image.flaws, image.assumed]).toEqual([4, 1]);
    expect(image.packages.map(({ package: its, flaws }) => [its.name, flaws])).toEqual([
      ['b', 2],
      ['c', 1],
      ['d', 1],
      ['a', 1],
    ]);
    expect(image.exploited).toBeCloseTo(1 - 0.612 * 0.9, 9);
    expect(image.hazard.value).toBeCloseTo(-Math.log(0.612 * 0.9) * 0.98, 9);
    expect(image.hazard.most).toBeGreaterThan(6.9 * 0.98);
  });
  it('is explained', () => {
    expect(explainSum('the image', image)).toEqual([
      'the image: risk 44.3 of 100, at most 99.9',
      'hazard = Σ over 4 flaws, each once on each asset = 0.5845; risk = 100 · (1 − e^(−hazard))',
      'at least one is exploited: 1 − ∏(1 − p) = 0.4492',
      'not everything is known of 1 of them',
    ]);
  });
  it('without findings has none', () => {
    expect(riskOfImage(reportOf([]), HELD)).toMatchObject({
      hazard: { value: 0, most: 0 },
      score: 0,
      exploited: 0,
      flaws: 0,
    });
  });
});

it('taking away what is known never makes `most` smaller', () => {
  const score = double({ min: 0, max: 1, noNaN: true });
  const known = record({
    score,
    severity: constantFrom(rating(CRITICAL), rating('low', 'low'), rating('AV:L/AC:H/Au:N/C:P/I:N/A:N')),
    environment: option(constantFrom({ confidentiality: 'high' } as const), { nil: undefined }),
  });
  const most = (flaw: Partial<KnownFlaw>, here: Circumstances): number => riskOf(findingWith(flaw), here).most;
  assert(
    property(known, constantFrom({ reachable: 'none' } as const, { privilege: 'user' } as const), (given, exposure) => {
      const flaw = { ...predicted(given.score), severity: given.severity };
      const here: Circumstances = { ...HELD, exposure, ...(given.environment && { environment: given.environment }) };
      const whole = most(flaw, here);
      const { exposure: _, ...anywhere } = here;
      const { held: __, ...withoutList } = here;
      return [
        most({ severity: given.severity }, here),
        most({ ...predicted(given.score), severity: rating('', 'unknown', ''), ratings: [] }, here),
        most(flaw, anywhere),
        most(flaw, withoutList),
      ].every((less) => less >= whole - 1e-9);
    }),
  );
});

it('10,000 findings take no time worth a progress bar', () => {
  const findings = Array.from({ length: 10_000 }, (_, index) =>
    findingWith(
      { id: `CVE-2026-${index % 4000}`, ...predicted((index % 1000) / 1000) },
      { name: `package-${index % 500}` },
    ),
  );
  const report = reportOf(findings);
  riskOfImage(report, HELD);
  const start = process.cpuUsage();
  const risks: readonly Risk[] = riskOfImage(report, HELD).risks;
  const { user } = process.cpuUsage(start);
  expect(risks.length).toBe(10_000);
  // It takes some 40 ms; ten times that is a defect on any machine.
  expect(user / 1000).toBeLessThan(400);
});

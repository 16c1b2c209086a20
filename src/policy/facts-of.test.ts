import { describe, expect, it } from 'vitest';
import type { Report } from '../finding/finding.ts';
import { sampleReports } from '../report/testdata/sample-reports.ts';
import { riskOf } from '../risk/risk.ts';
import { decide } from './decide.ts';
import type { FindingFacts } from './facts.ts';
import { factsOf } from './facts-of.ts';
import { identitiesIn } from './identity.ts';
import { loadPolicy, parsePolicy } from './load.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const { flawed, clean } = sampleReports as Readonly<Record<string, Report>> & {
  readonly flawed: Report;
  readonly clean: Report;
};

function findingIn(report: Report, id: string, circumstances = {}): FindingFacts {
  const found = factsOf(report, circumstances).findings.find((finding) => finding.id === id);
  if (found === undefined) throw new Error(id);
  return found;
}

function named(reference: string): Report {
  return {
    ...clean,
    subject: { ...clean.subject, reference },
    provenance: { ...clean.provenance, image: { foundAt: { place: 'registry', address: 'x' } } },
  };
}

describe('facts of a report', () => {
  it('are what it says of a finding, and nothing of what it does not', () => {
    expect(findingIn(flawed, 'CVE-2024-0727')).toMatchObject({
      kind: 'vulnerability',
      severity: 'medium',
      fix: 'available',
      fixVersion: '3.0.13-1~deb12u1',
      kev: true,
      ransomware: true,
      epss: 0.0213,
      epssPercentile: 0.84,
      weaknesses: ['CWE-476'],
      verdict: 'affected',
      package: { name: 'openssl', source: 'openssl', type: 'deb', locked: false },
    });
    const unrated = findingIn(flawed, 'CVE-2022-3715');
    expect(unrated).toMatchObject({ fix: 'none', kev: false, ransomware: false });
    for (const absent of [
      'severity',
      'epss',
      'cvss',
      'risk',
      'ssvc',
      'firstSeen',
      'fixed',
      'newSinceRelease',
      'installable',
      'weaknesses',
    ]) {
      expect(unrated).not.toHaveProperty(absent);
    }
    expect(findingIn(flawed, 'CVE-2023-46218').fix).toBe('will-not-fix');
    expect(findingIn(flawed, 'CVE-2024-1111').verdict).toBe('unknown');
  });

  it('do not say that a flaw is not exploited where nobody was asked', () => {
    const { database } = flawed.provenance;
    if (database === undefined) throw new Error('a database');
    const starter = { ...flawed, provenance: { ...flawed.provenance, database: { ...database, starter: true } } };
    expect(findingIn(starter, 'CVE-2022-3715')).not.toHaveProperty('kev');
    const { exploited: _list, ...unlisted } = database;
    const listless = { ...flawed, provenance: { ...flawed.provenance, database: unlisted } };
    expect(findingIn(listless, 'CVE-2022-3715')).not.toHaveProperty('kev');
    const { database: _none, ...without } = flawed.provenance;
    expect(findingIn({ ...flawed, provenance: without }, 'CVE-2022-3715')).not.toHaveProperty('kev');
  });

  it('compare with the last release and the base by flaw and package', () => {
    const release = identitiesIn({
      ...flawed,
      findings: flawed.findings.filter(({ vulnerability }) => vulnerability.id !== 'CVE-2024-0727'),
    });
    expect(findingIn(flawed, 'CVE-2024-0727', { release })).toMatchObject({ newSinceRelease: true });
    expect(findingIn(flawed, 'CVE-2023-6129', { release, base: release })).toMatchObject({
      newSinceRelease: false,
      newSinceBase: false,
    });
  });

  it('date a finding only where somebody says since when it is known', () => {
    const firstSeen = new Map([['CVE-2023-6129 deb/openssl', '2026-01-01T00:00:00Z']]);
    expect(findingIn(flawed, 'CVE-2023-6129', { firstSeen }).firstSeen).toBe('2026-01-01T00:00:00Z');
    expect(findingIn(flawed, 'CVE-2024-0727', { firstSeen }).firstSeen).toBeUndefined();
  });

  it('have of a risk what was not assumed', () => {
    const risks = flawed.findings.map((finding) => riskOf(finding, { today: '2026-11-24' }));
    const facts = findingIn(flawed, 'CVE-2022-3715', { risks });
    expect(facts.risk).toBeLessThanOrEqual(facts.riskMost ?? 0);
    expect(facts).not.toHaveProperty('automatable');
    expect(findingIn(flawed, 'CVE-2024-0727', { risks }).exploitation).toBe('active');
  });

  it('name an image that was found by name, and no path', () => {
    expect(factsOf(clean).image).not.toHaveProperty('name');
    const path = { ...clean, subject: { ...clean.subject, reference: 'build/app' } };
    expect(factsOf(path).image).not.toHaveProperty('name');
    expect(factsOf(named('ghcr.io/acme/app:1')).image).toMatchObject({
      name: 'ghcr.io/acme/app',
      registry: 'ghcr.io',
      tag: '1',
      pinned: false,
    });
    expect(factsOf(named('debian')).image).toMatchObject({
      name: 'docker.io/library/debian',
      registry: 'docker.io',
      tag: 'latest',
      pinned: false,
    });
    expect(factsOf(named(`debian@sha256:${'a'.repeat(64)}`)).image).toMatchObject({ pinned: true });
    expect(factsOf(named('no name at all')).image).not.toHaveProperty('name');
  });

  it('have of the image what circumstances say', () => {
    const labels = { 'org.opencontainers.image.base.name': 'docker.io/library/debian:12' };
    const { image, coverage, problems } = factsOf(flawed, {
      labels,
      user: '',
      created: '2026-01-01',
      signed: false,
      exposed: true,
      endOfLife: '2028-06-30',
    });
    expect(image).toMatchObject({
      base: { name: 'docker.io/library/debian:12' },
      user: '',
      signed: false,
      exposed: true,
      distribution: { id: 'debian', version: '12' },
    });
    expect(coverage).toEqual({
      complete: false,
      packages: 5,
      unassessed: 1,
      settled: 1,
      because:
        'packages without an answer: 1 of 5 (Debian:12); what could not be read: 1 (A stanza has no Package field)',
    });
    expect(problems).toEqual([
      { code: 'corrupt', message: 'A stanza has no Package field', path: '/var/lib/dpkg/status', lossy: true },
      { code: 'unsupported', message: 'A device file was passed over', path: '/dev/null', lossy: false },
    ]);
  });

  it('do not believe in the coverage of packages that are not there', async () => {
    const policy = await parsePolicy('seaworthy: policy/1\n', { now });
    const whole = { ...clean, coverage: { ...clean.coverage, complete: true } };
    expect(decide(policy, factsOf(whole), now).outcome).toBe('allow');
    const less = { ...whole, packages: whole.packages.slice(1) };
    expect(decide(policy, factsOf(less), now)).toMatchObject({ outcome: 'deny', reasons: [{ unknown: ['coverage'] }] });
  });

  it('lead to a decision', async () => {
    const policy = await loadPolicy('default', { now });
    expect(decide(policy, factsOf(flawed), now)).toMatchObject({ outcome: 'deny' });
    expect(decide(policy, factsOf(flawed), now).reasons.map(({ rule }) => rule)).toContain('coverage-incomplete');
    const only = await parsePolicy('seaworthy: policy/1\nrules: [{ id: a, when: { kev: true } }]\n', { now });
    expect(decide(only, factsOf({ ...clean, coverage: { ...clean.coverage, complete: true } }), now)).toMatchObject({
      outcome: 'allow',
      reasons: [],
    });
  });
});

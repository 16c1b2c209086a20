import { describe, expect, it } from 'vitest';
import { dpkg } from '../version/dpkg.ts';
import { caseFacts } from './cases.ts';
import { decide } from './decide.ts';
import { parsePolicy } from './load.ts';
import type { Decision, PolicyCase } from './policy.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
type CaseFactsOf = Omit<PolicyCase, 'name' | 'expect'>;

async function judge(policy: string, facts: CaseFactsOf, at = now): Promise<Decision> {
  const loaded = await parsePolicy(`seaworthy: policy/1\n${policy}`, {
    now,
    name: 'p.yaml',
    schemes: new Map([['deb', dpkg]]),
  });
  return decide(loaded, caseFacts({ name: '', expect: 'allow', ...facts }), at);
}

const flaw = { id: 'CVE-2024-1', severity: 'high', package: 'xz-utils 5.6.1' };

describe('a condition is asked of facts', () => {
  it.each<[string, string, CaseFactsOf, string]>([
    ['severity by name', '{ severity: high }', { findings: [flaw] }, 'deny'],
    ['severity by list', '{ severity: [low, medium] }', { findings: [flaw] }, 'allow'],
    ['severity from', '{ severity: { atLeast: critical } }', { findings: [flaw] }, 'allow'],
    ['unknown severity', '{ severity: { atLeast: critical } }', { findings: [{ id: 'a' }] }, 'deny'],
    ['identifier in small letters', '{ id: cve-2024-* }', { findings: [flaw] }, 'deny'],
    ['an alias', '{ id: GHSA-1 }', { findings: [{ ...flaw, aliases: ['GHSA-1'] }] }, 'deny'],
    ['a fix', '{ fix: available }', { findings: [{ ...flaw, fix: 'available' }] }, 'deny'],
    ['no fix', '{ fix: available }', { findings: [{ ...flaw, fix: 'none' }] }, 'allow'],
    ['a fix that will not come', '{ fix: none }', { findings: [{ ...flaw, fix: 'will-not-fix' }] }, 'deny'],
    ['a fix that may be installable', '{ fix: installable }', { findings: [{ ...flaw, fix: 'available' }] }, 'deny'],
    [
      'a fix that is not installable',
      '{ fix: installable }',
      { findings: [{ ...flaw, fix: 'available', installable: false }] },
      'allow',
    ],
    ['EPSS', '{ epss: { over: 0.5 } }', { findings: [{ ...flaw, epss: 0.5 }] }, 'allow'],
    ['a range of EPSS', '{ epss: { atLeast: 0.1, under: 0.5 } }', { findings: [{ ...flaw, epss: 0.1 }] }, 'deny'],
    ['risk that may be more', '{ risk: { atLeast: 50 } }', { findings: [{ ...flaw, risk: 40, riskMost: 60 }] }, 'deny'],
    [
      'risk that is surely less',
      '{ risk: { atLeast: 70 } }',
      { findings: [{ ...flaw, risk: 40, riskMost: 60 }] },
      'allow',
    ],
    ['weakness', '{ cwe: CWE-79 }', { findings: [{ ...flaw, weaknesses: ['CWE-787', 'cwe-79'] }] }, 'deny'],
    ['age of the flaw', '{ published: { over: 30 } }', { findings: [{ ...flaw, published: '2026-10-25' }] }, 'allow'],
    [
      'age of the flaw, a day later',
      '{ published: { over: 29 } }',
      { findings: [{ ...flaw, published: '2026-10-25' }] },
      'deny',
    ],
    [
      'a date to come is not believed',
      '{ published: { over: 30 } }',
      { findings: [{ ...flaw, published: '2029-01-01' }] },
      'deny',
    ],
    ['new since the release', '{ newSince: release }', { findings: [{ ...flaw, newSinceRelease: false }] }, 'allow'],
    ['nothing to compare with', '{ newSince: base }', { findings: [flaw] }, 'deny'],
    ['a package', '{ package: xz-* }', { findings: [flaw] }, 'deny'],
    ['its source', '{ package: xz }', { findings: [{ ...flaw, package: { name: 'liblzma5', source: 'xz' } }] }, 'deny'],
    [
      'a version',
      '{ version: ">= 5.6.0, < 5.6.2" }',
      { findings: [{ ...flaw, package: { name: 'xz', version: '5.6.1-1', type: 'deb' } }] },
      'deny',
    ],
    [
      'another version',
      '{ version: ">= 5.6.0, < 5.6.1 || = 6" }',
      { findings: [{ ...flaw, package: { name: 'xz', version: '5.6.1-1', type: 'deb' } }] },
      'allow',
    ],
    ['a version of unknown order', '{ version: "< 5" }', { findings: [flaw] }, 'deny'],
    ['a path', '{ path: /opt/** }', { findings: [{ ...flaw, path: '/opt/a/b.jar' }] }, 'deny'],
    ['another path', '{ path: /opt/* }', { findings: [{ ...flaw, path: '/opt/a/b.jar' }] }, 'allow'],
    ['root by no user', '{ user: root }', { findings: [flaw], image: { user: '' } }, 'deny'],
    ['root by number and group', '{ user: root }', { findings: [flaw], image: { user: '0:1000' } }, 'deny'],
    ['root by a number with a sign', '{ user: root }', { findings: [flaw], image: { user: '+0' } }, 'deny'],
    ['nonroot', '{ user: root }', { findings: [flaw], image: { user: 'app' } }, 'allow'],
    ['an unknown user', '{ user: root }', { findings: [flaw] }, 'deny'],
    ['a label', '{ label: { team: "a*" } }', { findings: [flaw], image: { labels: { team: 'abc' } } }, 'deny'],
    ['no label', '{ not: { label: { team: true } } }', { findings: [flaw], image: { labels: {} } }, 'deny'],
    ['labels that may be there', '{ label: { team: true } }', { findings: [flaw] }, 'deny'],
    ['unknown labels', '{ not: { label: { team: true } } }', { findings: [flaw] }, 'deny'],
    [
      'a distribution',
      '{ distribution: "debian:1?" }',
      { findings: [flaw], image: { distribution: 'debian:12' } },
      'deny',
    ],
    [
      'a distribution without version',
      '{ distribution: "debian:1?" }',
      { findings: [flaw], image: { distribution: 'debian' } },
      'deny',
    ],
    ['end of life', '{ endOfLife: true }', { findings: [flaw], image: { endOfLife: '2026-11-01' } }, 'deny'],
    ['the last day of life', '{ endOfLife: true }', { findings: [flaw], image: { endOfLife: '2026-11-24' } }, 'allow'],
    [
      'end of life soon',
      '{ endOfLife: { over: -30 } }',
      { findings: [flaw], image: { endOfLife: '2026-12-20' } },
      'deny',
    ],
    [
      'end of life later',
      '{ endOfLife: { over: -20 } }',
      { findings: [flaw], image: { endOfLife: '2026-12-20' } },
      'allow',
    ],
    [
      'all, any, not',
      '{ all: [{ severity: high }], any: [{ kev: true }, { not: { fix: available } }] }',
      { findings: [{ ...flaw, kev: false, fix: 'none' }] },
      'deny',
    ],
    ['CEL', '{ cel: "finding.epss * finding.cvss > 4.0" }', { findings: [{ ...flaw, epss: 0.5, cvss: 9 }] }, 'deny'],
  ])('%s', async (_what, when, facts, outcome) => {
    expect((await judge(`rules: [{ id: r, when: ${when} }]`, facts)).outcome).toBe(outcome);
  });

  it.each<[string, string, readonly string[], string]>([
    ['a licence that binds', 'licence: GPL-*', ['GPL-2.0-only'], 'deny'],
    ['a choice of another', 'licence: GPL-*', ['MIT OR GPL-2.0-only'], 'allow'],
    ['two that bind', 'licence: GPL-*', ['MIT AND (GPL-2.0-only OR GPL-3.0-only)'], 'deny'],
    ['one of several', 'licence: GPL-*', ['MIT', 'GPL-2.0-only WITH Classpath-exception-2.0'], 'deny'],
    ['no expression', 'licence: GPL-*', ['see the file COPYING'], 'deny'],
    ['one’s own text', 'licence: GPL-*', ['LicenseRef-acme'], 'deny'],
    ['what is allowed', 'not: { licenceWithin: [MIT, Apache-2.0] }', ['MIT', 'GPL-2.0-only OR Apache-2.0'], 'allow'],
    ['not all is allowed', 'not: { licenceWithin: [MIT, Apache-2.0] }', ['MIT AND ISC'], 'deny'],
  ])('licences: %s', async (_what, when, licences, outcome) => {
    const facts = { packages: [{ name: 'a', version: '1', licences }] };
    expect((await judge(`rules: [{ id: r, on: licence, when: { ${when} } }]`, facts)).outcome).toBe(outcome);
    expect((await judge(`rules: [{ id: r, on: package, when: { ${when} } }]`, facts)).outcome).toBe(outcome);
  });
});

describe('what comes of it', () => {
  it('says why, with what would make it pass, worst first', async () => {
    const decision = await judge(
      `rules:
  - { id: low, when: { severity: low }, then: warn }
  - id: bad
    when: { severity: { atLeast: high } }
    message: '{{finding.id}} ({{finding.epss}}) in {{ package.name }}'
`,
      {
        findings: [
          { id: 'CVE-1', severity: 'low', package: 'a 1' },
          { id: 'CVE-3', severity: 'high', package: 'b 1', fix: 'available', fixVersion: '2' },
          { id: 'CVE-2', package: 'c 1', epss: 0.12345 },
          { id: 'CVE-4', severity: 'critical', package: 'b 1' },
        ],
      },
    );
    expect(decision.counts).toEqual({ deny: 3, warn: 2, excused: 0, inGrace: 0 });
    expect(
      decision.reasons.map(({ rule, message, remedy, unknown }) => [rule, message, remedy.split(':')[0], unknown]),
    ).toEqual([
      ['bad', 'CVE-2 (0.123) in c', 'remove c or replace it', ['severity']],
      ['bad', 'CVE-4 (unknown) in b', 'remove b or replace it', []],
      ['bad', 'CVE-3 (unknown) in b', 'upgrade b to 2', []],
      ['low', 'CVE-2 (unknown) in c 1', 'remove c or replace it', ['severity']],
      ['low', 'CVE-1 (low) in a 1', 'remove a or replace it', []],
    ]);
    expect(decision).toMatchObject({ outcome: 'deny', policy: 'p.yaml', decidedAt: '2026-11-24T12:00:00.000Z' });
    expect(decision.reasons[0]).toMatchObject({
      file: 'p.yaml',
      subject: { kind: 'finding', name: 'CVE-2 c', finding: 'CVE-2' },
    });
  });

  it('does with the unknown what the rule says', async () => {
    const facts = { findings: [{ id: 'CVE-1', severity: 'high' }] };
    const rule = (more: string): string => `rules: [{ id: r, when: { epss: { over: 0.1 } }${more} }]`;
    expect((await judge(rule(''), facts)).outcome).toBe('deny');
    expect((await judge(rule(', ifUnknown: warn'), facts)).outcome).toBe('warn');
    expect((await judge(rule(', ifUnknown: allow'), facts)).outcome).toBe('allow');
  });

  it('denies what an expression could not judge to its end, even where the unknown is allowed', async () => {
    const list = `[${Array.from({ length: 60 }, (_, at) => at).join()}]`;
    const cel = `${list}.all(a, ${list}.all(b, ${list}.all(c, ${list}.all(d, a + b + c + d >= 0))))`;
    const decision = await judge(`rules: [{ id: r, when: { cel: "${cel}" }, ifUnknown: allow }]`, { findings: [flaw] });
    expect(decision).toMatchObject({ outcome: 'deny', reasons: [{ unknown: ['cel'] }] });
  });

  it('exempts only what surely is meant', async () => {
    const policy = `rules:
  - { id: high, when: { severity: high } }
  - { id: docs, when: { path: '/usr/share/doc/**' }, then: allow, exempts: [high], reason: only documents }
`;
    const at = (path?: string): CaseFactsOf => ({ findings: [path === undefined ? flaw : { ...flaw, path }] });
    const exempt = await judge(policy, at('/usr/share/doc/x'));
    expect(exempt).toMatchObject({
      outcome: 'allow',
      counts: { excused: 1 },
      reasons: [{ exemptedBy: { rule: 'docs', reason: 'only documents' } }],
    });
    expect((await judge(policy, at('/usr/lib/x'))).outcome).toBe('deny');
    expect((await judge(policy, at())).outcome).toBe('deny');
  });
});

describe('grace', () => {
  const policy = (grace: string): string =>
    `rules: [{ id: r, when: { severity: { atLeast: high } }, grace: ${grace} }]`;
  it.each<[string, string, Readonly<Record<string, unknown>>, string, number | undefined]>([
    ['within the days', '{ days: 10 }', { firstSeen: '2026-11-20' }, 'warn', 6],
    ['on the last', '{ days: 10 }', { firstSeen: '2026-11-14T12:00:00Z' }, 'warn', 0],
    ['over', '{ days: 10 }', { firstSeen: '2026-11-14T11:59:59Z' }, 'deny', undefined],
    ['nobody knows since when', '{ days: 10 }', {}, 'deny', undefined],
    ['since it was fixed', '{ days: 10, from: fixed }', { fixed: '2026-11-20', firstSeen: '2020-01-01' }, 'warn', 6],
    [
      'since it was published',
      '{ days: 10, from: published }',
      { published: '2026-01-01', firstSeen: '2026-11-20' },
      'deny',
      undefined,
    ],
    ['by severity', '{ days: { critical: 1, high: 10 } }', { firstSeen: '2026-11-20' }, 'warn', 6],
    ['none for this severity', '{ days: { critical: 10 } }', { firstSeen: '2026-11-20' }, 'deny', undefined],
    [
      'an unknown severity has the shortest',
      '{ days: { negligible: 9, low: 9, medium: 9, high: 9, critical: 1 } }',
      { firstSeen: '2026-11-20', severity: undefined },
      'deny',
      undefined,
    ],
    ['until a day', '{ until: 2026-11-24 }', {}, 'warn', 1],
    ['until yesterday', '{ until: 2026-11-23 }', {}, 'deny', undefined],
    ['both, and the earlier counts', '{ days: 30, until: 2026-11-25 }', { firstSeen: '2026-11-20' }, 'warn', 2],
    ['a date to come does not lengthen it', '{ days: 10 }', { firstSeen: '2030-01-01' }, 'warn', 10],
    ['no date at all', '{ days: 10 }', { firstSeen: 'yesterday' }, 'deny', undefined],
  ])('%s', async (_what, grace, dates, outcome, daysLeft) => {
    const decision = await judge(policy(grace), { findings: [{ ...flaw, ...dates }] });
    expect([decision.outcome, decision.reasons[0]?.grace?.daysLeft]).toEqual([outcome, daysLeft]);
    expect(decision.counts.inGrace).toBe(outcome === 'warn' ? 1 : 0);
  });
});

describe('exceptions', () => {
  const policy = (exception: string): string =>
    `rules: [{ id: r, when: { severity: high } }, { id: s, when: { severity: high }, then: warn }]\nexceptions: [{ reason: because, owner: team, expires: 2026-12-01, ${exception} }]`;
  const found = {
    ...flaw,
    aliases: ['GHSA-1'],
    path: '/app/x',
    package: { name: 'xz-utils', version: '5.6.1', type: 'deb', purl: 'pkg:deb/debian/xz-utils@5.6.1?arch=amd64' },
  };
  const image = { name: 'ghcr.io/acme/app', digest: `sha256:${'a'.repeat(64)}` };

  it.each<[string, string]>([
    ['the flaw', 'vulnerability: cve-2024-1'],
    ['an alias', 'vulnerability: [CVE-9999-1, GHSA-1]'],
    ['the package', 'package: xz-*'],
    ['the purl of any version', 'package: pkg:deb/debian/xz-utils'],
    ['the purl', 'package: { purl: "pkg:deb/debian/xz-utils@5.6.1" }'],
    ['the version', 'package: { name: xz-utils, version: "< 5.7" }'],
    ['the path', 'vulnerability: CVE-2024-1, path: "/app/*"'],
    ['the image', 'vulnerability: CVE-2024-1, image: "ghcr.io/**"'],
    ['the digest', `vulnerability: CVE-2024-1, image: { digest: "sha256:${'a'.repeat(64)}" }`],
  ])('excuse by %s', async (_what, exception) => {
    const decision = await judge(policy(exception), { findings: [found], image });
    expect(decision).toMatchObject({ outcome: 'allow', counts: { deny: 0, warn: 0, excused: 2 }, idleExceptions: [] });
    expect(decision.reasons[0]).toMatchObject({
      outcome: 'allow',
      ruleOutcome: 'deny',
      exception: { reason: 'because', owner: 'team', expires: '2026-12-01', place: { file: 'p.yaml', line: 3 } },
    });
  });

  it.each<[string, string]>([
    ['another flaw', 'vulnerability: CVE-2024-11'],
    ['another package', 'package: xz'],
    ['another purl', 'package: pkg:deb/debian/xz'],
    ['another version', 'package: { name: xz-utils, version: "< 5.6" }'],
    ['a version that can’t be compared', 'package: { name: xz-utils, version: "< :::" }'],
    ['another path', 'vulnerability: CVE-2024-1, path: "/opt/*"'],
    ['another image', 'vulnerability: CVE-2024-1, image: "docker.io/**"'],
    ['another digest', `vulnerability: CVE-2024-1, image: { digest: "sha256:${'b'.repeat(64)}" }`],
    ['the flaw in another package', 'vulnerability: CVE-2024-1, package: zlib'],
  ])('do not excuse %s, and say that they do nothing', async (_what, exception) => {
    const decision = await judge(policy(exception), { findings: [found], image });
    expect(decision).toMatchObject({
      outcome: 'deny',
      idleExceptions: [{ because: 'unmatched', matches: 0, owner: 'team' }],
    });
  });

  it('hold for the rules that they name', async () => {
    const decision = await judge(policy('vulnerability: CVE-2024-1, rules: [r]'), { findings: [found], image });
    expect(decision.reasons.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      ['s', 'warn'],
      ['r', 'allow'],
    ]);
  });

  it('come back when they expire, and say so', async () => {
    const text = policy('vulnerability: CVE-2024-1, ticket: SEC-1');
    const last = await judge(text, { findings: [found] }, Date.parse('2026-12-01T23:59:59Z'));
    expect(last).toMatchObject({ outcome: 'allow', reasons: [{ exception: { ticket: 'SEC-1' } }, {}] });
    const over = await judge(text, { findings: [found] }, Date.parse('2026-12-02T00:00:00Z'));
    expect(over).toMatchObject({
      outcome: 'deny',
      reasons: [{ expired: { ticket: 'SEC-1', expires: '2026-12-01' } }, {}],
      idleExceptions: [{ because: 'expired', matches: 2 }],
    });
  });
});

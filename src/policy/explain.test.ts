import { describe, expect, it } from 'vitest';
import { caseFacts } from './cases.ts';
import { explainPolicy } from './explain.ts';
import { keys } from './keys.ts';
import { parsePolicy } from './load.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

describe('why a policy decides as it does', () => {
  it('tells each key with what is asked and what is known', async () => {
    const policy = await parsePolicy(
      `seaworthy: policy/1
rules:
  - { id: r, when: { severity: { atLeast: high }, published: { over: 30 }, path: "/app/**", not: { kev: true } } }
`,
      { now, name: 'p.yaml' },
    );
    const facts = caseFacts({
      name: '',
      expect: 'deny',
      findings: [
        { id: 'CVE-1', severity: 'critical', published: '2026-01-01', path: '/app/x', package: 'a 1' },
        { id: 'CVE-2', severity: 'low' },
        { id: 'CVE-3', severity: 'low' },
      ],
    });
    const { rules, decision } = explainPolicy(policy, facts, now);
    expect(decision.outcome).toBe('deny');
    expect(rules.map(({ rule, scope, judged }) => [rule.id, rule.origin[0]?.file, scope, judged])).toEqual([
      ['coverage-incomplete', 'built-in foundation', true, 1],
      ['r', 'p.yaml', true, 3],
    ]);
    expect(rules[1]?.explanations.map(({ subject, truth }) => [subject.name, truth])).toEqual([
      ['CVE-1 a', 'unknown'],
      ['CVE-2', false],
    ]);
    expect(rules[1]?.explanations[0]?.parts).toEqual([
      { key: 'severity', asked: '{"atLeast":"high"}', known: 'critical', truth: true },
      { key: 'published', asked: '{"over":30}', known: '327', truth: true },
      { key: 'path', asked: '"/app/**"', known: '/app/x', truth: true },
      { key: 'not', asked: '{"kev":true}', known: '', truth: 'unknown' },
    ]);
  });

  it('knows of every key what it is asked of', async () => {
    const facts = caseFacts({
      name: '',
      expect: 'deny',
      image: {
        name: 'n',
        registry: 'r',
        tag: 't',
        pinned: true,
        platform: 'linux/amd64',
        user: 'app',
        labels: { a: 'b' },
        base: 'b',
        distribution: 'debian',
        created: '2026-01-01',
        scanned: '2026-11-01',
        databaseBuilt: '2026-11-01',
        endOfLife: true,
        signed: true,
        exposed: true,
      },
      packages: [
        { name: 'a', version: '1', type: 'deb', purl: 'pkg:deb/a@1', locked: true, licences: ['MIT'], path: '/a' },
      ],
      problems: [{ code: 'corrupt', path: '/a', lossy: true }],
      findings: [
        {
          id: 'CVE-1',
          severity: 'low',
          fix: 'none',
          kev: true,
          ransomware: true,
          epss: 0.1,
          epssPercentile: 0.2,
          cvss: 1,
          risk: 1,
          hazard: 1,
          ssvc: 'act',
          exploitation: 'poc',
          automatable: true,
          technicalImpact: 'total',
          weaknesses: ['CWE-1'],
          published: '2026-01-01',
          firstSeen: '2026-01-01',
          fixed: '2026-01-01',
          newSinceRelease: true,
          newSinceBase: true,
          path: '/a',
          package: { name: 'a', version: '1', type: 'deb', purl: 'pkg:deb/a@1', locked: true, licences: ['MIT'] },
        },
      ],
    });
    const asked: Readonly<Record<string, string>> = {
      version: '< 1',
      problem: 'corrupt',
      fix: 'none',
      ssvc: 'act',
      exploitation: 'poc',
      technicalImpact: 'total',
      verdict: 'unknown',
      cwe: 'CWE-1',
      newSince: 'base',
      severity: 'low',
      coverage: 'complete',
    };
    for (const key of Object.keys(keys)) {
      const on = ['problem', 'lossy'].includes(key) ? 'problem' : 'vulnerability';
      const shapes = [`'${asked[key] ?? '*'}'`, 'true', '{ over: 1 }', '{ a: true }'];
      const policies = await Promise.allSettled(
        shapes.map(
          async (value) =>
            await parsePolicy(`seaworthy: policy/1\nrules: [{ id: r, on: ${on}, when: { ${key}: ${value} } }]\n`, {
              now,
            }),
        ),
      );
      const policy = policies.find((one) => one.status === 'fulfilled')?.value;
      if (policy === undefined) throw new Error(key);
      const [part] = explainPolicy(policy, facts, now).rules[1]?.explanations[0]?.parts ?? [];
      expect([key, part?.known]).not.toEqual([key, key === 'unassessed' ? '' : 'unknown']);
    }
  });
});

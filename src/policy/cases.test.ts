import { describe, expect, it } from 'vitest';
import { testPolicy } from './cases.ts';
import { parsePolicy } from './load.ts';
import { policyTemplate } from './policy-template.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

describe('tests in a policy file', () => {
  it('pass, or say in what they fail', async () => {
    const policy = await parsePolicy(
      `seaworthy: policy/1
rules:
  - { id: high, when: { severity: high }, grace: { days: 5, from: published }, message: "{{finding.id}} is bad" }
tests:
  - { name: good, expect: allow }
  - { name: denied, findings: [{ id: CVE-1, severity: high }], expect: { outcome: deny, rules: [high], messages: [CVE-1 is bad] } }
  - { name: in grace, today: 2026-02-03, findings: [{ id: CVE-1, severity: high, published: 2026-01-30 }], expect: warn }
  - { name: past grace, today: 2026-02-05, findings: [{ id: CVE-1, severity: high, published: 2026-01-30 }], expect: deny }
  - { name: not assessed, coverage: { complete: false }, expect: { outcome: deny, rules: [coverage-incomplete] } }
  - { name: wrong, findings: [{ id: CVE-1, severity: high }], expect: { outcome: warn, rules: [], messages: [something else] } }
`,
      { now },
    );
    const results = testPolicy(policy);
    expect(results.map(({ name, wrong }) => [name, wrong])).toEqual([
      ['good', []],
      ['denied', []],
      ['in grace', []],
      ['past grace', []],
      ['not assessed', []],
      ['wrong', ['outcome is deny, not warn', 'rules that apply are high, not none', 'nothing says "something else"']],
    ]);
    expect(results.at(-1)?.decision.outcome).toBe('deny');
  });

  it('of what init writes pass, with what it has as comments too', async () => {
    const results = testPolicy(await parsePolicy(policyTemplate, { now }));
    expect(results.map(({ wrong }) => wrong)).toEqual([[], [], [], []]);
    const whole = policyTemplate
      .replaceAll(/^( *)# ?(- id|  when|  on|  then|  ifUnknown)/gm, '$1$2')
      .replace('exceptions: []', 'exceptions:')
      .replaceAll(/^# ( (?:-| ) \w)/gm, ' $1');
    const { rules, exceptions } = await parsePolicy(whole, { now });
    expect(rules.map(({ id }) => id)).toEqual(expect.arrayContaining(['no-worse', 'licences', 'likely-and-bad']));
    expect(exceptions).toHaveLength(1);
  });
});

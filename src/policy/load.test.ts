import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadPolicy, parsePolicy } from './load.ts';
import { PolicyError, type PolicyProblem } from './policy.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const head = 'seaworthy: policy/1\n';

async function problemsOf(policy: Promise<unknown>): Promise<readonly PolicyProblem[]> {
  try {
    await policy;
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
}

async function shortly(text: string): Promise<readonly string[]> {
  const problems = await problemsOf(parsePolicy(text, { now, name: 'p.yaml' }));
  return problems.map(({ code, line, column, detail }) => `${line}:${column} ${code}: ${detail}`);
}

describe('what is wrong with a policy is told with its place', () => {
  it.each<[string, string, readonly string[]]>([
    ['nothing at all', '', ['1:1 wrong-type: must be a map']],
    [
      'another version',
      'seaworthy: policy/9\n',
      ['1:12 bad-value: seaworthy must be policy/1, not "policy/9" (did you mean policy/1?)'],
    ],
    ['no version', 'rules: []\n', ['1:1 missing-field: needs seaworthy']],
    [
      'an unknown field',
      `${head}rulez: []\n`,
      [
        expect.stringMatching(
          /^2:1 unknown-field: "rulez" is not known here \(did you mean rules\?\); allowed: description, /,
        ),
      ],
    ],
    [
      'an unknown key of a condition',
      `${head}rules:\n  - id: a\n    when: { sevrity: high }\n`,
      [expect.stringMatching(/^4:13 unknown-field: "sevrity" is not known here \(did you mean severity\?\)/)],
    ],
    ['a prototype as a field', `${head}__proto__: {}\n`, [expect.stringMatching(/^2:1 unknown-field/)]],
    [
      'an unknown severity',
      `${head}rules:\n  - id: a\n    when: { severity: hihg }\n`,
      [
        '4:23 bad-value: severity must be one of negligible, low, medium, high, critical, not "hihg" (did you mean high?)',
      ],
    ],
    [
      'a number for bounds',
      `${head}rules:\n  - id: a\n    when: { epss: 0.1 }\n`,
      ['4:19 wrong-type: epss must be a map'],
    ],
    [
      'a text for a flag',
      `${head}rules:\n  - id: a\n    when: { kev: "yes" }\n`,
      ['4:18 wrong-type: kev must be true or false'],
    ],
    [
      'not a number',
      `${head}rules:\n  - id: a\n    when: { epss: { over: .nan } }\n`,
      ['4:27 bad-value: over must be a finite number'],
    ],
    [
      'a share given as a percentage, which nothing would reach',
      `${head}rules:\n  - id: a\n    when: { epss: { atLeast: 20 } }\n`,
      ['4:30 bad-value: atLeast must be at most 1'],
    ],
    ['an empty condition', `${head}rules:\n  - id: a\n    when: {}\n`, ['4:11 bad-value: when must not be empty']],
    ['nothing as a value', `${head}rules:\n`, ['2:7 wrong-type: rules must be a list']],
    [
      'an id that is none',
      `${head}rules:\n  - id: A b\n`,
      ['3:9 bad-value: id "A b" does not have the form ^[a-z0-9][a-z0-9.-]{0,79}$'],
    ],
    ['a tab', `${head}\trules: []\n`, ['2:1 not-yaml: Tabs are not allowed as indentation']],
    ['a key twice', `${head}name: a\nname: b\n`, ['3:1 not-yaml: Map keys must be unique']],
    [
      'an anchor',
      `${head}name: &a x\ndescription: *a\n`,
      [expect.stringMatching(/^2:\d+ not-yaml: anchors and aliases/), expect.stringMatching(/^3:\d+ not-yaml/)],
    ],
    ['a tag', `${head}name: !!js/function x\n`, [expect.stringMatching(/^2:7 not-yaml: Unresolved tag/)]],
    ['two documents', `${head}---\n${head}`, [expect.stringMatching(/not-yaml: .*multiple documents/)]],
    [
      'a key of other things',
      `${head}rules:\n  - id: a\n    on: image\n    when: { epss: { over: 0.1 } }\n`,
      ['5:19 unknown-field: epss is asked of a finding, not of the image'],
    ],
    [
      'a range that is none',
      `${head}rules:\n  - id: a\n    when: { version: 1.x to 2 }\n`,
      ['4:22 bad-value: a range is written >= 1.2, < 2 || = 3'],
    ],
    [
      'an unknown fact in a text',
      `${head}rules:\n  - id: a\n    message: 'see {{finding.idd}}'\n`,
      ['4:19 bad-template: there is no finding.idd to tell of vulnerability'],
    ],
    [
      'an expression in a block',
      `${head}rules:\n  - id: a\n    when:\n      cel: |\n        finding.kev &&\n          finding.epsss > 0.1\n`,
      ['7:19 bad-cel: there is no field epsss (did you mean epss?)'],
    ],
    [
      'an expression of another type',
      `${head}rules:\n  - id: a\n    when: { cel: finding.epss + 1.0 }\n`,
      ['4:18 bad-cel: comes to double, not to true or false'],
    ],
    ['one id twice', `${head}rules:\n  - id: a\n  - id: a\n`, ['4:9 duplicate-id: a']],
    [
      'allowed and denied alike',
      `${head}rules:\n  - id: a\n    when: { kev: true, fix: none }\n  - id: b\n    when: { fix: none, kev: true }\n    then: allow\n    exempts: [a]\n    reason: r\n`,
      ['5:9 contradiction: b allows what a denies, by the same condition'],
    ],
    [
      'allowing without a reason',
      `${head}rules:\n  - id: a\n  - id: b\n    when: { kev: true }\n    then: allow\n    exempts: [a]\n`,
      ['4:9 missing-field: b allows, and needs reason'],
    ],
    [
      'exempting from nothing',
      `${head}rules:\n  - id: abc\n  - id: b\n    when: { kev: true }\n    then: allow\n    reason: r\n    exempts: [abd]\n`,
      ['8:15 bad-value: there is no rule abd (did you mean abc?)'],
    ],
    [
      'exempting from what must be',
      `${head}extends: [default]\nrules:\n  - id: b\n    on: coverage\n    then: allow\n    reason: r\n    exempts: [malware]\n`,
      [expect.stringMatching(/^8:15 bad-value/)],
    ],
    [
      'grace of a warning',
      `${head}rules:\n  - id: a\n    then: warn\n    grace: { days: 3 }\n`,
      ['5:12 bad-value: only a rule that denies has a time of grace'],
    ],
    [
      'grace until no day',
      `${head}rules:\n  - id: a\n    grace: { until: 2026-02-30 }\n`,
      ['4:21 bad-value: 2026-02-30 is not a day'],
    ],
    [
      'an exception without reason',
      `${head}exceptions:\n  - vulnerability: CVE-2024-1\n    owner: o\n    expires: 2026-12-01\n`,
      ['3:5 missing-field: exceptions needs reason'],
    ],
    [
      'an exception without owner and expiry',
      `${head}exceptions:\n  - { vulnerability: CVE-2024-1, reason: r }\n`,
      ['3:5 missing-field: exceptions needs owner', '3:5 missing-field: exceptions needs expires'],
    ],
    [
      'an exception from everything',
      `${head}exceptions:\n  - { path: '/app/**', reason: r, owner: o, expires: 2026-12-01 }\n`,
      [expect.stringMatching(/^3:5 exception-too-broad/)],
    ],
    [
      'an exception of any package',
      `${head}exceptions:\n  - { package: 'pkg:deb/debian/*', reason: r, owner: o, expires: 2026-12-01 }\n`,
      [expect.stringMatching(/^3:5 exception-too-broad/)],
    ],
    [
      'an exception of all flaws',
      `${head}exceptions:\n  - { vulnerability: 'CVE-*', reason: r, owner: o, expires: 2026-12-01 }\n`,
      [expect.stringMatching(/^3:22 bad-value: vulnerability "CVE-\*"/)],
    ],
    [
      'an exception for ever',
      `${head}exceptions:\n  - { vulnerability: CVE-2024-1, reason: r, owner: o, expires: 2036-12-01 }\n`,
      ['3:64 exception-too-long: at most 365 days from today, 2027-11-24'],
    ],
    [
      'an exception longer than one’s own limit',
      `${head}limits: { exceptionDays: 7 }\nexceptions:\n  - { vulnerability: CVE-2024-1, reason: r, owner: o, expires: 2026-12-15 }\n`,
      ['4:64 exception-too-long: at most 7 days from today, 2026-12-01'],
    ],
    [
      'an exception from no rule',
      `${head}exceptions:\n  - { vulnerability: CVE-2024-1, reason: r, owner: o, expires: 2026-12-01, rules: [nope] }\n`,
      [expect.stringMatching(/bad-value: there is no rule nope/)],
    ],
    [
      'an unknown policy',
      `${head}extends: [defualt]\n`,
      [expect.stringMatching(/^2:11 not-found: "defualt" is no built-in policy \(did you mean default\?\)/)],
    ],
    [
      'several things',
      `${head}rulez: 1\nname: 3\nrules:\n  - id: a\n    when: { kev: 1 }\n`,
      [expect.stringMatching(/^2:1/), expect.stringMatching(/^3:7/), expect.stringMatching(/^6:18/)],
    ],
  ])('%s', async (_what, text, expected) => {
    expect(await shortly(text)).toEqual(expected);
  });

  it('tells of an exception past its day, and goes on', async () => {
    const text = `${head}exceptions:\n  - { vulnerability: CVE-2024-1, reason: r, owner: team, expires: 2026-11-23 }\n`;
    const { warnings } = await parsePolicy(text, { now });
    expect(warnings).toMatchObject([{ code: 'expired', line: 3, column: 67, detail: '2026-11-23, team' }]);
    expect((await parsePolicy(text.replace('11-23', '11-24'), { now })).warnings).toEqual([]);
  });

  it('has the first problem in its own fields', async () => {
    const error = await parsePolicy(`${head}rulez: 1\n`, { now, name: 'p.yaml' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PolicyError);
    expect(error).toMatchObject({
      code: 'unknown-field',
      file: 'p.yaml',
      line: 2,
      column: 1,
      message: 'a field is not known',
    });
  });
});

describe('hostile documents', () => {
  it.each<[string, string, string]>([
    ['brackets without end', '['.repeat(200_000), 'too-deep'],
    ['lists in lists without end', `${'- '.repeat(200_000)}a`, 'too-deep'],
    ['maps without end', `${head}x: ${'{a: '.repeat(50_000)}`, 'too-deep'],
    ['a million lines', `${head}#\n`.repeat(30_000), 'too-large'],
    [
      'aliases that multiply',
      `a: &a [x,x]\n${'bcdefghij'.replace(/./g, (c) => `${c}: &${c} [*${String.fromCharCode(c.charCodeAt(0) - 1)},*${String.fromCharCode(c.charCodeAt(0) - 1)}]\n`)}`,
      'not-yaml',
    ],
    [
      'conditions in conditions',
      `${head}rules:\n  - id: a\n    when: ${'{ not: '.repeat(40)}{ kev: true }${' }'.repeat(40)}\n`,
      'too-deep',
    ],
    [
      'an expression of brackets',
      `${head}rules:\n  - id: a\n    when: { cel: "${'('.repeat(900)}true${')'.repeat(900)}" }\n`,
      'cel-too-complex',
    ],
    [
      'rules without number',
      `${head}rules:\n${Array.from({ length: 900 }, (_, at) => `  - id: r${at}\n`).join('')}`,
      'bad-value',
    ],
  ])('%s are refused soon', async (_what, text, code) => {
    const start = performance.now();
    const [first] = await problemsOf(parsePolicy(text, { now }));
    expect(first?.code).toBe(code);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('reads plain files alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'policy-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = (name: string, content: string | Uint8Array): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    symlinkSync('/dev/zero', join(folder, 'zero.yaml'));
    const codes = async (path: string): Promise<readonly string[]> =>
      (await problemsOf(loadPolicy(path, { now }))).map(({ code }) => code);
    expect(await codes(join(folder, 'zero.yaml'))).toEqual(['unreadable']);
    expect(await codes(`${folder}/`)).toEqual(['unreadable']);
    expect(await codes(join(folder, 'none.yaml'))).toEqual(['not-found']);
    expect(await codes(file('bytes.yaml', Uint8Array.of(0xff, 0xfe, 0x00)))).toEqual(['unreadable']);
    expect(await codes(file('large.yaml', `#${'x'.repeat(2_000_000)}`))).toEqual(['unreadable']);
    expect(await codes(file('good.yaml', head))).toEqual([]);
    expect(await codes('defautl')).toEqual(['not-found']);
  });
});

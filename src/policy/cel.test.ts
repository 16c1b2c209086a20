import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CelCompiler, celCompiler } from './cel.ts';
import type { Facts, FindingFacts } from './facts.ts';
import { fieldTypes, readerOf } from './fields.ts';
import type { Subject } from './policy.ts';
import { celArbitrary, NOW } from './testdata/arbitraries.ts';

let compile: CelCompiler;
beforeAll(async () => {
  compile = await celCompiler();
});

const finding: FindingFacts = {
  kind: 'vulnerability',
  id: 'CVE-2024-0001',
  aliases: ['GHSA-1', 'high'],
  title: 'overflow in openssl',
  severity: 'high',
  kev: true,
  epss: 0.25,
  cvss: 7.5,
  verdict: 'affected',
  disputed: false,
  weaknesses: ['CWE-79', 'CWE-787'],
  published: '2026-11-01T00:00:00Z',
  package: { id: 'p', name: 'openssl', version: '1.0', licences: ['MIT'] },
};

const facts: Facts = {
  image: { name: 'ghcr.io/a/b', labels: { team: 'openssl' }, user: 'root' },
  findings: [finding],
  packages: [],
  coverage: { complete: true, packages: 1, unassessed: 0 },
  problems: [],
};

function subject(given: FindingFacts = finding, left = 1_000_000): Subject {
  return { facts, finding: given, now: NOW, budget: { left } };
}

function run(expression: string, given?: FindingFacts): unknown {
  const test = compile(expression, 'vulnerability');
  return typeof test === 'function' ? test(subject(given)) : test;
}

describe('CEL over facts', () => {
  it.each([
    ['finding.epss > 0.1', true],
    ['finding.epss * finding.cvss >= 2.0', false],
    ['finding.severity in ["high", "critical"]', true],
    ['finding.aliases.exists(a, a.startsWith("GHSA-"))', true],
    ['finding.publishedDays > 30', false],
    ['finding.publishedDays / 2 == 11', true],
    ['finding.publishedDays % 2 == 1', true],
    ['pkg.name.glob("open*") && image.root', true],
    ['finding["epss"] > 0.1', true],
    ['"team" in image.labels', true],
    ['image.labels.team == "openssl"', true],
    ['image.labels.exists(k, k == "team")', true],
    ['-finding.severityRank < 0', true],
    ['size("añ😀") == 3', true],
    ['finding.weaknesses.map(w, w.lowerAscii()) == ["cwe-79", "cwe-787"]', true],
    ['finding.weaknesses.filter(w, w.endsWith("9")).size() == 1', true],
    ['finding.weaknesses.exists_one(w, w.contains("78"))', true],
    ['coverage.complete ? finding.kev : false', true],
  ])('%s is %s', (expression, truth) => {
    expect(run(expression)).toBe(truth);
  });

  it.each([
    ['finding.risk > 1.0', 'unknown'],
    ['finding.risk > 1.0 || true', true],
    ['finding.risk > 1.0 && false', false],
    ['false && finding.risk > 1.0', false],
    ['!(finding.risk > 1.0)', 'unknown'],
    ['finding.risk > 1.0 ? true : true', 'unknown'],
    ['finding.severity in [finding.fix, "high"]', 'unknown'],
    ['finding.aliases[7] == "x"', 'unknown'],
    ['image.labels["none"] == "x"', 'unknown'],
    ['finding.publishedDays / 0 > 1', 'unknown'],
    ['["a", "b"].exists(x, x == "a" || finding.risk > 1.0)', true],
    ['["a", "b"].all(x, x == "a" || finding.risk > 1.0)', 'unknown'],
  ])('of what is unknown, %s is %s', (expression, truth) => {
    expect(run(expression)).toBe(truth);
  });

  it.each([
    ['finding.epsss > 0.1', 'bad-cel', 'there is no field epsss (did you mean epss?)', 8],
    ['finding.id > 1', 'bad-cel', 'no such overload: string > int', 0],
    ['finding.epss', 'bad-cel', 'comes to double, not to true or false', 0],
    ['finding.epss >', 'bad-cel', 'Unexpected token: EOF', 14],
    ['problem.lossy', 'bad-cel', 'Unknown variable: problem', 0],
    ['true && has(finding.epss)', 'bad-cel', expect.stringMatching(/^has\(\) is not for policies: /), 8],
    ['finding.id.matches("(a+)+$")', 'bad-cel', expect.stringMatching(/^matches\(\) is not for policies: use glob/), 0],
    ['finding == finding', 'bad-cel', expect.stringContaining('no such overload'), 0],
    ['[finding.epss].exists(x, finding[x] > 1.0)', 'bad-cel', expect.anything(), expect.anything()],
    [
      'timestamp("2024-01-01T00:00:00Z") == timestamp("2024-01-01T00:00:00Z")',
      'bad-cel',
      expect.stringContaining('timestamp()'),
      0,
    ],
    ['{"a": 1}["a"] == 1', 'bad-cel', expect.stringContaining('maps'), 0],
    ['1u == 1u', 'bad-cel', expect.stringContaining('unsigned'), 0],
    ['9007199254740993 > 1', 'bad-cel', 'the number is too large', 0],
    ['size([1] + [2]) == 2', 'bad-cel', 'lists are not added up in policies', expect.anything()],
    ['cel.bind(x, "a", x == "a")', 'bad-cel', expect.anything(), expect.anything()],
    [`${'('.repeat(99)}true${')'.repeat(99)}`, 'cel-too-complex', 'Exceeded maxDepth (32)', 32],
    [
      Array.from({ length: 450 }, () => '1').join('+'),
      'cel-too-complex',
      expect.stringContaining('maxAstNodes'),
      expect.anything(),
    ],
    [`"${'a'.repeat(3000)}" == "a"`, 'cel-too-complex', 'longer than 2000 characters', 0],
    [
      `finding.id in [${Array.from({ length: 150 }, () => '"a"').join()}]`,
      'cel-too-complex',
      expect.stringContaining('maxListElements'),
      expect.anything(),
    ],
  ])('%s is refused', (expression, code, detail, offset) => {
    expect(compile(expression, 'vulnerability')).toEqual({ code, detail, offset });
  });

  it('stops a bomb by counting its steps, and then knows nothing', () => {
    const list = `[${Array.from({ length: 60 }, (_, at) => at).join()}]`;
    const bomb = `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))`;
    const test = compile(bomb, 'vulnerability');
    if (typeof test !== 'function') throw new Error(JSON.stringify(test));
    const given = subject(finding, 100_000);
    const start = performance.now();
    for (let at = 0; at < 1000; at += 1) expect(test(given)).toBe('unknown');
    expect(performance.now() - start).toBeLessThan(1000);
    expect(given.budget.left).toBeLessThan(0);
  });

  it('counts what globs cost', () => {
    const test = compile(`finding.title.glob("${'*a'.repeat(400)}")`, 'vulnerability');
    if (typeof test !== 'function') throw new Error(JSON.stringify(test));
    const given = subject({ ...finding, title: 'a'.repeat(100_000) }, 500_000);
    expect(test(given)).toBe('unknown');
  });

  it('agrees with the library wherever everything is known', { timeout: 60_000 }, () => {
    const environment = new Environment();
    const context: Record<string, unknown> = {};
    for (const [name, group] of [
      ['finding', 'finding'],
      ['pkg', 'package'],
      ['image', 'image'],
      ['coverage', 'coverage'],
    ] as const) {
      environment.registerVariable({ name, schema: { ...fieldTypes[group] } });
      context[name] = Object.fromEntries(
        Object.entries(fieldTypes[group] ?? {}).flatMap(([field, type]) => {
          const value = readerOf(`${group}.${field}`)?.(subject());
          if (value === undefined) return [];
          return [[field, type === 'int' && typeof value === 'number' ? BigInt(value) : value]];
        }),
      );
    }
    const seen = { true: 0, false: 0, unknown: 0 };
    fc.assert(
      fc.property(celArbitrary, (expression) => {
        const test = compile(expression, 'vulnerability');
        if (typeof test !== 'function') {
          if (test.code === 'cel-too-complex') return;
          throw new Error(`${expression}: ${test.detail}`);
        }
        const truth = test(subject());
        let other: unknown;
        try {
          other = environment.evaluate(expression, context);
        } catch {
          other = 'unknown';
        }
        // Ours is finite; the library goes on with infinity and NaN.
        if (truth === 'unknown' && /[/]/.test(expression)) return;
        expect([expression, truth]).toEqual([expression, other]);
        seen[String(truth) as keyof typeof seen] += 1;
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.true, seen.false, seen.unknown)).toBeGreaterThan(20);
  });
});

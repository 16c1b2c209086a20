import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dpkg } from '../../version/dpkg.ts';
import { semver } from '../../version/semver.ts';
import type { VersionScheme } from '../../version/version.ts';
import { testPolicy } from '../cases.ts';
import { keys } from '../keys.ts';
import { type LoadOptions, loadPolicy, parsePolicy } from '../load.ts';
import { type Condition, type Policy, type PolicyCase, PolicyError } from '../policy.ts';
import { builtinNames, builtinPolicies } from './builtin.ts';

const folder = join(import.meta.dirname, '../../../testdata/policy/cases');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const now = Date.parse('2026-01-01T12:00:00Z');
const schemes = new Map<string, VersionScheme>([
  ['deb', dpkg],
  ['npm', semver],
]);
let options: LoadOptions;

beforeAll(async () => {
  options = { now, schemes, builtins: await builtinPolicies() };
});

async function load(file: string): Promise<Policy> {
  return loadPolicy(join(folder, file), options);
}

describe.each(files)('%s', (file) => {
  it('comes out as it says', async () => {
    const results = testPolicy(await load(file));
    const wrong = results.filter((result) => result.wrong.length > 0).map(({ name, wrong: all }) => ({ name, all }));
    expect(wrong).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
  });
});

describe('together', () => {
  it('the cases are forty and more, and use every key of a condition', async () => {
    const policies = await Promise.all(files.map(load));
    expect(policies.flatMap(({ tests }) => tests).length).toBeGreaterThan(40);
    const asked = new Set(policies.flatMap(({ rules }) => rules.flatMap(({ when }) => keysIn(when))));
    const all = [...Object.keys(keys), 'all', 'any', 'not', 'cel'];
    expect(all.filter((key) => !asked.has(key))).toEqual([]);
  });

  it.each(builtinNames)('every rule that %s states is the reason of some decision', async (name) => {
    const reasons = new Set<string>();
    for (const file of files.filter((one) => one.startsWith('built-in-'))) {
      const policy = await load(file);
      if (!policy.files.includes(`built-in ${name}`)) continue;
      for (const { decision } of testPolicy(policy)) for (const { rule } of decision.reasons) reasons.add(rule);
    }
    const { rules } = await loadPolicy(name, options);
    const own = rules.filter(({ origin }) => origin.some(({ file }) => file === `built-in ${name}`));
    expect(own.map(({ id }) => id).filter((id) => !reasons.has(id))).toEqual([]);
    expect(own.length).toBeGreaterThan(5);
  });
});

describe('built-in policies', () => {
  it.each(builtinNames)(
    '%s: every rule says what it is for, what is wrong and what would make it pass',
    async (name) => {
      const { rules, warnings, name: own } = await loadPolicy(name, options);
      expect([own, warnings]).toEqual([name, []]);
      for (const { id, description, message, remedy } of rules) {
        expect([id, description, message, remedy].filter((text) => (text ?? '') === '')).toEqual([]);
      }
    },
  );

  it.each(['bod-26-04', 'fedramp', 'pci-dss-4.0.1'])(
    '%s: nobody below can lengthen a clock that the rule of others sets',
    async (name) => {
      const { rules } = await loadPolicy(name, options);
      const set = rules.filter(({ grace, overridable }) => grace !== undefined && !overridable).map(({ id }) => id);
      expect(set.length).toBeGreaterThan(1);
      const text = `seaworthy: policy/1\nextends: [${name}]\nrules:\n${set.map((id) => `  - { id: ${id}, grace: { days: 3650 } }\n`).join('')}`;
      const error: unknown = await parsePolicy(text, options).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(PolicyError);
      expect((error as PolicyError).problems.map(({ code }) => code)).toEqual(set.map(() => 'loosens'));
    },
  );

  it.each(builtinNames)('%s: an image of which nothing is known is not allowed', async (name) => {
    const unknown: PolicyCase = { name: 'unknown', findings: [{ id: 'CVE-2025-1' }], coverage: {}, expect: 'deny' };
    const [result] = testPolicy(await loadPolicy(name, options), [unknown]);
    expect(result?.wrong).toEqual([]);
  });
});

describe('mistakes', () => {
  const mistakes = join(folder, '../mistakes');
  it.each(readdirSync(mistakes).filter((name) => name.endsWith('.yaml')))(
    '%s is refused, with its place',
    async (file) => {
      const [, expected] = /^# refused: (.*)$/m.exec(readFileSync(join(mistakes, file), 'utf8')) ?? [];
      const error: unknown = await loadPolicy(join(mistakes, file), options).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(PolicyError);
      const { line, column, code } = error as PolicyError;
      expect(`${line}:${column} ${code}`).toBe(expected);
    },
  );
});

function keysIn(condition: Condition): readonly string[] {
  const { all = [], any = [], not } = condition;
  const inner = [...all, ...any, ...(not === undefined ? [] : [not])];
  return [...Object.keys(condition), ...inner.flatMap(keysIn)];
}

/** Facts that a test has even where it does not give them; a package without a source is its own. */
const always = new Set(['id', 'kind', 'aliases', 'verdict', 'disputed', 'name', 'source']);

function without<T>(all: readonly T[], at: number, fewer: T): T[] {
  return all.map((one, index) => (index === at ? fewer : one));
}

/** The case without one of its facts, for each of them. */
function poorer(one: PolicyCase): readonly PolicyCase[] {
  const fewer = (facts: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] =>
    Object.keys(facts)
      .filter((key) => !always.has(key))
      .map((key) => Object.fromEntries(Object.entries(facts).filter(([other]) => other !== key)));
  const { image = {}, findings = [], packages = [], coverage } = one;
  return [
    ...fewer(image).map((facts) => ({ ...one, image: facts })),
    ...findings.flatMap((finding, at) =>
      fewer(finding).map((facts) => ({ ...one, findings: without(findings, at, facts) })),
    ),
    ...packages.flatMap((found, at) =>
      typeof found === 'string'
        ? []
        : fewer(found).map((facts) => ({ ...one, packages: without(packages, at, facts) })),
    ),
    ...(coverage === undefined ? [] : fewer(coverage).map((facts) => ({ ...one, coverage: facts }))),
  ];
}

it('nothing that is denied is allowed once any one fact of it is not known', async () => {
  const allowed: string[] = [];
  let tried = 0;
  for (const file of files) {
    const policy = await load(file);
    const denied = testPolicy(policy).flatMap(({ decision }, at) =>
      decision.outcome === 'deny' ? (policy.tests[at] ?? []) : [],
    );
    const cases = denied.flatMap(poorer);
    tried += cases.length;
    for (const { name, decision } of testPolicy(policy, cases))
      if (decision.outcome === 'allow') allowed.push(`${file}: ${name}`);
  }
  expect(allowed).toEqual([]);
  expect(tried).toBeGreaterThan(500);
});

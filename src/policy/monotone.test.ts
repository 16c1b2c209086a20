import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dpkg } from '../version/dpkg.ts';
import { semver } from '../version/semver.ts';
import { decide } from './decide.ts';
import type { Facts } from './facts.ts';
import { parsePolicy } from './load.ts';
import type { Policy, Reason } from './policy.ts';
import {
  exceptionsArbitrary,
  exemptingArbitrary,
  factsArbitrary,
  NOW,
  rulesArbitrary,
} from './testdata/arbitraries.ts';
import { rankOf } from './tighten.ts';

const schemes = new Map<string, typeof dpkg | typeof semver>([
  ['deb', dpkg],
  ['npm', semver],
]);

const policyArbitrary = fc.record({
  rules: rulesArbitrary,
  exempting: fc.option(exemptingArbitrary, { nil: undefined }),
  exceptions: exceptionsArbitrary,
  images: fc.option(fc.constant(['ghcr.io/**']), { nil: undefined }),
});

/** What can be forgotten without forgetting that there is something: everything that facts may leave out. */
const kept = new Set(['kind', 'id', 'aliases', 'verdict', 'disputed', 'name', 'code', 'message', 'lossy']);

function forget(facts: Facts, chance: () => boolean): Facts {
  const less = <T extends object>(all: T): T => {
    const entries = Object.entries(all).filter(([key]) => kept.has(key) || !chance());
    return Object.fromEntries(entries) as T;
  };
  return {
    image: Object.fromEntries(Object.entries(facts.image).filter(() => !chance())),
    findings: facts.findings.map((finding) => {
      const some = less(finding);
      return some.package === undefined ? some : { ...some, package: less(some.package) };
    }),
    packages: facts.packages.map(less),
    coverage: Object.fromEntries(Object.entries(facts.coverage).filter(() => !chance())),
    problems: facts.problems.map(less),
  };
}

async function policyFor(source: {
  readonly rules: unknown;
  readonly exempting: unknown;
  readonly exceptions: unknown;
  readonly images: unknown;
}): Promise<Policy | undefined> {
  const rules = source.rules as readonly { readonly id: string; readonly on: string }[];
  const first = rules.find(({ on }) => on === 'vulnerability' || on === 'finding');
  const exempting =
    source.exempting === undefined || first === undefined
      ? []
      : [{ id: 'exempt', on: first.on, when: source.exempting, exempts: [first.id], reason: 'r', ...allow }];
  const images = source.images === undefined ? {} : { images: source.images };
  const document = { seaworthy: 'policy/1', ...images, rules: [...rules, ...exempting], exceptions: source.exceptions };
  return await parsePolicy(stringify(document, { aliasDuplicateObjects: false }), { now: NOW, schemes });
}

const allow = JSON.parse('{"then":"allow"}') as object;

describe('whoever knows less is not let through for it', () => {
  it('forgetting facts never makes a decision milder', { timeout: 60_000 }, async () => {
    const seen = { denied: 0, changed: 0, excused: 0, cel: 0 };
    await fc.assert(
      fc.asyncProperty(policyArbitrary, factsArbitrary, fc.infiniteStream(fc.nat(3)), async (source, facts, stream) => {
        const policy = await policyFor(source);
        if (policy === undefined) return;
        const less = forget(facts, () => stream.next().value === 0);
        const [before, after] = [decide(policy, facts, NOW), decide(policy, less, NOW)];
        expect(rankOf(after.outcome)).toBeGreaterThanOrEqual(rankOf(before.outcome));
        expect(denying(after.reasons)).toEqual(expect.arrayContaining([...denying(before.reasons)]));
        seen.denied += Number(before.outcome === 'deny');
        seen.changed += Number(before.outcome !== after.outcome);
        seen.excused += Number(before.counts.excused > 0);
        seen.cel += Number(JSON.stringify(source.rules).includes('"cel"'));
      }),
      { numRuns: 800 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });

  it('says the same of the same facts, whatever order they are in', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(policyArbitrary, factsArbitrary, async (source, facts) => {
        const policy = await policyFor(source);
        if (policy === undefined) return;
        const decision = decide(policy, facts, NOW);
        expect(decide(policy, facts, NOW)).toEqual(decision);
        const turned = { ...facts, findings: facts.findings.toReversed(), packages: facts.packages.toReversed() };
        expect(decide(policy, turned, NOW).counts).toEqual(decision.counts);
        const ranks = decision.reasons.map(({ outcome }) => rankOf(outcome));
        expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
        expect(decision.outcome).toBe(decision.reasons[0]?.outcome ?? 'allow');
      }),
      { numRuns: 200 },
    );
  });
});

/** Rules that deny something: a package of two licences of which none is known is denied once, not twice. */
function denying(reasons: readonly Reason[]): readonly string[] {
  return [...new Set(reasons.filter(({ outcome }) => outcome === 'deny').map(({ rule }) => rule))];
}

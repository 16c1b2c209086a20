import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fix, PackageRef } from '../finding/finding.ts';
import type { VersionOrder } from './actions.ts';
import { fixFirst } from './fix-first.ts';
import { riskSum } from './image-risk.ts';
import { type Risk, riskOf } from './risk-of.ts';
import { findingWith, predicted, TODAY } from './testdata/findings.ts';

const order: VersionOrder = (a, b) => Number(a) - Number(b);
const unordered: VersionOrder = () => undefined;

function risk(id: number, score: number, name: string, fix: string | Fix, more: Partial<PackageRef> = {}): Risk {
  const source: Fix = typeof fix === 'string' ? { state: 'fixed', version: fix, appliesTo: 'source' } : fix;
  const its = { name, source: { name: name.split('-')[0] ?? name, version: '1.0' }, ...more };
  return riskOf(findingWith({ id: `CVE-2026-000${id}`, ...predicted(score) }, its, source), {
    today: TODAY,
    asset: 'image',
    held: { exploited: TODAY },
  });
}

const NOT_FIXED: Fix = { state: 'not-fixed' };
const RISKS = [
  risk(1, 0.5, 'openssl-bin', '1.1'),
  risk(1, 0.5, 'openssl-lib', '1.1'),
  risk(2, 0.4, 'openssl-lib', '1.3'),
  risk(3, 0.8, 'curl', '2'),
  risk(4, 0.01, 'zlib', '3'),
  risk(5, 0.9, 'bash', NOT_FIXED),
];

describe('what to upgrade first', () => {
  it('takes packages of one source together, to the version that fixes all, and the most hazard first', () => {
    const plan = fixFirst(RISKS, { order });
    expect(plan.steps.map(({ action, flaws }) => [action.name, action.version, flaws, action.fixesAll])).toEqual([
      ['curl', '2', ['CVE-2026-0003'], true],
      ['openssl', '1.3', ['CVE-2026-0001', 'CVE-2026-0002'], true],
      ['zlib', '3', ['CVE-2026-0004'], true],
    ]);
    expect(plan.steps[1]?.action.packages.map(({ name }) => name)).toEqual(['openssl-bin', 'openssl-lib']);
    expect(plan.before).toEqual(riskSum(RISKS).hazard);
    expect(plan.left).toBeCloseTo(RISKS[5]?.hazard.value ?? 0, 9);
    expect(plan.unfixable).toBeCloseTo(plan.left, 9);
  });
  it('keeps to a budget, by what is removed for the cost', () => {
    const cost = ({ name }: { name: string }): number => (name === 'curl' ? 5 : 1);
    const plan = fixFirst(RISKS, { order, cost, budget: 5 });
    expect(plan.steps.map(({ action }) => action.name)).toEqual(['curl']);
    expect(plan.by).toBe('single');
    expect(fixFirst(RISKS, { order, cost, budget: 2 }).steps.map(({ action }) => action.name)).toEqual([
      'openssl',
      'zlib',
    ]);
  });
  it('fixes some where the lower version costs less', () => {
    const cost = ({ version }: { version: string }): number => (version === '1.3' ? 10 : 1);
    const plan = fixFirst(RISKS, { order, cost, budget: 2 });
    expect(plan.steps.map(({ action }) => [action.name, action.version, action.fixesAll])).toEqual([
      ['curl', '2', true],
      ['openssl', '1.1', false],
    ]);
  });
  it('where versions can’t be ordered, an upgrade fixes only what names that version', () => {
    const plan = fixFirst(RISKS, { order: unordered });
    expect(plan.steps.map(({ action, flaws }) => [action.version, flaws.length])).toEqual([
      ['2', 1],
      ['1.1', 1],
      ['1.3', 1],
      ['3', 1],
    ]);
  });
  it('a flaw in packages of two sources is half gone with each', () => {
    const both = [risk(1, 0.5, 'a', '2'), risk(1, 0.5, 'b', '2')];
    const half = (both[0]?.hazard.value ?? 0) / 2;
    expect(fixFirst(both, { order }).steps.map(({ removes }) => removes)).toEqual([half, half]);
    const [first, second] = [both[0], risk(1, 0.5, 'b', NOT_FIXED)];
    expect(fixFirst(first ? [first, second] : [], { order }).left).toBeCloseTo(half, 12);
  });
  it('what the archive has is a fix, also where the record names none', () => {
    const available = { version: '1.0+deb', suite: 'stable', trust: 'pinned', closes: true } as const;
    const [step] = fixFirst([risk(1, 0.5, 'a', { state: 'unknown', available })], { order }).steps;
    expect(step?.action).toMatchObject({ version: '1.0+deb', available: true });
    const open = { ...available, closes: false };
    expect(fixFirst([risk(1, 0.5, 'a', { state: 'unknown', available: open })], { order }).steps).toEqual([]);
  });
  it('a fix in words is none, and a cost of nothing is refused', () => {
    expect(fixFirst([risk(1, 0.5, 'a', { state: 'will-not-fix', version: '2' })], { order }).steps).toEqual([]);
    expect(() => fixFirst(RISKS, { order, cost: () => 0 })).toThrow(RangeError);
    expect(fixFirst([], { order })).toMatchObject({ steps: [], left: 0, cost: 0 });
  });
});

it('what is left and what was removed are all that there was', () => {
  const any = record({
    id: integer({ min: 1, max: 6 }),
    name: constantFrom('a', 'a-lib', 'b', 'c'),
    version: constantFrom('2', '3', '4', ''),
  }).map(({ id, name, version }) => risk(id, id / 10, name, version === '' ? NOT_FIXED : version));
  assert(
    property(array(any, { maxLength: 15 }), integer({ min: 0, max: 4 }), (risks, budget) => {
      const plan = fixFirst(risks, { order, budget });
      const removed = plan.steps.reduce((sum, { removes }) => sum + removes, 0);
      const whole = fixFirst(risks, { order });
      return (
        Math.abs(removed + plan.left - riskSum(risks).hazard.value) < 1e-9 &&
        plan.cost <= budget &&
        whole.left >= whole.unfixable - 1e-9
      );
    }),
  );
});

import { assert, constantFrom, option, property, record } from 'fast-check';
import { expect, it } from 'vitest';
import type { ExposureFacts } from './circumstances.ts';
import { exposureOf } from './exposure.ts';
import { TODAY } from './testdata/findings.ts';

const loaded = (ids: readonly string[], since: string): ExposureFacts => ({
  loaded: { packages: new Set(ids), since },
});
const all = { seccomp: true, mandatoryAccess: true, readOnlyRoot: true };

it.each<[ExposureFacts, number, string[]]>([
  [{}, 1, ['unknown', 'unknown', 'unknown', 'unknown']],
  [{ reachable: 'outside' }, 1, ['outside', 'unknown', 'unknown', 'unknown']],
  [{ reachable: 'none', privilege: 'user' }, 0.07, ['none', 'unknown', 'user', 'unknown']],
  [loaded(['p'], '2026-11-10'), 1, ['unknown', 'loaded', 'unknown', 'unknown']],
  [loaded(['q'], '2026-11-10'), 0.2, ['unknown', 'not loaded in 14 days', 'unknown', 'unknown']],
  [loaded([], TODAY), 1, ['unknown', 'unknown', 'unknown', 'unknown']],
  [{ confinement: all }, 0.729, ['unknown', 'unknown', 'unknown', 'seccomp, mandatoryAccess, readOnlyRoot']],
  [{ confinement: { seccomp: false } }, 1, ['unknown', 'unknown', 'unknown', 'none']],
])('%j leaves %d', (exposure, value, states) => {
  const found = exposureOf('p', { today: TODAY, exposure });
  expect(found.value).toBeCloseTo(value, 12);
  expect(found.factors.map(({ state }) => state)).toEqual(states);
  expect(found.factors.every(({ state, assumed }) => state !== 'unknown' || assumed === true)).toBe(true);
});

it('what is not known never leaves less', () => {
  const known = record({
    reachable: constantFrom('outside' as const, 'inside' as const, 'none' as const),
    privilege: constantFrom('host' as const, 'root' as const, 'user' as const),
    confinement: record({ seccomp: constantFrom(true, false), mandatoryAccess: constantFrom(true, false) }),
    loaded: constantFrom({ packages: new Set<string>(), since: '2026-01-01' }),
  });
  const forgotten = option(constantFrom('reachable', 'privilege', 'confinement', 'loaded'));
  assert(
    property(known, forgotten, (exposure, name) => {
      const rest: ExposureFacts = Object.fromEntries(Object.entries(exposure).filter(([key]) => key !== name));
      const [whole, less] = [exposure, rest].map((facts) => exposureOf('p', { today: TODAY, exposure: facts }).value);
      return (less ?? 0) >= (whole ?? 1) && (less ?? 2) <= 1;
    }),
  );
});

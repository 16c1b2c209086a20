import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hackage } from './hackage.ts';
import { describeScheme, order } from './scheme.contract.ts';

const number = fc.oneof(fc.constantFrom('0', '1', '2', '10', '12345678901234567890123'), fc.nat(30).map(String));
const arbitrary = fc.array(number, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));

describeScheme(hackage, { orderFile: new URL('testdata/hackage.txt', import.meta.url), arbitrary });

describe('Haskell versions', () => {
  it('are numbers', () => {
    expect(hackage.parse('1.20.3')).toEqual({ kind: 'version', text: '1.20.3', numbers: [1, 20, 3] });
  });
  it('say why a text is none', () => {
    const reason = 'the version is not numbers without zeros in front between dots';
    expect(hackage.parse('1.00')).toEqual({ kind: 'unparsable', text: '1.00', reason });
  });
  it('are ordered as lists of numbers are: no tool at hand to ask, but the order of lists is known', () => {
    const list = (text: string): readonly bigint[] => text.split('.').map(BigInt);
    fc.assert(
      fc.property(arbitrary, arbitrary, (a, b) => {
        const [one, two] = [list(a), list(b)];
        const at = one.findIndex((part, index) => part !== two[index]);
        const [x, y] = at < 0 ? [0, two.length - one.length] : [one[at] ?? 0, two[at] ?? -1];
        expect(order(hackage, a, b)).toBe(x < y ? -1 : x > y ? 1 : 0);
      }),
      { numRuns: 10_000 },
    );
  });
});

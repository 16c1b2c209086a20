import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generic } from './generic.ts';
import { describeScheme, order } from './scheme.contract.ts';

const token = fc.constantFrom(
  ...'0 0 1 2 9 10 01 392 a b k p sp u update rc alpha beta dev RC snapshot release m'.split(' '),
);
const separator = fc.constantFrom('.', '.', '.', '', '-', '_', '+', '~', '..');
const arbitrary = fc
  .tuple(
    fc.constantFrom('0', '1', '2', '10', 'v1'),
    fc.array(
      fc.tuple(separator, token).map((parts) => parts.join('')),
      { maxLength: 5 },
    ),
  )
  .map(([first, rest]) => first + rest.join(''));

describeScheme(generic, { orderFile: new URL('testdata/generic.txt', import.meta.url), arbitrary });

describe('generic versions', () => {
  it('order semantic versions as SemVer does, but for what follows a plus', () => {
    const number = fc.nat(12);
    const early = fc.constantFrom('', '-alpha.1', '-beta.2', '-rc.1', '-rc.10');
    const version = fc.tuple(number, number, number, early);
    const ranks = ['-alpha.1', '-beta.2', '-rc.1', '-rc.10', ''];
    const sign = (a: readonly number[], b: readonly number[]): number => {
      const at = a.findIndex((one, index) => one !== b[index]);
      return at < 0 ? 0 : Math.sign((a[at] ?? 0) - (b[at] ?? 0));
    };
    fc.assert(
      fc.property(version, version, ([a1, a2, a3, a4], [b1, b2, b3, b4]) => {
        expect(order(generic, `${a1}.${a2}.${a3}${a4}`, `${b1}.${b2}.${b3}${b4}`)).toBe(
          sign([a1, a2, a3, ranks.indexOf(a4)], [b1, b2, b3, ranks.indexOf(b4)]),
        );
      }),
    );
  });
});

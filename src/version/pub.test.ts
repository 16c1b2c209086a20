import fc from 'fast-check';
import npm from 'semver';
import { describe, expect, it } from 'vitest';
import { pub } from './pub.ts';
import { describeScheme, nearbyPairs, order } from './scheme.contract.ts';
import { laxText, semverPiece, semverText } from './semver.contract.ts';

describeScheme(pub, { orderFile: new URL('testdata/pub.txt', import.meta.url), arbitrary: laxText });

// There is no Dart to run: its order is npm's, but for versions that differ in build metadata alone.
describe('pub versions against the npm package semver', () => {
  const strict = (text: string): boolean => npm.valid(text) !== null;
  const pairs = fc.sample(nearbyPairs(semverText, semverPiece, strict), { numRuns: 10_000, seed: 20_240_617 });
  const buildOf = (text: string): string => (text.includes('+') ? text.slice(text.indexOf('+') + 1) : '');
  it('agree on 10,000 generated pairs in what is not build metadata', () => {
    const wrong = pairs.filter(([a, b]) => npm.compare(a, b) !== 0 && order(pub, a, b) !== npm.compare(a, b));
    expect(wrong.slice(0, 10)).toEqual([]);
  });
  it('order build metadata as npm orders the same pre-releases', () => {
    const alike = pairs.filter(([a, b]) => npm.compare(a, b) === 0 && buildOf(a) !== '' && buildOf(b) !== '');
    const asked = alike.filter(([a, b]) => strict(`0.0.0-${buildOf(a)}`) && strict(`0.0.0-${buildOf(b)}`));
    expect(asked.length).toBeGreaterThan(100);
    const wrong = asked.filter(
      ([a, b]) => order(pub, a, b) !== npm.compare(`0.0.0-${buildOf(a)}`, `0.0.0-${buildOf(b)}`),
    );
    expect(wrong.slice(0, 10)).toEqual([]);
  });
});

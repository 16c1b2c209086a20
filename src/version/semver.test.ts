import fc from 'fast-check';
import npm from 'semver';
import { describe, expect, it } from 'vitest';
import { describeScheme, nearbyPairs, order } from './scheme.contract.ts';
import { laxText, semverPiece, semverText, strictSemver } from './semver.contract.ts';
import { semver } from './semver.ts';

describeScheme(semver, { orderFile: new URL('testdata/semver.txt', import.meta.url), arbitrary: laxText });

describe('semantic versions', () => {
  it.each([
    ['1.2.3', { major: 1, minor: 2, patch: 3, preRelease: [], build: [] }],
    [' =v01.2 ', { major: 1, minor: 2, patch: 0, preRelease: [], build: [] }],
    ['1.0-rc.1.0a+007', { major: 1, minor: 0, patch: 0, preRelease: ['rc', 1, '0a'], build: [7] }],
    ['9007199254740993.0.0', { major: 9007199254740993n, minor: 0, patch: 0, preRelease: [], build: [] }],
  ])('takes %j apart', (text, parts) => {
    expect(semver.parse(text)).toEqual({ kind: 'version', text, ...parts });
  });
  it.each([
    ['latest', 'no number comes first'],
    ['1..2', 'no number follows a dot'],
    ['1.2.3.4', 'more than three numbers come first'],
    ['1.1.1w', 'something other than a pre-release or build follows the numbers'],
    ['1.0.0-a..b', 'an identifier is empty or has characters other than letters, digits and hyphens'],
    ['1.0.0-rc_1', 'an identifier is empty or has characters other than letters, digits and hyphens'],
  ])('says why %j is none', (text, reason) => {
    expect(semver.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

describe('semantic versions against the npm package semver', () => {
  const strict = (text: string): boolean => npm.valid(text) !== null;
  it('agree on 10,000 generated pairs', () => {
    const pairs = fc.sample(nearbyPairs(semverText, semverPiece, strict), { numRuns: 10_000, seed: 20_240_617 });
    const answers = pairs.map(([a, b]) => npm.compare(a, b));
    expect(new Set(answers)).toEqual(new Set([-1, 0, 1]));
    expect(pairs.filter(([a, b], index) => order(semver, a, b) !== answers[index]).slice(0, 10)).toEqual([]);
  });
  it('agree on 10,000 pairs with leading zeros and prefixes, which it reads loosely', () => {
    const loose = fc
      .tuple(fc.constantFrom('v', '=', 'v', '', ' '), semverText, fc.boolean())
      .map(([front, text, zero]) => front + (zero ? text.replace(/\.(?=\d)/g, '.0') : text));
    const read = (text: string): boolean => npm.valid(text, true) !== null && semver.parse(text).kind === 'version';
    const pairs = fc.sample(nearbyPairs(loose, semverPiece, read), { numRuns: 10_000, seed: 20_240_618 });
    const wrong = pairs.filter(([a, b]) => order(semver, a, b) !== npm.compare(a, b, true));
    expect(wrong.slice(0, 10)).toEqual([]);
  });
  it('agree on what a strict version is', () => {
    const texts = fc.sample(
      nearbyPairs(semverText, semverPiece, () => true),
      { numRuns: 5000, seed: 20_240_619 },
    );
    const wrong = texts.flat().filter((text) => strictSemver.test(text) && semver.parse(text).kind === 'unparsable');
    expect(wrong.slice(0, 10)).toEqual([]);
  });
});

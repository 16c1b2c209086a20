import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conan } from './conan.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const item = fc.constantFrom(
  ...'0 0 1 1 2 9 10 01 00 a b cci system rc1 beta _ x_1 20230920 2020_01 12345678901234567890'.split(' '),
);
const mixed = fc.oneof({ arbitrary: item, weight: 3 }, fc.constantFrom('1a', '1w', '9e', '10a', '0rc', '01a'));
const row = (part: fc.Arbitrary<string>, front: string): fc.Arbitrary<string> =>
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => front + parts.join('.'));
const textOf = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      row(part, ''),
      fc.oneof({ arbitrary: fc.constant(''), weight: 2 }, row(part, '-')),
      fc.oneof({ arbitrary: fc.constant(''), weight: 2 }, row(part, '+')),
    )
    .map((parts) => parts.join(''));

describeScheme(conan, { orderFile: new URL('testdata/conan.txt', import.meta.url), arbitrary: textOf(mixed) });

const piece = fc.constantFrom('', ...'0 1 2 .0 .1 .a a rc w -1 -a + +1 +b . - _'.split(' '));

// Conan has no order among numbers of several digits and items that go on after their digits, so each is asked for alone.
const isPlain = (text: string): boolean => {
  const version = conan.parse(text);
  if (version.kind === 'unparsable') return false;
  const items = [...version.main, ...(version.pre ?? []), ...(version.build ?? [])];
  return items.every(({ number, rest }) => number === -1 || rest === '');
};
await describeRecorded(conan, {
  reference: 'Conan 2.34.0: numbers and words',
  recorded: new URL('testdata/conan-recorded.txt.gz', import.meta.url),
  command: ['python3', 'conan-order.py'],
  text: textOf(item),
  piece,
  asked: isPlain,
});
await describeRecorded(conan, {
  reference: 'Conan 2.34.0: single digits with letters',
  recorded: new URL('testdata/conan-letters-recorded.txt.gz', import.meta.url),
  command: ['python3', 'conan-order.py'],
  text: textOf(fc.constantFrom('0', '0', '1', '2', '9', '1a', '1w', '9e', '1b', 'a', 'cci')),
  piece,
  asked: (text) => conan.parse(text).kind === 'version' && !/\d_?\d/.test(text),
});

describe('Conan versions', () => {
  it('are an order where those of Conan run in a circle', () => {
    const sorted = ['10', '9a', '9', '10a'].map((text) => conan.parse(text)).filter((each) => each.kind === 'version');
    expect(sorted.toSorted((a, b) => conan.compare(a, b)).map(({ text }) => text)).toEqual(['9', '9a', '10', '10a']);
  });
  it.each([
    ['1.0 ', 'the version has a character that Conan does not allow'],
    ['1.0--1', 'the version has a number with a sign'],
  ])('says why %j is none', (text, reason) => {
    expect(conan.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

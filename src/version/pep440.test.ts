import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pep440 } from './pep440.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const long = '12345678901234567890123456789';
const number = fc.oneof(
  { arbitrary: fc.constantFrom('0', '00', '1', '01', '2', '10'), weight: 30 },
  fc.constantFrom(`${long}0`, `${long}1`),
);
const separator = fc.constantFrom('', '', '.', '-', '_');
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''));
const suffix = (words: string): fc.Arbitrary<string> =>
  maybe(joined(separator, fc.constantFrom(...words.split(' ')), separator, maybe(number)));
const local = fc
  .array(fc.constantFrom('1', '01', '2', 'a', 'A', 'b', 'cu118', '1a', long), { minLength: 1, maxLength: 3 })
  .map((parts) => `+${parts.join('.')}`);
const arbitrary = joined(
  fc.constantFrom('', '', '', '', 'v', 'V', ' ', '0!', '1!', '01!'),
  fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
  suffix('a alpha b BETA c rc pre Preview'),
  fc.oneof(suffix('post rev r POST'), fc.constantFrom('-0', '-1', '-02')),
  suffix('dev DEV'),
  maybe(maybe(local)),
  fc.constantFrom('', '', '', ' '),
).filter((text) => pep440.parse(text).kind === 'version');
const piece = fc.constantFrom('', ...'0 1 .0 .1 a b1 rc .post -1 dev + +1 ! . _ é'.split(' '), ' ');

const orderFile = new URL('testdata/pep440.txt', import.meta.url);

describeScheme(pep440, { orderFile, arbitrary });

await describeRecorded(pep440, {
  reference: 'packaging 26.3',
  orderFile,
  recorded: new URL('testdata/pep440-recorded.txt.gz', import.meta.url),
  command: ['python3', 'pep440.py'],
  text: arbitrary,
  piece,
});

describe('Python versions', () => {
  it.each([
    ['1.0.0', { epoch: 0, release: [1], phase: 4, pre: 0, post: -1, dev: Infinity, local: [] }],
    ['1!2.3RC4', { epoch: 1, release: [2, 3], phase: 3, pre: 4, post: -1, dev: Infinity, local: [] }],
    ['1.post2.dev3', { epoch: 0, release: [1], phase: 4, pre: 0, post: 2, dev: 3, local: [] }],
    [`1.dev+A.${long}`, { epoch: 0, release: [1], phase: 0, pre: 0, post: -1, dev: 0, local: ['a', BigInt(long)] }],
  ])('takes %j apart', (text, parts) => {
    expect(pep440.parse(text)).toEqual({ kind: 'version', text, ...parts });
  });
  it.each([
    [' \u2003v1.0\u001f\u3000', 'version'],
    ['1.0\uFEFF', 'unparsable'],
  ])('trims the blanks of Python alone: %j', (text, kind) => {
    expect(pep440.parse(text).kind).toBe(kind);
  });
  it.each([
    ['final', 'the version does not start with a release number'],
    [
      '2004d',
      'something other than a pre-release, post-release, development release or local version follows the release',
    ],
    [
      '1.0+a..b',
      'something other than a pre-release, post-release, development release or local version follows the release',
    ],
    ['1.0+.a', 'the local version after "+" is not letters and digits between separators'],
  ])('says why %j is none', (text, reason) => {
    expect(pep440.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apk } from './apk.ts';
import { describeScheme, neighbours, order, readOrderFile } from './scheme.contract.ts';

const number = fc.constantFrom('0', '00', '1', '2', '9', '10', '01', '010', '02', '123456789012345678');
const optional = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''));
const several = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(part, { maxLength: 3 }).map((all) => all.join(''));
const suffix = fc.constantFrom('_alpha', '_beta', '_pre', '_rc', '_cvs', '_svn', '_git', '_hg', '_p');
const numbers = joined(number, several(joined(fc.constant('.'), number)));

/** Texts of apk's grammar, with what few parts differ from text to text so that they often start alike. */
const arbitrary = joined(
  numbers,
  optional(joined(fc.constantFrom('a', 'b'), optional(numbers))),
  several(joined(suffix, optional(number))),
  optional(fc.constantFrom('~0', '~a', '~ab', '~0123456789abcdef')),
  optional(joined(fc.constant('-r'), number)),
).filter((text) => apk.parse(text).kind === 'version');

describeScheme(apk, { orderFile: new URL('testdata/apk.txt', import.meta.url), arbitrary });

describe('apk versions', () => {
  it('are read part by part', () => {
    expect(apk.parse('1.02b_pre3~ab-r4')).toMatchObject({
      parts: [
        { kind: 'first-number', text: '1' },
        { kind: 'number', text: '02' },
        { kind: 'letter', text: 'b' },
        { kind: 'pre-suffix', text: 'pre' },
        { kind: 'suffix-number', text: '3' },
        { kind: 'hash', text: 'ab' },
        { kind: 'revision', text: '4' },
      ],
    });
  });
  it.each([
    ['v1', 'the version does not start with a digit'],
    ['1.0_foo1', 'the word after "_" is not a suffix that apk knows'],
    ['1.0-1', 'a hyphen is not followed by "r" and a number at the end'],
    ['1.0~XY', '"~" is not followed by a hash in lower-case hexadecimal digits'],
    ['1.0.-r1', 'a dot is not between two numbers'],
    ['1.0bc', 'more than one letter follows the numbers'],
    ['1.0+1', 'a character stands where apk allows none of its kind'],
  ])('says why %j is none', (text, reason) => {
    expect(apk.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

describe('apk versions against answers of apk-tools (recorded: Debian has no apk to run)', () => {
  const { chains, refused } = readOrderFile(new URL('testdata/apk-recorded.txt', import.meta.url));
  it('agree on 1,400 pairs', () => {
    const pairs = neighbours(chains);
    expect(pairs).toHaveLength(1400);
    expect(pairs.filter(([a, b, answer]) => order(apk, a, b) !== answer).slice(0, 10)).toEqual([]);
  });
  it('agree on 100 texts that are no versions', () => {
    expect(refused).toHaveLength(100);
    expect(refused.filter((text) => apk.parse(text).kind === 'version').slice(0, 10)).toEqual([]);
  });
});

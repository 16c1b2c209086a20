import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maven } from './maven.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const long = '12345678901234567890123456789';
const number = fc.constantFrom('0', '1', '2', '9', '10', '01', '2147483648', `${long}0`, `${long}1`);
const word = fc.constantFrom(
  ...'a alpha b BETA m milestone rc CR SNAPSHOT ga Final RELEASE sp x jre android v redhat'.split(' '),
);
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''));
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);
const numbers = fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));

/**
 * Versions as they are in repositories. Maven's own order goes in circles for others: "1" < "1-sp" < "1-0-alpha" < "1";
 * so it does where a word that stands for nothing has a zero behind: "1.0" < "1-Final0-SNAPSHOT" < "1.0-a.0" < "1.0".
 */
const arbitrary = joined(
  numbers,
  maybe(joined(fc.constantFrom('-', '.', ''), word, maybe(joined(fc.constantFrom('', '-', '.'), number)))),
  maybe(fc.constant('-SNAPSHOT')),
).filter((version) => !/(?:ga|final|release)[-.]?0/i.test(version));
const piece = fc.constantFrom('', ...'0 00 1 2 10 . .. - -- -. a b1 m alpha x ga -0- .0. SP _ + é'.split(' '));
const text = fc.oneof(
  arbitrary,
  fc
    .array(fc.oneof(number, word, fc.constantFrom('.', '-', '.', '-', '_')), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join('')),
);

const orderFile = new URL('testdata/maven.txt', import.meta.url);

describeScheme(maven, { orderFile, arbitrary });

await describeRecorded(maven, {
  reference: 'ComparableVersion of Maven 3.9.16',
  orderFile,
  recorded: new URL('testdata/maven-recorded.txt.gz', import.meta.url),
  command: ['java', 'Maven.java'],
  text,
  piece,
});

describe('Maven versions', () => {
  const other = 7;
  it.each([
    ['1.0.0', ['1']],
    ['1.02-RC3', ['1', '2', [{ place: 3, text: '' }, ['3']]]],
    ['1.x-y', ['1', { place: other, text: 'x' }, [{ place: other, text: 'y' }]]],
    ['1.0-0-a1', ['1', [[{ place: 0, text: '' }, ['1']]]]],
    ['ga', []],
  ])('takes %j apart', (version, items) => {
    expect(maven.parse(version)).toEqual({ kind: 'version', text: version, items });
  });
  it('bears a list in a list in a list to the longest text', () => {
    const [deep, deeper] = [maven.parse(`1${'-1'.repeat(510)}`), maven.parse(`1${'-1'.repeat(511)}`)];
    if (deep.kind === 'unparsable' || deeper.kind === 'unparsable') throw new Error('refused');
    expect([maven.compare(deep, deeper), maven.compare(deeper, deep), maven.compare(deep, deep)]).toEqual([-1, 1, 0]);
  });
});

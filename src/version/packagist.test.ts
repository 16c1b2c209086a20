import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packagist } from './packagist.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''));
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);
// PHP counts in 64 bits; numbers have no end here.
const number = fc.constantFrom('0', '00', '1', '2', '9', '10', '01', '99999', '9999999', '123456789012345678');
const numbers = fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const date = fc.constantFrom(
  '2010',
  '20100102',
  '2010-01-02',
  '2010.01.02.1',
  '201001',
  '2010.01.02-10:20:30',
  '2010012',
);
const branch = joined(numbers, fc.constantFrom('', '.x', '.X', '.*', '.x.x'));
const stability = fc.constantFrom(...'stable beta b RC rc alpha a patch pl p BETA Alpha'.split(' '));
const arbitrary = joined(
  fc.constantFrom('', '', '', 'v', 'V', ' '),
  fc.oneof(
    joined(
      fc.oneof({ arbitrary: numbers, weight: 4 }, date),
      maybe(
        joined(
          fc.constantFrom('', '-', '.', '_'),
          stability,
          maybe(joined(fc.constantFrom('', '.', '-'), number)),
          maybe(fc.constantFrom('.1', '-2')),
        ),
      ),
      fc.constantFrom('', '', '', 'dev', '-dev', '.dev', '-DEV', '_dev'),
    ),
    joined(branch, fc.constantFrom('-dev', '.dev', 'dev')),
  ),
  fc.constantFrom('', '', '', '', '@dev', '+abc', ' as 1.0', '+a@RC', ' '),
).filter((text) => packagist.parse(text).kind === 'version');
const piece = fc.constantFrom('', ' ', ...'dev- -dev # 0 1 .0 .1 a b1 p . - _ x .x * + @ RC 10'.split(' '));

const orderFile = new URL('testdata/packagist.txt', import.meta.url);

describeScheme(packagist, { orderFile, arbitrary });

await describeRecorded(packagist, {
  reference: 'composer/semver 3.3.2 with PHP 8.2',
  orderFile,
  recorded: new URL('testdata/packagist-recorded.txt.gz', import.meta.url),
  command: ['php', 'packagist.php'],
  text: arbitrary,
  piece,
});

describe('Composer versions', () => {
  it.each([
    ['1.2', [1, 2, 0, 0]],
    ['v1.2.3-RC.4-dev', [1, 2, 3, 0, 'rc', 4, 'dev']],
    ['1.x-dev', [1, 9_999_999, 9_999_999, 9_999_999, 'dev']],
    ['2010-01-02p1', [2010, 1, 2, 'patch', 1]],
  ])('takes %j apart', (text, parts) => {
    expect(packagist.parse(text)).toEqual({ kind: 'version', text, parts });
  });
  it('reads hostile digits in time', () => {
    const started = performance.now();
    for (const tail of ['x', '.x', '-'])
      expect(packagist.parse(`1.0p${'1'.repeat(1000)}${tail}`).kind).toBe('unparsable');
    expect(performance.now() - started).toBeLessThan(100);
  });
  it.each([
    ['dev-master', 'the version is the name of a branch, which has no order'],
    ['1.0-foo', 'the version is not numbers and a stability that Composer knows'],
  ])('says why %j is none', (text, reason) => {
    expect(packagist.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

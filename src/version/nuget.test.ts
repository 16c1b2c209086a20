import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nuget } from './nuget.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const number = fc.constantFrom('0', '0', '1', '1', '01', '2', '10', '00', '007');
const label = fc.constantFrom(...'0 1 2 10 5000 a ALPHA alpha beta Beta rc rc1 0a 1-1 a-'.split(' '));
const odd = fc.constantFrom('-1', '-5', '2147483647', '2147483648', '10000000000', '-');
const labels = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const textOf = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
      fc.oneof(
        fc.constant(''),
        labels(part).map((text) => `-${text}`),
      ),
      fc.constantFrom('', '', '', '+a', '+01.b'),
    )
    .map((parts) => parts.join(''));

describeScheme(nuget, {
  orderFile: new URL('testdata/nuget.txt', import.meta.url),
  arbitrary: textOf(fc.oneof({ arbitrary: label, weight: 3 }, odd)),
});

const known =
  /^\d{1,7}(?:\.\d{1,7}){0,3}(?:-(?:0|[1-9]\d{0,8}|\d*[a-z][\da-z-]*)(?:\.(?:0|[1-9]\d{0,8}|\d*[a-z][\da-z-]*))*)?(?:\+[\da-z-]+(?:\.[\da-z-]+)*)?$/i;
await describeRecorded(nuget, {
  reference: 'univers 32.0.1 (there is no NuGet.Versioning to run)',
  recorded: new URL('testdata/nuget-recorded.txt.gz', import.meta.url),
  command: ['python3', 'nuget.py'],
  text: textOf(label),
  piece: fc.constantFrom('', ...'0 1 2 .0 .1 -1 -a -rc .a A + . - _ é 01'.split(' ')),
  // Labels that start with a hyphen or do not fit into an int are .NET's matter, which univers does not follow.
  asked: (text) => known.test(text),
});

describe('NuGet versions', () => {
  it.each([
    ['1.2-RC.01a.3+x', { numbers: [1, 2, 0, 0], labels: ['RC', '01A', 3] }],
    [' 1.0.0.5 ', { numbers: [1, 0, 0, 5], labels: [] }],
    ['9007199254740993.0', { numbers: [9007199254740993n, 0, 0, 0], labels: [] }],
  ])('takes %j apart', (text, parts) => {
    expect(nuget.parse(text)).toEqual({ kind: 'version', text, ...parts });
  });
  it.each([
    ['v1', 'no number comes first'],
    ['1..2', 'no number follows a dot'],
    ['1.2.3.4.5', 'something other than a pre-release or metadata follows the numbers'],
    ['1.0-01', 'something other than a pre-release or metadata follows the numbers'],
    ['1.0-a+', 'the metadata after "+" is not letters, digits and hyphens between dots'],
  ])('says why %j is none', (text, reason) => {
    expect(nuget.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conda } from './conda.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const component = fc.constantFrom(
  ...'0 0 1 1 2 10 01 a b rc1 dev dev1 post post1 1a 1b 0rc1 1dev 1post 1post2 A * 1* post.a 20230920'.split(' '),
);
const row = fc
  .tuple(
    component,
    fc.array(
      fc.tuple(fc.constantFrom('.', '.', '.', '_'), component).map((parts) => parts.join('')),
      { maxLength: 3 },
    ),
  )
  .map(([first, rest]) => first + rest.join(''));
const arbitrary = fc
  .tuple(
    fc.constantFrom('', '', '', '0!', '1!', '01!'),
    row,
    fc.constantFrom('', '', '', '_', '-'),
    fc.oneof(
      { arbitrary: fc.constant(''), weight: 3 },
      row.map((text) => `+${text}`),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => conda.parse(text).kind === 'version');
const piece = fc.constantFrom('', ...'0 1 .0 .1 a b rc dev post * . _ - + +1 ! 1! é ~'.split(' '));
const orderFile = new URL('testdata/conda.txt', import.meta.url);

describeScheme(conda, { orderFile, arbitrary });

await describeRecorded(conda, {
  reference: "conda's VersionOrder in conda-lock 4.0.3",
  orderFile,
  recorded: new URL('testdata/conda-recorded.txt.gz', import.meta.url),
  command: ['python3', 'conda-order.py'],
  text: arbitrary,
  piece,
});

describe('conda versions', () => {
  it.each([
    ['1.2g.beta15.rc', { epoch: 0, version: [[1], [2, 'g'], [0, 'beta', 15], [0, 'rc']], local: [] }],
    ['1!2.15.1_ALPHA+3', { epoch: 1, version: [[2], [15], [1], [0, 'alpha']], local: [[3]] }],
    ['1.1.1_', { epoch: 0, version: [[1], [1], [1, '_']], local: [] }],
    ['1.0post.dev', { epoch: 0, version: [[1], [0, Infinity], [0, 'DEV']], local: [] }],
  ])('takes %j apart', (text, parts) => {
    expect(conda.parse(text)).toEqual({ kind: 'version', text, ...parts });
  });
  it.each([
    ['1.0~1', 'the version has a character that conda does not allow'],
    ['1!2!3', 'the version has a second "!"'],
    ['a!1', 'the epoch is not a number'],
    ['1+2+3', 'the version has a second "+"'],
    ['1..0', 'a component of the version is empty'],
  ])('says why %j is none', (text, reason) => {
    expect(conda.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

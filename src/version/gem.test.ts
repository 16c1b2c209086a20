import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gem } from './gem.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const long = '12345678901234567890123456789';
const segment = fc.constantFrom(...`0 00 0 1 01 2 9 10 a b B Z rc pre a1 b10 rc0 1a 0a ${long}0 ${long}1`.split(' '));
const arbitrary = fc
  .tuple(
    fc.constantFrom('', '', ' '),
    fc.constantFrom('0', '1', '2', '01', '10'),
    fc.array(segment, { maxLength: 5 }),
    fc.constantFrom('', '', '', '-', '--', '-.').chain((hyphen) => segment.map((each) => hyphen && hyphen + each)),
  )
  .map(([blank, first, rest, tail]) => blank + [first, ...rest].join('.') + tail)
  .filter((text) => gem.parse(text).kind === 'version');
const piece = fc.constantFrom('', ...'0 .0 .1 .a a b1 . .. - -1 -a + _ é'.split(' '), ' ');

const orderFile = new URL('testdata/gem.txt', import.meta.url);

describeScheme(gem, { orderFile, arbitrary });

await describeRecorded(gem, {
  reference: 'Gem::Version of RubyGems 3.3.15',
  orderFile,
  recorded: new URL('testdata/gem-recorded.txt.gz', import.meta.url),
  command: ['ruby', 'gem.rb'],
  text: arbitrary,
  piece,
});

describe('gem versions', () => {
  it.each([
    ['1.0.0', [1]],
    ['1.0.0.rc1.0', [1, 'rc', 1]],
    ['\n2.0-1 ', [2, 'pre', 1]],
    ['0.0', []],
  ])('takes %j apart', (text, segments) => {
    expect(gem.parse(text)).toEqual({ kind: 'version', text, segments });
  });
  it('says why a text is none', () => {
    const reason = 'the version is not letters and digits between dots, digits first';
    expect(gem.parse('1.0+1')).toEqual({ kind: 'unparsable', text: '1.0+1', reason });
  });
});

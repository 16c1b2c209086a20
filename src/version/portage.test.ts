import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portage } from './portage.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const long = '12345678901234567890123456789';
const number = fc.constantFrom(...`0 00 1 2 9 10 01 010 02 100 ${long}0 ${long}1`.split(' '));
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''));
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);
const suffix = joined(
  fc.constantFrom('_alpha', '_beta', '_pre', '_rc', '_p'),
  fc.constantFrom('', '', '0', '1', '2', '10', '01'),
);
const arbitrary = joined(
  fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
  fc.constantFrom('', '', '', 'a', 'b', 'z'),
  fc.array(suffix, { maxLength: 2 }).map((parts) => parts.join('')),
  maybe(fc.constantFrom('-r0', '-r1', '-r01', '-r2', '-r10')),
);
const piece = fc.constantFrom('', ...'0 1 .0 .1 .01 a _p _rc1 _alpha -r1 . - _ A'.split(' '));

const orderFile = new URL('testdata/portage.txt', import.meta.url);

describeScheme(portage, { orderFile, arbitrary });

await describeRecorded(portage, {
  reference: 'vercmp of Portage 3.0.83',
  orderFile,
  recorded: new URL('testdata/portage-recorded.txt.gz', import.meta.url),
  command: ['python3', 'portage-vercmp.py'],
  text: arbitrary,
  piece,
});

describe('Gentoo versions', () => {
  it('are taken apart', () => {
    expect(portage.parse('1.02b_pre3_p-r4')).toEqual({
      kind: 'version',
      text: '1.02b_pre3_p-r4',
      numbers: ['1', '02'],
      letter: 'b',
      suffixes: [
        { rank: 2, number: '3' },
        { rank: 5, number: '' },
      ],
      revision: '4',
    });
  });
  it('say why a text is none', () => {
    const reason = 'the version is not numbers, a letter, suffixes that Gentoo knows and a revision';
    expect(portage.parse('1.0-1')).toEqual({ kind: 'unparsable', text: '1.0-1', reason });
  });
});

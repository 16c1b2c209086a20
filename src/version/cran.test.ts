import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cran } from './cran.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

// R answers NA beyond its largest integer.
const number = fc.constantFrom('0', '00', '1', '01', '2', '9', '10', '100', '2147483646', '2147483647');
const arbitrary = fc
  .array(fc.tuple(fc.constantFrom('.', '-', '.'), number), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map(([separator, digits], index) => (index === 0 ? digits : separator + digits)).join(''));
const piece = fc.constantFrom('', ...'0 .0 -0 .1 -1 2 . - a _'.split(' '));
const short = (text: string): boolean =>
  text.split(/[.-]/).every((part) => Number(part) <= 2147483647 || !/^[0-9]+$/.test(part));

const orderFile = new URL('testdata/cran.txt', import.meta.url);

describeScheme(cran, { orderFile, arbitrary });

await describeRecorded(cran, {
  reference: 'numeric_version of R 4.2.2',
  orderFile,
  recorded: new URL('testdata/cran-recorded.txt.gz', import.meta.url),
  command: ['Rscript', '--vanilla', 'cran.R'],
  text: arbitrary,
  piece,
  asked: short,
});

describe('R versions', () => {
  it('are numbers', () => {
    expect(cran.parse('7.3-58.03-0')).toEqual({ kind: 'version', text: '7.3-58.03-0', numbers: [7, 3, 58, 3] });
  });
  it('say why a text is none', () => {
    const reason = 'the version is not numbers between dots or hyphens';
    expect(cran.parse('1.0a')).toEqual({ kind: 'unparsable', text: '1.0a', reason });
  });
});

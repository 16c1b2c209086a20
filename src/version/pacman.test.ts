import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pacman } from './pacman.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme, order } from './scheme.contract.ts';

const long = '12345678901234567890123456789';
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''));
const segment = fc.constantFrom(...`0 00 1 2 9 10 01 a b Z rc r12 1a ${long}0 ${long}1`.split(' '));
const separator = fc.constantFrom('.', '.', '_', '+', '..', '');
const epoch = fc.constantFrom('', '', '', '0:', '1:', '01:', '2:', ':');
const version = fc
  .array(fc.tuple(separator, segment), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map((part, index) => (index === 0 ? part[1] : part.join(''))).join(''));
const release = fc.constantFrom('-1', '-2', '-10', '-1.1', '-01');
/** Versions of packages: with a pkgrel, which makes the order total. */
const arbitrary = joined(epoch, version, release);
const piece = fc.constantFrom('', ...'0 1 10 a rc . .. _ + - -1 : ~ 1: .a'.split(' '));

const orderFile = new URL('testdata/pacman.txt', import.meta.url);

describeScheme(pacman, { orderFile, arbitrary });

await describeRecorded(pacman, {
  reference: 'vercmp of pacman 6.0.2',
  orderFile,
  recorded: new URL('testdata/pacman-recorded.txt.gz', import.meta.url),
  command: ['sh', 'pacman.sh'],
  text: fc.oneof(arbitrary, joined(epoch, version), joined(epoch, version, fc.constantFrom('.', '-', '-a', '-.1'))),
  piece,
  // Without a letter or a digit in front, vercmp may take the text for an option.
  asked: (text) => !text.startsWith('-') && pacman.parse(text).kind === 'version',
});

describe('Arch Linux versions', () => {
  it.each([
    ['1:2.0-3', { epoch: '1', version: '2.0', release: '3' }],
    ['1.0', { epoch: '0', version: '1.0' }],
    ['1-2-3', { epoch: '0', version: '1-2', release: '3' }],
  ])('takes %j apart', (text, parts) => {
    expect(pacman.parse(text)).toEqual({ kind: 'version', text, ...parts });
  });
  it('says why a text is none', () => {
    const reason = 'the version has a blank, a control character or one outside ASCII';
    expect(pacman.parse('1 2')).toEqual({ kind: 'unparsable', text: '1 2', reason });
  });
  it('has no say between releases of a version without one', () => {
    expect([order(pacman, '1.0', '1.0-1'), order(pacman, '1.0-2', '1.0')]).toEqual([0, 0]);
  });
});

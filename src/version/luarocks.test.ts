import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { luarocks } from './luarocks.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';

const token = fc.constantFrom(...'0 1 2 9 10 01 20230920 a b v x dev scm cvs rc pre beta alpha RC alphab'.split(' '));
const separator = fc.constantFrom('.', '.', '.', '', '-', '_', '..');
const arbitrary = fc
  .tuple(
    token,
    fc.array(
      fc.tuple(separator, token).map((parts) => parts.join('')),
      { maxLength: 4 },
    ),
    fc.constantFrom('', '-0', '-1', '-2', '-10'),
  )
  .map(([first, rest, revision]) => first + rest.join('') + revision)
  .filter((text) => luarocks.parse(text).kind === 'version');
const piece = fc.constantFrom('', ...'0 1 .0 .1 a rc beta scm -1 -2 . - _ +'.split(' '));

describeScheme(luarocks, { orderFile: new URL('testdata/luarocks.txt', import.meta.url), arbitrary });

// LuaRocks holds a version without a revision to be the same as any with one, which is no order; it counts in doubles.
await describeRecorded(luarocks, {
  reference: 'LuaRocks 3.8.0',
  recorded: new URL('testdata/luarocks-recorded.txt.gz', import.meta.url),
  command: ['lua5.4', 'luarocks.lua'],
  text: arbitrary.map((text) => (/-\d+$/.test(text) ? text : `${text}-1`)),
  piece,
  asked: (text) => /.-\d+$/.test(text) && !/\d{10}/.test(text),
});

describe('LuaRocks versions', () => {
  it.each([
    ['1.0rc2-3', { items: [100_000, 0, -99_999_998], revision: 3 }],
    ['scm', { items: [11_000_000_000_000], revision: -1 }],
  ])('takes %j apart', (text, parts) => {
    expect(luarocks.parse(text)).toEqual({ kind: 'version', text, ...parts });
  });
  it('says why a text is none', () => {
    const reason = 'something other than numbers and words between ".", "-" and "_"';
    expect(luarocks.parse('1.0+git')).toEqual({ kind: 'unparsable', text: '1.0+git', reason });
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitText } from './limit-text.ts';
import { displayWidth, takeColumns, truncate, visible } from './terminal.ts';

describe('visible', () => {
  it.each([
    ['plain 1.2~rc1+b2', 'plain 1.2~rc1+b2'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u009b31m', '\\x9b31m'],
    ['a\rb\nc\td', 'a\\x0db\\x0ac\\x09d'],
    ['safe\u202egpj.exe', 'safe\\u{202e}gpj.exe'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['\u2028', '\\u{2028}'],
    ['\ud800', '\\u{d800}'],
    ['日本 é', '日本 é'],
    [`e${'\u0301'.repeat(6)}`, `e${'\u0301'.repeat(4)}\\u{301}\\u{301}`],
  ])('%j reads %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('leaves nothing that a terminal obeys, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['🚢', 2],
    ['…', 1],
  ])('%j is %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('truncate and takeColumns', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 4, 'abc…'],
    ['日本語', 4, '日…'],
    ['abc', 0, ''],
  ])('%j in %i columns is %j', (text, width, cut) => {
    expect(truncate(text, width)).toBe(cut);
  });

  it('never exceed the width and only cut the end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).map(visible), fc.nat(20), (text, width) => {
        expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width);
        expect(text.startsWith(takeColumns(text, width))).toBe(true);
      }),
    );
  });
});

describe('limitText', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcdef', 4, 'abcd…(2 more characters)'],
    ['ab🚢d', 3, 'ab…(3 more characters)'],
  ])('%j to %i is %j', (text, max, cut) => {
    expect(limitText(text, max)).toBe(cut);
  });
});

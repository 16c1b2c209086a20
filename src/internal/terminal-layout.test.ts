import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from './terminal.ts';
import { clipped, flow, type Line, labelled, render, span } from './terminal-layout.ts';

const letters = (text: string): string => text.replace(/\s/g, '');
const plain = (lines: readonly Line[]): string => render(lines, false);

describe('span', () => {
  it('escapes what a terminal obeys, and makes one line of many', () => {
    expect(span(' a\n\tb \u001b[2J ', 'bad')).toEqual({ text: 'a b \\x1b[2J', tone: 'bad' });
  });

  it('says how much of a very long text it leaves out', () => {
    expect(span('x'.repeat(2_500)).text).toMatch(/^x{2000}…\(500 more characters\)$/);
  });
});

describe('flow', () => {
  it.each([
    ['one two three', 8, { first: 0, rest: 2 }, 'one two\n  three\n'],
    ['abcdefghij', 6, { first: 0, rest: 2 }, 'abcdef\n  ghij\n'],
    ['a', 6, { first: 3, rest: 0 }, '   a\n'],
    ['日本語', 4, { first: 0, rest: 0 }, '日本\n語\n'],
  ])('%j in %i columns', (text, width, indent, lines) => {
    expect(plain(flow([span(text)], width, indent))).toBe(lines);
  });

  it('keeps to the width and loses nothing', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 4 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 8, max: 60 }), fc.nat(5), fc.nat(5), (parts, width, first, rest) => {
        const spans = parts.map((text) => span(text));
        const lines = plain(flow(spans, width, { first, rest })).split('\n');
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(letters(lines.join(''))).toBe(letters(spans.map(({ text }) => text).join('')));
      }),
    );
  });

  it.each([-1, 0, 1, 2])('ends in %i columns too', (width) => {
    expect(plain(flow([span('日本 text')], width, { first: 2, rest: 4 })).replace(/\s/g, '')).toBe('日本text');
  });
});

describe('labelled and clipped', () => {
  it('puts a label left of the first line', () => {
    expect(plain(labelled(span('high', 'bad'), 8, [span('one two three')], 16))).toBe(
      '  high  one two\n        three\n',
    );
  });

  it('cuts one line', () => {
    expect(plain([clipped(span('one two three'), 10, 2)])).toBe('  one two…\n');
  });
});

describe('render', () => {
  it('writes colours only when asked to', () => {
    const lines = flow([span('a', 'bad'), span('b', 'bad'), span('c')], 20, { first: 0, rest: 0 });
    expect(render(lines, false)).toBe('a b c\n');
    expect(render(lines, true)).toBe('\u001b[31ma b\u001b[39m c\n');
  });
});

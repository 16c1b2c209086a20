import { array, assert, constantFrom, property, string, stringMatching, tuple } from 'fast-check';
import { expect, it } from 'vitest';
import { parseOsRelease } from './os-release.ts';

it.each([
  ['ID=debian', 'debian'],
  ['ID="debian"', 'debian'],
  ["ID='debian'", 'debian'],
  ['  ID=debian\t', 'debian'],
  ['ID=debian\r', 'debian'],
  ['ID=', ''],
  ['ID=""', ''],
  ['ID="a \\"b\\" \\$c \\`d\\` \\\\e"', 'a "b" $c `d` \\e'],
  ['ID="a\\nb"', 'a\\nb'],
  ["ID='a\\b$c\"d'", 'a\\b$c"d'],
  ['ID=a\\ b', 'a b'],
  ['ID="a"\'b\'c', 'abc'],
  ['ID=deb # a comment', 'deb'],
  ['ID=deb#ian', 'deb#ian'],
  ['ID="a # b"', 'a # b'],
  ['ID=first\nID=second', 'second'],
  ['ID=a=b', 'a=b'],
  ['# ID=no\n\nID=yes', 'yes'],
  ['\ufeffID=x', 'x'],
])('%j has ID %j', (text, value) => {
  expect(parseOsRelease(text).fields.get('ID')).toBe(value);
});

it.each([
  ['ID=x\ngarbage\n1D=y\nNAME="open\n', [2, 3, 4]],
  ['export ID=x', [1]],
  ["NAME='it", [1]],
  ['A=1\n\n# c\nB="2"\n', []],
])('%j has bad lines %j', (text, lines) => {
  expect(parseOsRelease(text).badLines).toEqual(lines);
});

it('keeps no field where names of Object.prototype are not assigned', () => {
  expect(parseOsRelease('__proto__=1\n').fields.get('constructor')).toBeUndefined();
  expect(parseOsRelease('__proto__=1\n').fields.get('__proto__')).toBe('1');
});

const name = stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
const value = string({ unit: 'grapheme' }).filter((text) => !/[\n\r]/.test(text));
const double = (text: string): string => `"${text.replace(/["$`\\]/g, '\\$&')}"`;
const single = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`;

it('reads back what a shell would have quoted', () => {
  assert(
    property(array(tuple(name, value, constantFrom(double, single))), (entries) => {
      const text = entries.map(([key, content, quote]) => `${key}=${quote(content)}\n`).join('');
      const { fields, badLines } = parseOsRelease(text);
      expect(badLines).toEqual([]);
      expect(fields).toEqual(new Map(entries.map(([key, content]) => [key, content])));
    }),
  );
});

it('never throws and tells every line that it can not read', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      const { fields, badLines } = parseOsRelease(text);
      expect(fields.size + badLines.length).toBeLessThanOrEqual(2 * text.split('\n').length);
    }),
  );
});

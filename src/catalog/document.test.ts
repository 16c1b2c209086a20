import { describe, expect, it } from 'vitest';
import { readJson, readJsonWithComments, readText, readToml, readXml, readYaml } from './document.ts';

const readers = { readJson, readJsonWithComments, readToml, readXml, readYaml };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const deep = (open: string, close: string, inner = ''): string => open.repeat(10_000) + inner + close.repeat(10_000);

describe('documents', () => {
  it.each<[keyof typeof readers, string, unknown]>([
    ['readJson', '{"a":1,"a":2}', { a: 2 }],
    ['readJsonWithComments', '{ // c\n"a": [1,],\n}', { a: [1] }],
    ['readYaml', 'a: &x {b: "1.0"}\nc: *x\n', { a: { b: '1.0' }, c: { b: '1.0' } }],
    ['readToml', '[[package]]\nname = "a"\n', { package: [{ name: 'a' }] }],
    ['readXml', '<p><v>1.0</v><v a="&lt;">2</v></p>', { p: [{ v: ['1.0', { '@a': '<', '#text': '2' }] }] }],
  ])('%s', (name, text, expected) => {
    expect(JSON.parse(JSON.stringify(readers[name](bytesOf(text))))).toEqual(expected);
  });
  it('leaves out a byte order mark', () => {
    expect(readText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('a');
  });
});

describe('what is no such document is one error, soon', () => {
  it.each<[keyof typeof readers, string, string]>([
    ['readJson', 'cut', '{"a":'],
    ['readJsonWithComments', 'cut', '{"a":'],
    ['readJsonWithComments', 'nested', deep('[', ']')],
    ['readYaml', 'cut', 'a: [1'],
    ['readYaml', 'nested', deep('[', ']')],
    ['readYaml', 'more aliases than any has', `a: &a [x]\nb:\n${'  - *a\n'.repeat(1001)}`],
    ['readToml', 'cut', 'a = ['],
    ['readToml', 'nested', `a = ${deep('[', ']')}`],
    ['readXml', 'cut', '<a><b>'],
    ['readXml', 'nested', deep('<a>', '</a>')],
  ])('%s: %s', (name, _, text) => {
    const start = performance.now();
    expect(() => readers[name](bytesOf(text))).toThrow(
      expect.objectContaining({ name: 'DocumentError', code: 'corrupt' }),
    );
    expect(performance.now() - start).toBeLessThan(2_000);
  });
  it.each(Object.keys(readers) as (keyof typeof readers)[])('%s: not UTF-8', (name) => {
    expect(() => readers[name](Uint8Array.of(0x7b, 0xff, 0x7d))).toThrow('not in UTF-8');
  });
  it('aliases of aliases share what they stand for', () => {
    const bombs = Array.from(
      { length: 40 },
      (_, i) => `a${i + 1}: &a${i + 1} [${'*a'.concat(String(i), ',').repeat(9)}]`,
    );
    const start = performance.now();
    readYaml(bytesOf(`a0: &a0 [x,x]\n${bombs.join('\n')}\n`));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
  it('entities of a document type are not replaced', () => {
    const text = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;">]><a>&y;</a>';
    const read = (): string => JSON.stringify(readXml(bytesOf(text)));
    expect(() => {
      if (read().includes('xxxxxxxxxx')) throw new Error('replaced');
    }).not.toThrow('replaced');
  });
});

describe('the encoding of XML', () => {
  const swapped = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from('<a>\u00e9</a>')],
    ['UTF-8 with a mark', Buffer.from('\ufeff<?xml version="1.0"?><a>\u00e9</a>')],
    ['Latin-1', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>\u00e9</a>', 'latin1')],
    ['Windows', Buffer.from("<?xml version='1.0' encoding = 'windows-1252' ?><a>\u00e9</a>", 'latin1')],
    ['UTF-16', Buffer.from('\ufeff<?xml version="1.0" encoding="utf-16"?><a>\u00e9</a>', 'utf16le')],
    ['UTF-16, the other way round', swapped('<a>\u00e9</a>')],
  ])('%s', (_, bytes) => {
    expect(readXml(bytes)).toMatchObject({ a: ['\u00e9'] });
  });
  it('that is another is refused', () => {
    expect(() => readXml(Buffer.from('<?xml version="1.0" encoding="x-none"?><a>\u00e9</a>', 'latin1'))).toThrow(
      'UTF-8',
    );
  });
});

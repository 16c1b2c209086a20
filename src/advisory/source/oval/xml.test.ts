import { describe, expect, it } from 'vitest';
import { childrenOf, readElement, textIn } from './xml.ts';

describe('one element', () => {
  it('loses prefixes, comments, instructions and CDATA marks', () => {
    const text = '<x:a id="1" y:b=\'2\'><!-- <c> --><?pi <d?><c>1<![CDATA[<&2]]>3</c><c/>&#65;&#x42;&lt;&quot;</x:a>';
    const element = readElement(text);
    expect(element).toMatchObject({ name: 'a', text: 'AB<"' });
    expect([...(element?.attributes ?? [])]).toEqual([
      ['id', '1'],
      ['y:b', '2'],
    ]);
    expect(childrenOf(element, 'c').map((child) => child.text)).toEqual(['1<&23', '']);
  });

  it.each([
    ['a greater-than sign within an attribute', '<a b="x > y"/>', 'x > y'],
    ['a less-than sign within an attribute, as some write it', '<a b="x <1.2"/>', 'x <1.2'],
    ['references within an attribute', '<a b="x &lt;1.2 &amp;&#38;"/>', 'x <1.2 &&'],
    ['an attribute over two lines', '<a\n  b = "1"\n/>', '1'],
  ])('may have %s', (_, text, value) => {
    expect(readElement(text)?.attributes.get('b')).toBe(value);
  });

  it.each([
    ['nothing', ''],
    ['text alone', 'text'],
    ['text around it', '<a/>text'],
    ['two elements', '<a/><b/>'],
    ['an end that is missing', '<a><b></b>'],
    ['ends that cross', '<a><b></a></b>'],
    ['an end alone', '</a>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['a tag that does not end', '<a><b </a>'],
    ['an entity', '<a>&xxe;</a>'],
    ['an entity in an attribute', '<a b="&xxe;"/>'],
    ['a character beyond Unicode', '<a>&#x110000;</a>'],
    ['a document type', '<!DOCTYPE a><a/>'],
    ['a comment that does not end', '<a><!-- </a>'],
    ['a thousand levels', '<a>'.repeat(1000) + '</a>'.repeat(1000)],
  ])('is none with %s', (_, text) => {
    expect(readElement(text)).toBeUndefined();
  });

  it('keeps an ampersand that is no reference', () => {
    expect(textIn(readElement('<a><b> Fish & chips &; </b></a>'), 'b')).toBe('Fish & chips &;');
  });

  it.each([
    '<a b="',
    `<a${' '.repeat(1e6)}`,
    `<a ${'b="1" '.repeat(1e5)}`,
    `<a>${'&'.repeat(1e6)}`,
    '<!--'.repeat(1e5),
  ])('takes no long time to refuse what is hostile', (text) => {
    const start = performance.now();
    expect(readElement(text)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

import { array, assert, constantFrom, dictionary, jsonValue, nat, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonEntriesError, jsonEntries, jsonSlices } from './json-entries.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function errorOf(document: Uint8Array, limits?: { valueBytes: number; depth: number }): JsonEntriesError {
  try {
    for (const _ of jsonEntries(document, limits));
  } catch (error) {
    if (error instanceof JsonEntriesError) return error;
    throw error;
  }
  throw new Error('no error');
}

function entriesOrError(document: Uint8Array): (readonly [string, unknown])[] | 'refused' {
  try {
    return [...jsonEntries(document)];
  } catch (error) {
    if (error instanceof JsonEntriesError) return 'refused';
    throw error;
  }
}

describe('jsonEntries', () => {
  it.each<[string, [string, unknown][]]>([
    ['{}', []],
    [' [ ] ', []],
    ['\uFEFF{"a":1}', [['a', 1]]],
    [
      '{"a":1,"a":2}',
      [
        ['a', 1],
        ['a', 2],
      ],
    ],
    [
      '[true,null,-1.5e3,"x"]',
      [
        ['0', true],
        ['1', null],
        ['2', -1500],
        ['3', 'x'],
      ],
    ],
    ['{ "k\\"\\u0041" : { "b" : [ "]}\\\\" ] } }\n', [['k"A', { b: [']}\\'] }]]],
    [
      '{"":[],"é€😀":{}}',
      [
        ['', []],
        ['é€😀', {}],
      ],
    ],
  ])('reads %s', (text, entries) => {
    expect([...jsonEntries(bytes(text))]).toEqual(entries);
  });

  it('keeps a member named __proto__ a member', () => {
    expect([...jsonEntries(bytes('{"__proto__":{"x":1}}'))]).toEqual([['__proto__', { x: 1 }]]);
  });

  it('replaces bytes that are not UTF-8', () => {
    expect([...jsonEntries(new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d]))]).toEqual([['0', '\uFFFD']]);
  });

  it.each([
    ['', 'truncated', 0],
    ['   ', 'truncated', 3],
    ['<!doctype html><html>', 'html', 0],
    ['\uFEFF\n<?xml version="1.0"?>', 'html', 4],
    ['Not Found', 'not-json', 0],
    ['"text"', 'not-json', 0],
    ['{"a":1', 'truncated', 5],
    ['{"a":1,', 'truncated', 7],
    ['{"a"', 'truncated', 4],
    ['{"a', 'truncated', 1],
    ['{"a":{"b":[', 'truncated', 5],
    ['{"a":1,}', 'not-json', 7],
    ['[1,]', 'not-json', 3],
    ['[,1]', 'not-json', 1],
    ['{"a" 1}', 'not-json', 5],
    ['{"a":1 "b":2}', 'not-json', 7],
    ['{a:1}', 'not-json', 1],
    ['{"a":tru}', 'not-json', 5],
    ['{"a":[1}}', 'not-json', 5],
    ['{"a":1}]', 'not-json', 7],
    ['{} {}', 'not-json', 3],
    ['{"\\x":1}', 'not-json', 1],
  ])('refuses %j: %s at byte %i', (text, code, offset) => {
    const error = errorOf(bytes(text));
    expect([error.code, error.offset]).toEqual([code, offset]);
  });

  it('limits depth and size of one value', () => {
    const limits = { valueBytes: 10, depth: 3 };
    expect([...jsonEntries(bytes('[[[[1]]]]'), limits)]).toHaveLength(1);
    expect(errorOf(bytes('[[[[[1]]]]]'), limits)).toMatchObject({ code: 'too-deep', offset: 4 });
    expect(errorOf(bytes('["12345678","123456789"]'), limits)).toMatchObject({ code: 'too-large', offset: 12 });
    expect(errorOf(bytes('['.repeat(10_000_000)))).toMatchObject({ code: 'too-deep' });
  });

  it('agrees with JSON.parse on every document, and never fails otherwise than by its error', () => {
    const documents = oneof(dictionary(string(), jsonValue()), array(jsonValue()));
    assert(
      property(documents, constantFrom(undefined, 1, '\t'), (document, space) => {
        const text = JSON.stringify(document, undefined, space);
        expect([...jsonEntries(bytes(text))]).toEqual(Object.entries(JSON.parse(text)));
      }),
    );
    assert(
      property(documents, nat(), nat(255), (document, at, byte) => {
        const text = bytes(JSON.stringify(document));
        text[at % text.length] = byte;
        const entries = entriesOrError(text);
        // What is walked to its end is a document to JSON.parse too; repeated names make it fewer.
        return entries === 'refused' || entries.length >= Object.keys(JSON.parse(Buffer.from(text).toString())).length;
      }),
    );
  });

  it('hands out views, so that a large document is not copied', () => {
    const document = bytes('{"a":[1,2]}');
    const [slice] = jsonSlices(document);
    expect(slice?.bytes.buffer).toBe(document.buffer);
    expect(slice).toMatchObject({ key: 'a', offset: 5 });
  });
});

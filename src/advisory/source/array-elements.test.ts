import { array, assert, asyncProperty, dictionary, jsonValue, nat, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayElements } from './array-elements.ts';

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function elementsOf(text: string, size = 1 << 20): Promise<string[]> {
  const elements: string[] = [];
  for await (const element of arrayElements(chunksOf(text, size), 'list'))
    elements.push(Buffer.from(element).toString());
  return elements;
}

describe('elements of an array', () => {
  it('are those that JSON.parse finds, however the bytes come', async () => {
    const others = dictionary(
      string().filter((key) => key !== 'list'),
      jsonValue(),
    );
    await assert(
      asyncProperty(array(jsonValue()), others, others, nat(12), nat(2), async (list, before, after, size, indent) => {
        const text = JSON.stringify({ ...before, list, ...after }, undefined, indent);
        const found = await elementsOf(text, size + 1);
        expect(found.map((element): unknown => JSON.parse(element))).toEqual(JSON.parse(JSON.stringify(list)));
      }),
    );
  });
  it.each<[string, string[]]>([
    ['{"list":[]}', []],
    ['\uFEFF { "list" : [ ] } \n', []],
    ['{"list":[1, "a,]" ,[2,[3]],{"list":[4]},null]}', ['1', '"a,]" ', '[2,[3]]', '{"list":[4]}', 'null']],
    ['{"a":"list","b":[1],"list":[2],"c":{"list":[3]}}', ['2']],
    ['{"a\\"list":[1],"list":["\\\\",2]}', ['"\\\\"', '2']],
    ['{"list":[1],"list":[2]}', ['1', '2']],
  ])('of %s', async (text, elements) => {
    for (const size of [1, 3, 1000]) expect(await elementsOf(text, size)).toEqual(elements);
  });
  it.each([
    ['truncated', ''],
    ['truncated', ' \n'],
    ['truncated', '{"list":[1,2'],
    ['truncated', '{"list":["'],
    ['truncated', '{"list":[1]'],
    ['not-the-format', '[]'],
    ['not-the-format', '\0\0'],
    ['not-the-format', '"list"'],
    ['not-the-format', 'x{"list":[]}'],
    ['not-the-format', '{"list":[]}x'],
    ['not-the-format', '{"list":[]}{"list":[]}'],
    ['not-the-format', '{}'],
    ['not-the-format', '{"list":{}}'],
    ['not-the-format', '{"list ":[]}'],
    ['not-the-format', '{"a":{"list":[]}}'],
    ['too-large', `{"list":[${'['.repeat(100)}`],
  ])('%s: %s', async (code, text) => {
    for (const size of [1, 1000]) await expect(elementsOf(text, size)).rejects.toMatchObject({ code });
  });
  it('are not collected without end', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"list":["');
      const chunk = Buffer.alloc(1 << 20, 0x61);
      for (;;) yield await Promise.resolve(chunk);
    }
    await expect(async () => {
      for await (const _ of arrayElements(endless(), 'list'));
    }).rejects.toMatchObject({ code: 'too-large' });
  });
});

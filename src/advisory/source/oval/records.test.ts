import { describe, expect, it } from 'vitest';
import { AdvisoryError } from '../../advisory.ts';
import { readOval } from './document.ts';
import { recordPlaces } from './records.ts';

function read(text: string): readonly (readonly string[])[] {
  const bytes = Buffer.from(text);
  return [...recordPlaces(bytes)].map(({ section, start, end }) => [section, bytes.toString('utf8', start, end)]);
}

function codeOf(text: string): string | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    if (error instanceof AdvisoryError) return error.code;
    throw error;
  }
}

describe('records of a document', () => {
  it('are what stands in its sections, whatever the prefix', () => {
    const text = `\uFEFF<?xml version="1.0"?><!-- <definitions> --><o:oval_definitions xmlns:o="x>y">
      <generator><o:product_name>n</o:product_name></generator>
      <definitions><definition id="1"><title>a</title></definition ><definition id="2"/></definitions><o:tests/>
      <objects><l:rpminfo_object><l:name>n</l:name></l:rpminfo_object></objects></o:oval_definitions>\n<!-- end -->`;
    expect(read(text)).toEqual([
      ['generator', '<o:product_name>n</o:product_name>'],
      ['definitions', '<definition id="1"><title>a</title></definition >'],
      ['definitions', '<definition id="2"/>'],
      ['objects', '<l:rpminfo_object><l:name>n</l:name></l:rpminfo_object>'],
    ]);
  });

  it.each([
    ['a document type that defines entities', '<!DOCTYPE x [<!ENTITY a "b">]><oval_definitions/>', 'not-the-format'],
    [
      'a document type that loads some',
      '<!DOCTYPE x SYSTEM "file:///etc/passwd"><oval_definitions/>',
      'not-the-format',
    ],
    [
      'an entity declared in a section',
      '<oval_definitions><tests><!ENTITY a "b"></tests></oval_definitions>',
      'not-the-format',
    ],
    ['another document', '<rss></rss>', 'not-the-format'],
    ['no document', 'Not Found', 'not-the-format'],
    ['nothing', '', 'truncated'],
    ['a web page', '<html><body/></html>', 'not-the-format'],
    ['sections that cross', '<oval_definitions><tests></oval_definitions></tests>', 'not-the-format'],
    ['something after its end', '<oval_definitions/><oval_definitions/>', 'not-the-format'],
    ['a record that does not end', '<oval_definitions><tests><a><b></b></tests></oval_definitions>', 'truncated'],
    ['a section that does not end', '<oval_definitions><tests><a/>', 'truncated'],
    ['a tag that does not end', '<oval_definitions><tests', 'truncated'],
    ['a quote that does not end', '<oval_definitions a="><tests/></oval_definitions>', 'truncated'],
    ['a comment that does not end', '<oval_definitions><!-- ', 'truncated'],
  ])('are refused with %s', (_, text, code) => {
    expect(codeOf(text)).toBe(code);
  });
});

describe('tests of a document', () => {
  const rest = (object: string, state: string, test = '') =>
    readOval(
      Buffer.from(
        `<oval_definitions><tests><rpminfo_test id="t" check="all" ${test}><object object_ref="o"/><state state_ref="s"/></rpminfo_test></tests>${object}${state}</oval_definitions>`,
      ),
    ).test('t');
  const object = '<objects><rpminfo_object id="o"><name>bash</name></rpminfo_object></objects>';
  const state = '<states><rpminfo_state id="s"><evr operation="less than"> 1-2 </evr></rpminfo_state></states>';
  const entities = [[{ field: 'evr', operation: 'less than', value: '1-2' }]];

  it.each<[string, ReturnType<typeof rest>, object]>([
    ['what they refer to', rest(object, state), { object: 'bash', states: entities, existence: 'at_least_one_exists' }],
    ['states in a section called state', rest(object, state.replaceAll('states>', 'state>')), { states: entities }],
    ['an object that is missing', rest('', state), { object: undefined, states: entities }],
    ['a state that is missing', rest(object, ''), { object: 'bash', states: [undefined] }],
    [
      'a state of which one entity is enough',
      rest(object, state.replace('id="s"', 'id="s" operator="OR"')),
      { states: [undefined] },
    ],
    ['states of which one is enough', rest(object, state, 'state_operator="OR"'), { states: [undefined] }],
    [
      'an object that is a pattern',
      rest(object.replace('<name', '<name operation="pattern match"'), state),
      { object: undefined },
    ],
    ['an object with a filter', rest(object.replace('</name>', '</name><filter/>'), state), { object: undefined }],
    [
      'an object of another kind',
      rest(object.replaceAll('rpminfo_object', 'file_object'), state),
      { object: undefined },
    ],
    ['a state that is not well-formed', rest(object, state.replace('</evr>', '&x;</evr>')), { states: [undefined] }],
  ])('have %s', (_, test, expected) => {
    expect(test).toMatchObject(expected);
  });
});

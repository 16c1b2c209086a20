import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdvisoryError } from '../../advisory.ts';
import { elementsWithin } from './elements.ts';

function names(text: string, root = 'updates'): string[] {
  return Array.from(elementsWithin(Buffer.from(text), root), (element) =>
    typeof element === 'string' ? `broken: ${element}` : `${element.name} ${element.attributes.get('n') ?? ''}`.trim(),
  );
}

function codeOf(text: string): string {
  try {
    return names(text).join();
  } catch (error) {
    return error instanceof AdvisoryError ? error.code : String(error);
  }
}

describe('elements of a document', () => {
  it.each<[string, string, string[]]>([
    ['none', '<updates></updates>', []],
    ['none, in one tag', '<?xml version="1.0"?><updates/>', []],
    ['two', '<updates><update n="1"/><update n="2"></update></updates>', ['update 1', 'update 2']],
    ['with a prefix at the root', '<r:updates xmlns:r="u"><update/></r:updates>', ['update']],
    ['behind a byte order mark', '\uFEFF<updates><update/></updates>', ['update']],
    ['of several names', '<updates><a/>text<b></b></updates>', ['a', 'b']],
    ['with a name that begins alike', '<updates><up><update></update></up></updates>', ['up']],
    ['in a comment', '<updates><!-- <update/> --><update n="1"/></updates>', ['update 1']],
    ['with its end in a comment', '<updates><a><!-- </a> --></a><b/></updates>', ['a', 'b']],
    ['with its end in a section', '<updates><a><![CDATA[</a>]]></a><b/></updates>', ['a', 'b']],
    ['with a > in a value', '<updates><a n=">"></a></updates>', ['a >']],
    ['blanks in the closing tag', '<updates><a></a ></updates >', ['a']],
    ['a comment behind the end', '<updates><a/></updates><!-- done -->', ['a']],
    ['one that is not well-formed', '<updates><a><b></a><c/></updates>', ['broken: <a><b></a>', 'c']],
    ['one with an unknown entity', '<updates><a>&x;</a></updates>', ['broken: <a>&x;</a>']],
  ])('%s', (_, text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it.each([
    ['', 'truncated'],
    ['<updates>', 'truncated'],
    ['<updates><a>', 'truncated'],
    ['<updates><a></a></updat', 'truncated'],
    ['<updates><!-- ', 'truncated'],
    ['Not Found', 'not-the-format'],
    ['<html>', 'not-the-format'],
    ['<repomd/>', 'not-the-format'],
    ['<updates></other>', 'not-the-format'],
    ['<updates></updates><updates/>', 'not-the-format'],
    ['<!DOCTYPE updates [<!ENTITY x SYSTEM "file:///etc/passwd">]><updates>&x;</updates>', 'not-the-format'],
    ['<updates><!DOCTYPE x></updates>', 'not-the-format'],
  ])('refuses %j as %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('refuses entities that would grow to gigabytes at their declaration', () => {
    const bomb = `<!DOCTYPE lolz [<!ENTITY a "lol">${'<!ENTITY b "&a;&a;">'.repeat(9)}]><updates/>`;
    expect(codeOf(bomb)).toBe('not-the-format');
  });

  it('reads any text, or refuses it with an error of its own', () => {
    assert(property(string(), (text) => typeof codeOf(`<updates>${text}</updates>`) === 'string'));
  });

  it('looks for comments once, not once for each element', () => {
    const many = Buffer.from(`<updates>${'<update><id>x</id></update>'.repeat(300_000)}</updates>`);
    const start = performance.now();
    let count = 0;
    for (const _ of elementsWithin(many, 'updates')) count++;
    expect(count).toBe(300_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

import {
  array,
  assert,
  constantFrom,
  dictionary,
  oneof,
  property,
  string,
  stringMatching,
  uint8Array,
} from 'fast-check';
import { expect, it } from 'vitest';
import { readStanzas } from './stanza.ts';

const wanted = ['package', 'version', 'status'];

interface Read {
  readonly line: number;
  readonly values: readonly (string | undefined)[];
  readonly faults: readonly string[];
}

function read(bytes: Uint8Array): Read[] {
  const stanzas: Read[] = [];
  readStanzas(bytes, wanted, ({ line, values, faults }) => {
    stanzas.push({ line, values: [...values], faults: faults.map((fault) => `${fault.line} ${fault.text}`) });
    return true;
  });
  return stanzas;
}

it.each([
  ['Package: a\nVersion: 1\n\n', [['a', '1', undefined]], []],
  ['Package: a\nVersion: 1', [['a', '1', undefined]], ['2 end within a line']],
  ['Package: a\nVersion: 1\nHomepage: x', [['a', '1', undefined]], []],
  [
    '\n\nPackage: a\n\n\n\nPackage: b\n',
    [
      ['a', undefined, undefined],
      ['b', undefined, undefined],
    ],
    [],
  ],
  ['PACKAGE:\t a \t\nVersion:1\r\n\r\n', [['a', '1', undefined]], []],
  ['Version: 1\nPackage: a\n\n', [['a', '1', undefined]], []],
  ['Package: a\nDescription: x\n Version: no\n\tStatus: no\nVersion: 1\n', [['a', '1', undefined]], []],
  ['Packages: no\nPackage: a\nVersion:\n', [['a', '', undefined]], []],
  [' x\nPackage: a\n', [['a', undefined, undefined]], ['1 continuation of nothing']],
  [
    'Package: a\n#c\n-d: e\nno field\n: f\n',
    [['a', undefined, undefined]],
    ['2', '3', '4', '5'].map((line) => `${line} not a field`),
  ],
  ['Package: a\0b\n', [['a\0b', undefined, undefined]], ['1 control character in value']],
  [`Package: ${'a'.repeat(5000)}\n`, [[undefined, undefined, undefined]], ['1 value too long']],
  ['', [], []],
])('%j', (text, values, faults) => {
  const stanzas = read(Buffer.from(text));
  expect(stanzas.map((stanza) => stanza.values)).toEqual(values);
  expect(stanzas.flatMap((stanza) => stanza.faults)).toEqual(faults);
});

it('ends when the visitor has enough', () => {
  let visits = 0;
  readStanzas(Buffer.from('Package: a\n\nPackage: b\n\nPackage: c\n'), wanted, () => {
    visits += 1;
    return visits < 2;
  });
  expect(visits).toBe(2);
});

const value = string({ unit: 'grapheme', minLength: 1 }).filter(
  (text) => text.trim() === text && !/\p{Cc}|^[\uFEFF]/u.test(text),
);
const noise = stringMatching(/^(X[a-z-]{0,8}: [a-z ]{0,20}\n( [a-z :]{1,20}\n){0,3})$/);

it('reads back what was written, whatever stands around it', () => {
  const written = dictionary(constantFrom('Version', 'Status'), value);
  assert(
    property(array(written), array(noise), (stanzas, others) => {
      const text = stanzas
        .map((fields, index) => {
          const lines = Object.entries(fields).map(([key, content]) => `${key}: ${content}\n`);
          return `Package: p${index}\n${[...others, ...lines].join('')}\n`;
        })
        .join('');
      expect(read(Buffer.from(text)).map((stanza) => stanza.values)).toEqual(
        stanzas.map((fields, index) => [`p${index}`, fields['Version'], fields['Status']]),
      );
    }),
  );
});

it('never throws, and passes over no line that is not empty', () => {
  const text = array(constantFrom('Package: a', 'Version: 1', '\n', '\n\n', ' x', '\0', ':')).map((parts) =>
    Buffer.from(parts.join('')),
  );
  assert(
    property(oneof(uint8Array({ maxLength: 300 }), text), (bytes) => {
      const blank = /^[\r\n]*$/.test(Buffer.from(bytes).toString('latin1'));
      expect(read(bytes).length === 0).toBe(blank);
    }),
  );
});

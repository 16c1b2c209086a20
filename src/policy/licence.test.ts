import { describe, expect, it } from 'vitest';
import { licenceHolds, parseLicence } from './licence.ts';

describe('licence expressions', () => {
  it.each<[string, unknown]>([
    ['MIT', { kind: 'one', text: 'MIT', known: true }],
    [
      'GPL-2.0-only WITH Classpath-exception-2.0',
      { kind: 'one', text: 'GPL-2.0-only WITH Classpath-exception-2.0', known: true },
    ],
    [
      'A OR B AND C',
      {
        kind: 'or',
        parts: [
          { kind: 'one', text: 'A', known: true },
          { kind: 'and', parts: [expect.anything(), expect.anything()] },
        ],
      },
    ],
    [
      '(A OR B) AND C',
      { kind: 'and', parts: [{ kind: 'or', parts: [expect.anything(), expect.anything()] }, expect.anything()] },
    ],
    ['LicenseRef-x', { kind: 'one', text: 'LicenseRef-x', known: false }],
    ['NOASSERTION', { kind: 'one', text: 'NOASSERTION', known: false }],
    ['see the file', { kind: 'one', text: 'see the file', known: false }],
    ['A OR', { kind: 'one', text: 'A OR', known: false }],
    ['(A', { kind: 'one', text: '(A', known: false }],
    ['A B', { kind: 'one', text: 'A B', known: false }],
    ['A WITH', { kind: 'one', text: 'A WITH', known: false }],
    ['', { kind: 'one', text: '', known: false }],
    ['('.repeat(100), { kind: 'one', text: '('.repeat(100), known: false }],
  ])('%s', (text, expected) => {
    expect(parseLicence(text)).toEqual(expected);
  });

  it.each<[string, boolean | 'unknown', boolean | 'unknown']>([
    ['A', true, true],
    ['B', false, false],
    ['A OR B', false, true],
    ['A AND B', true, false],
    ['A OR LicenseRef-x', 'unknown', true],
    ['A AND LicenseRef-x', true, 'unknown'],
    ['B AND LicenseRef-x', 'unknown', false],
    ['B OR LicenseRef-x', false, 'unknown'],
  ])('%s binds to A: %s, does with A: %s', (text, binds, does) => {
    const licence = parseLicence(text);
    expect(licenceHolds(licence, (one) => one === 'A', false)).toBe(binds);
    expect(licenceHolds(licence, (one) => one === 'A', true)).toBe(does);
  });
});

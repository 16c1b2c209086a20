import { expect, it } from 'vitest';
import type { Match } from '../match/match.ts';
import { byFlaw } from './flaws.ts';

type Said = readonly [id: string, aliases?: readonly string[], covers?: readonly string[], verdict?: Match['verdict']];

function told(...records: readonly Said[]): string[] {
  const matches = records.map(
    ([id, aliases = [], covers = [], verdict = 'affected']) =>
      ({ verdict, entry: { id, aliases, covers } }) as unknown as Match,
  );
  return Array.from(
    byFlaw(matches),
    ([flaw, found]) => `${flaw}: ${found.map(({ entry }) => entry.id).join(' ')}`,
  ).toSorted();
}

it.each<[string, Said[], string[]]>([
  [
    'records that name the same CVE',
    [
      ['GHSA-1', ['CVE-1']],
      ['PYSEC-1', ['CVE-1']],
    ],
    ['CVE-1: GHSA-1 PYSEC-1'],
  ],
  [
    'records that name each other, none a CVE',
    [
      ['GHSA-1', ['PYSEC-1']],
      ['PYSEC-1', ['GHSA-1']],
    ],
    ['GHSA-1: GHSA-1 PYSEC-1'],
  ],
  [
    'one names the other, which names the CVE',
    [
      ['GHSA-1', ['PYSEC-1']],
      ['PYSEC-1', ['GHSA-1', 'CVE-1']],
    ],
    ['CVE-1: GHSA-1 PYSEC-1'],
  ],
  [
    'a chain of names',
    [
      ['GO-1', ['GHSA-1']],
      ['GHSA-1', ['CVE-1', 'GO-1']],
    ],
    ['CVE-1: GO-1 GHSA-1'],
  ],
  ['two CVEs stay two', [['GHSA-1', ['CVE-1', 'CVE-2']]], ['CVE-1: GHSA-1', 'CVE-2: GHSA-1']],
  [
    'two CVEs are not joined by a record that names one of them',
    [['CVE-1'], ['GHSA-1', ['CVE-1']], ['CVE-2']],
    ['CVE-1: CVE-1 GHSA-1', 'CVE-2: CVE-2'],
  ],
  ['a notice is an opinion on each', [['ALSA-1', [], ['CVE-1', 'CVE-2']]], ['CVE-1: ALSA-1', 'CVE-2: ALSA-1']],
  [
    'who says no is heard',
    [
      ['GHSA-1', ['CVE-1']],
      ['CVE-1', [], [], 'not-affected'],
    ],
    ['CVE-1: GHSA-1 CVE-1'],
  ],
  ['nobody finds it', [['CVE-1', [], [], 'not-affected']], []],
  [
    'malware',
    [
      ['MAL-1', ['GHSA-1']],
      ['GHSA-1', ['MAL-1']],
    ],
    ['MAL-1: MAL-1 GHSA-1'],
  ],
])('%s', (_, records, expected) => {
  expect(told(...records)).toEqual(expected);
});

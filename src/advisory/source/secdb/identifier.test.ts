import { assert, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { readSecfixEntry } from './identifier.ts';

it.each<[string, [id: string, ...aliases: string[]][], note?: string]>([
  ['CVE-2021-30473', [['CVE-2021-30473']]],
  ['CVE-2018-8897 XSA-260', [['CVE-2018-8897', 'XSA-260']]],
  ['CVE-2018-3639   XSA-263', [['CVE-2018-3639', 'XSA-263']]],
  ['CVE_2019-2426', [['CVE-2019-2426']]],
  ['CVE_2020_1234', [['CVE-2020-1234']]],
  ['CVE 2018-16859', [['CVE-2018-16859']]],
  ['CVE-2019-19451.patch', [['CVE-2019-19451']]],
  ['CVE-2017-17434-1', [['CVE-2017-17434']]],
  ['CVE-2026-48785 / GHSA-cr2j-534f-mf3g', [['CVE-2026-48785', 'GHSA-cr2j-534f-mf3g']]],
  ['CVE-2026-45078, GHSA-8q93-326v-3m7g', [['CVE-2026-45078', 'GHSA-8q93-326v-3m7g']]],
  ['ELEMENTSEC-2026-1071, GHSA-fp53-rw9v-hcf9', [['ELEMENTSEC-2026-1071', 'GHSA-fp53-rw9v-hcf9']]],
  [
    'CVE-2019-17349 CVE-2019-17350 XSA-295',
    [
      ['CVE-2019-17349', 'XSA-295'],
      ['CVE-2019-17350', 'XSA-295'],
    ],
  ],
  [
    'CVE-2017-5753 CVE-2017-5715 XSA-254 XPTI',
    [
      ['CVE-2017-5753', 'XSA-254'],
      ['CVE-2017-5715', 'XSA-254'],
    ],
  ],
  ['CVE-????-?????  XSA-284', [['XSA-284']]],
  ['CVE-2025-XXXXX VSV00016', [['VSV00016']]],
  ['CVE N/A ZBX-11023', [['ZBX-11023']]],
  ['wnpa-sec-2017-18', [['wnpa-sec-2017-18']]],
  ['CVE-46838', [['CVE-46838']]],
  ['CVE-2018-16301 (was fixed in libpcap)', [['CVE-2018-16301']], 'was fixed in libpcap'],
  ['CVE-2018-14466 (AFS/RX)', [['CVE-2018-14466']], 'AFS/RX'],
  ['CVE-????-?????', []],
  ['', []],
  ['none', []],
  ['(CVE-2018-16301)', [], 'CVE-2018-16301'],
])('reads %j', (text, names, note) => {
  const flaws = names.map(([id, ...aliases]) => ({ id, aliases }));
  expect(readSecfixEntry(text)).toEqual(note === undefined ? { flaws } : { flaws, note });
});

it('reads any text without taking long', () => {
  assert(property(string({ maxLength: 5000 }), (text) => readSecfixEntry(text).flaws.every(({ id }) => /\d/.test(id))));
  expect(readSecfixEntry('CVE_'.repeat(1_000_000)).flaws).toEqual([]);
});

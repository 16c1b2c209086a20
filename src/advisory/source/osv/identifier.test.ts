import { describe, expect, it } from 'vitest';
import { identifierKind, otherNames } from './identifier.ts';

it.each([
  ['ALSA-2024:3671', { notice: true, notSecurity: false, impact: true, malware: false, by: 'almalinux' }],
  ['ALBA-2019:0987', { notice: true, notSecurity: true, impact: true, malware: false, by: 'almalinux' }],
  ['RLSA-2024:3671', { notice: true, notSecurity: false, impact: true, malware: false, by: 'rocky' }],
  ['SUSE-SU-2024:1234-1', { notice: true, notSecurity: false, impact: false, malware: false, by: 'suse' }],
  ['SUSE-RU-2024:1234-1', { notice: true, notSecurity: true, impact: false, malware: false, by: 'suse' }],
  ['USN-5614-1', { notice: true, notSecurity: false, impact: false, malware: false, by: 'ubuntu' }],
  ['UBUNTU-CVE-2014-9913', { notice: false, notSecurity: false, impact: false, malware: false, by: 'ubuntu' }],
  ['GHSA-35jh-r3h4-6jhm', { notice: false, notSecurity: false, impact: false, malware: false, by: 'github' }],
  ['MAL-2024-1234', { notice: false, notSecurity: false, impact: false, malware: true, by: 'openssf' }],
  ['NEW-1', { notice: false, notSecurity: false, impact: false, malware: false, by: 'new' }],
  ['', { notice: false, notSecurity: false, impact: false, malware: false, by: '' }],
])('tells what %s is', (id, expected) => {
  expect(identifierKind(id)).toEqual(expected);
});

describe('other names', () => {
  it.each<[string, boolean, object, [aliases: string[], covers: string[]]]>([
    [
      'a flaw',
      false,
      { aliases: ['CVE-2021-1000', 'GHSA-1'], related: ['CVE-2021-2000'] },
      [['CVE-2021-1000', 'GHSA-1'], []],
    ],
    ['a flaw of a distribution', false, { upstream: ['CVE-2021-1000', 'GHSA-1'] }, [['CVE-2021-1000', 'GHSA-1'], []]],
    [
      'a record of several flaws',
      false,
      { upstream: ['CVE-2021-1000', 'CVE-2021-2000'] },
      [[], ['CVE-2021-1000', 'CVE-2021-2000']],
    ],
    ['a notice', true, { related: ['CVE-2021-1000', 'CVE-2021-1000', 'GHSA-1'] }, [[], ['CVE-2021-1000']]],
    [
      'a notice by upstream',
      true,
      { upstream: ['UBUNTU-CVE-2021-1000'], aliases: ['X-1'] },
      [['X-1'], ['CVE-2021-1000']],
    ],
    [
      'a notice that names its flaws only in references',
      true,
      { references: [{ url: 'https://access.redhat.com/security/cve/CVE-2023-39325' }] },
      [[], ['CVE-2023-39325']],
    ],
    ['nothing', true, { related: 'CVE-2021-1000', aliases: [7, ''] }, [[], []]],
  ])('of %s', (_, notice, record, [aliases, covers]) => {
    expect(otherNames({ ...record }, notice)).toEqual({ aliases, covers });
  });
});

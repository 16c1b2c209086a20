import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import { rpm } from '../version/rpm.ts';
import { judge } from './judge.ts';
import type { Match } from './match.ts';
import { ofOwnRelease } from './own-release.ts';

function notice(id: string, fixed: string | undefined): StoredEntry {
  return {
    id,
    aliases: [],
    covers: ['CVE-2026-1'],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])] }],
    fixState: fixed === undefined ? 'not-fixed' : 'fixed',
    feed: 1,
    source: { name: 'osv', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
  };
}

function affectedBy(version: string, fixes: readonly (string | undefined)[]): readonly string[] {
  const matches = fixes.map((fixed, at): Match => {
    const entry = notice(`${at}`, fixed);
    return { ...judge(rpm.parse(version), entry, rpm), entry, searched: { name: 'crun', version } };
  });
  return ofOwnRelease(matches).flatMap(({ verdict, entry }) => (verdict === 'affected' ? entry.id : []));
}

describe('several notices on one flaw', () => {
  it.each<[string, string, readonly (string | undefined)[], readonly string[]]>([
    ['the fix of the own release, repeated in the next', '1.27-1.el9_7', ['1.27-1.el9_7', '1.27-1.el9_8'], []],
    ['in any order', '1.27-1.el9_7', ['1.27-1.el9_8', '1.27-1.el9_7'], []],
    ['a later build of the own release', '1.27-2.el9_7', ['1.27-1.el9_7', '2.0-1.el9_8'], []],
    ['a build before the fix of the own release', '1.27-0.el9_7', ['1.27-1.el9_7', '1.27-1.el9_8'], ['0', '1']],
    ['a later notice on the own release completes it', '1.3-37.el8_10', ['1.3-37.el8_10', '1.3-38.el8_10'], ['1']],
    ['so it does where the next release repeats that', '1-1.el9_6', ['1-1.el9_6', '1-2.el9_6', '1-2.el9_7'], ['1']],
    ['a build of the next release is not helped by the one before', '1-2.el9_4', ['1-1.el9_3', '1-3.el9_4'], ['1']],
    ['a build of the trunk tells of no release', '1.27-1.el9', ['1.27-1.el9', '1.27-1.el9_8'], ['1']],
    ['a fix of the trunk is not one of a later release', '1-1.el9_3', ['1-1.el9_3', '2-1.el9'], ['1']],
    ['what has no fix at all stays', '1-1.el9_3', ['1-1.el9_3', undefined], ['1']],
  ])('%s', (_, version, fixes, expected) => {
    expect(affectedBy(version, fixes)).toEqual(expected);
  });
});

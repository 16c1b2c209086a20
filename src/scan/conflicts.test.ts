import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import { semver } from '../version/semver.ts';
import { conflictsOf } from './conflicts.ts';

function entry(
  id: string,
  events: StoredEntry['ranges'][number]['events'],
  more: Partial<StoredEntry> = {},
): StoredEntry {
  return {
    id,
    aliases: ['CVE-2026-50195'],
    covers: [],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'semver', events }],
    fixState: 'fixed',
    feed: 1,
    source: { name: 'osv', url: 'https://osv.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
    ...more,
  };
}

const advisory = entry('GHSA-1', [{ introduced: '2.0.0' }, { fixed: '2.0.5' }]);

describe('disagreements among records', () => {
  it.each<[string, StoredEntry[], string[]]>([
    [
      'one marks all versions, the other only the later ones',
      [entry('GO-1', [{ introduced: '0' }]), advisory],
      ['0: GO-1 affected, GHSA-1 not'],
    ],
    [
      'another fix',
      [entry('GO-1', [{ introduced: '2.0.0' }, { fixed: '2.0.4' }]), advisory],
      ['2.0.4: GHSA-1 affected, GO-1 not'],
    ],
    ['the same in other words', [entry('GO-1', [{ introduced: '2.0.0' }, { fixed: '2.0.5' }]), advisory], []],
    [
      'two of one publisher add to each other',
      [entry('GHSA-2', [{ introduced: '1.0.0' }, { fixed: '1.1.0' }]), advisory],
      [],
    ],
    ['another flaw', [entry('GO-1', [{ introduced: '0' }], { aliases: ['CVE-2026-1'] }), advisory], []],
    ['one that is not known', [entry('GO-1', [{ introduced: '0' }], { status: 'undetermined' }), advisory], []],
    [
      'not affected at all',
      [entry('GO-1', [], { ranges: [], status: 'not-affected' }), advisory],
      ['2.0.0: GHSA-1 affected, GO-1 not'],
    ],
  ])('%s', (_, entries, expected) => {
    const found = conflictsOf('Go', 'github.com/containerd/containerd', entries, semver);
    expect(
      found.map(({ version, affected, notAffected }) => {
        return `${version}: ${affected.advisory} affected, ${notAffected.advisory} not`;
      }),
    ).toEqual(expected);
  });
});

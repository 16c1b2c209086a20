import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import { semver } from '../version/semver.ts';
import { explain } from './explain.ts';
import { judge } from './judge.ts';

const base: StoredEntry = {
  id: 'A-1',
  aliases: [],
  covers: [],
  appliesTo: 'binary',
  status: 'affected',
  ranges: [],
  fixState: 'fixed',
  feed: 1,
  source: { name: 's', url: 'u', digest: 'd', fetchedAt: 't' },
};

function explained(entry: Partial<StoredEntry>, version: string): string {
  const whole = { ...base, ...entry };
  const match = { ...judge(semver.parse(version), whole, semver), entry: whole, searched: { name: 'x', version } };
  const { range, comparison } = explain(match, semver);
  return `${match.verdict} | ${range} | ${comparison}`;
}

const below = (fixed: string): StoredEntry['ranges'][number] => {
  return { type: 'semver', events: [{ introduced: '0' }, { fixed }] };
};

describe('why a record says what it says', () => {
  it.each<[Partial<StoredEntry>, string, string]>([
    [{ ranges: [below('1.2.0')] }, '1.1.0', 'affected | < 1.2.0 | 1.1.0 is within < 1.2.0 (semver)'],
    [{ ranges: [below('1.2.0')] }, '1.3.0', 'not-affected | < 1.2.0 | 1.3.0 is outside of < 1.2.0 (semver)'],
    [
      { ranges: [below('1.2.0')], versions: ['1.4.0'] },
      '1.3.0',
      'not-affected | < 1.2.0, one listed version | 1.3.0 is outside of < 1.2.0, one listed version (semver)',
    ],
    [
      { versions: ['1.4.0', '1.4.1'] },
      '1.3.0',
      'not-affected | 2 listed versions | 1.3.0 is outside of 2 listed versions (semver)',
    ],
    [{ status: 'not-affected' }, '1.3.0', 'not-affected | none | the record says that it is not affected'],
  ])('%j of %s', (entry, version, expected) => {
    expect(explained(entry, version)).toBe(expected);
  });
});

import { expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Verdict } from '../finding/finding.ts';
import type { Match } from '../match/match.ts';
import { decide } from './decide.ts';

/** `source:verdict`, numbered by place. */
function matchOf(text: string, place: number): Match {
  const [name = '', verdict = ''] = text.split(':');
  const entry: StoredEntry = {
    id: `${place} ${text}`,
    aliases: [],
    covers: [],
    appliesTo: 'source',
    status: 'affected',
    ranges: [],
    fixState: 'unknown',
    feed: 1,
    source: { name, url: '', digest: '', fetchedAt: '' },
  };
  const searched = { name: 'foo', version: '1.0' };
  return { verdict: verdict as Verdict, range: '', comparison: '', fix: { state: 'unknown' }, entry, searched };
}

const precedence = ['first', 'second', 'starter'];
const idsOf = (matches: readonly Match[]): string => matches.map(({ entry }) => entry.id.split(' ')[0]).join(' ');

it.each<[string, string[], string | undefined]>([
  ['one record', ['first:affected'], 'affected by 0, agreed by -, denied by -'],
  ['the first source says no', ['second:affected', 'first:not-affected'], undefined],
  ['out of order', ['second:affected', 'first:affected'], 'affected by 1, agreed by 0, denied by -'],
  [
    'in order, with one that no precedence names',
    ['first:affected', 'second:not-affected', 'other:affected'],
    'affected by 0, agreed by 2, denied by 1',
  ],
  [
    'two of the source, one of which denies',
    ['first:not-affected', 'first:affected', 'first:affected'],
    'affected by 1 2, agreed by -, denied by 0',
  ],
  [
    'unknown only where nothing of the source is affected',
    ['first:unknown', 'second:affected', 'second:unknown'],
    'unknown by 0, agreed by 2, denied by 1',
  ],
  [
    'the starter set is no witness for or against',
    ['first:affected', 'starter:affected', 'starter:not-affected'],
    'affected by 0, agreed by -, denied by -',
  ],
  ['the starter set alone', ['starter:affected', 'starter:not-affected'], 'affected by 0, agreed by -, denied by -'],
])('%s', (_, texts, expected) => {
  const decided = decide(texts.map(matchOf), precedence);
  const { verdict, speaking = [], agreeing = [], dissenting = [] } = decided ?? {};
  const words = `${verdict} by ${idsOf(speaking)}, agreed by ${idsOf(agreeing) || '-'}, denied by ${idsOf(dissenting) || '-'}`;
  expect(decided === undefined ? undefined : words).toBe(expected);
});

it('stays quick on a hostile number of records', () => {
  const many = Array.from({ length: 100_000 }, (_, index) =>
    matchOf(index % 2 === 0 ? 'first:affected' : 'second:not-affected', index),
  );
  const start = performance.now();
  const decided = decide(many, precedence);
  expect([decided?.speaking.length, decided?.dissenting.length]).toEqual([50_000, 50_000]);
  expect(performance.now() - start).toBeLessThan(2000);
});

import { DatabaseSync } from 'node:sqlite';
import { array, assert, property, string, stringMatching } from 'fast-check';
import { expect, it } from 'vitest';
import { SCHEMA, type StoredFeed } from './format.ts';
import { newReplacements, overtaking, writeRevised } from './revision.ts';

const report = { read: 0, kept: 0, skipped: {}, malformed: [] };
function feed(id: number, more: Partial<StoredFeed> = {}): StoredFeed {
  const times = { fetchedAt: 't', checkedAt: 't' };
  return {
    id,
    name: 's',
    url: `https://f/${id}`,
    digest: 'd',
    ...times,
    bytes: 1,
    report,
    tool: 't',
    from: 'f',
    ...more,
  };
}

function replaced(ids: readonly string[], feeds: readonly StoredFeed[]): ReturnType<typeof newReplacements> {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(SCHEMA);
  for (const { id, revises } of feeds) if (revises !== undefined) writeRevised(sqlite, id, ids);
  return newReplacements(sqlite, feeds);
}

it('knows exactly what was written', () => {
  const id = stringMatching(/^(CVE-20\d\d-\d{1,6}|GHSA-[a-z]{1,3}|[a-c]{1,6})$/);
  const feeds = [feed(1), feed(2, { revises: 'https://f/' })];
  assert(
    property(array(id), array(id), (ids, others) => {
      const isReplaced = replaced(ids, feeds);
      const known = new Set(ids);
      for (const one of [...ids, ...others]) expect([one, isReplaced(1, one)]).toEqual([one, known.has(one)]);
    }),
  );
});

it('takes no identifier for another, whatever is in it', () => {
  assert(
    property(string({ minLength: 1 }), string({ minLength: 1 }), (one, other) => {
      const isReplaced = replaced([one], [feed(1), feed(2, { revises: 'https://f/' })]);
      expect(isReplaced(1, other) && other.toWellFormed() !== one.toWellFormed()).toBe(false);
    }),
  );
});

it.each<[string, readonly StoredFeed[], boolean]>([
  ['a feed at an address that begins so', [feed(1), feed(2, { revises: 'https://f/' })], true],
  ['a feed of that edition', [feed(1, { edition: 'vex' }), feed(2, { revises: 'vex' })], true],
  ['no feed of another edition', [feed(1, { edition: 'vex-2' }), feed(2, { revises: 'vex' })], false],
  ['no feed at another address', [feed(1), feed(2, { revises: 'https://g/' })], false],
  ['no feed of another source', [feed(1, { name: 'other' }), feed(2, { revises: 'https://f/' })], false],
  ['no feed that revises others too', [feed(1, { revises: 'https://g/' }), feed(2, { revises: 'https://f/' })], false],
  ['no feed that was compiled after it', [feed(3), feed(2, { revises: 'https://f/' })], false],
])('is about %s', (_what, feeds, expected) => {
  expect(replaced(['CVE-1'], feeds)(feeds[0]?.id ?? 0, 'CVE-1')).toBe(expected);
});

it('names what came after a feed', () => {
  const revising = feed(3, { revises: 'https://f/' });
  expect(overtaking(revising, [feed(1), revising, feed(4), feed(5, { name: 'other' })]).map(({ id }) => id)).toEqual([
    4,
  ]);
});

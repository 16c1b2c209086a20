import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { Advisory, Affected, Feed } from '../advisory/advisory.ts';
import { compileFeed } from './compile.ts';
import { SCHEMA } from './format.ts';
import { newReader } from './reader.ts';
import { advisory, fakeSource, feedText, prediction } from './testdata/fake-source.ts';

const feed: Feed = { url: 'https://f/', ecosystems: ['npm'], facts: ['prediction'] };
const wanted = { source: fakeSource('s', [feed]), feed };
const start = { feed: 3, nextScope: 5, nextShelf: 7, placeOf: String, previous: 0 };

function bytesOf(count: number, more: object = {}): Uint8Array {
  const all = Array.from({ length: count }, (_, index) =>
    advisory(`A-${index % 4}`, { ecosystem: 'npm', package: `p${index % 3}`, fixed: String(index) }),
  );
  const facts = Array.from({ length: count }, (_, index) => prediction(`CVE-${(index * 7) % 12}`, index / 16));
  return Buffer.from(feedText(all, { facts, ...more }));
}

it('answers the same whether a feed was compiled in one go or in parts', async () => {
  const compiled = [1, 500, 10_000_000].map(async (collect) => {
    const sqlite = new DatabaseSync(':memory:');
    sqlite.exec(SCHEMA);
    const { scopes, shelves } = await compileFeed(sqlite, wanted, bytesOf(12), { ...start, collect });
    expect(scopes).toEqual([{ id: 5, feed: 3, ecosystem: 'npm', lists: 'disclosures', advisories: 12 }]);
    const parts = sqlite.prepare('SELECT max(part) AS most FROM entry').get()?.['most'];
    const stored = { ...start, id: 3, name: 's', url: 'u', digest: 'd', fetchedAt: 't', checkedAt: 't', bytes: 1 };
    const report = { read: 24, kept: 24, skipped: {}, malformed: [] };
    const feeds = [{ ...stored, report, tool: 't', from: 'u' }];
    const directory = {
      builtAt: 't',
      nextFeed: 4,
      nextScope: 6,
      nextShelf: 8,
      feeds,
      scopes,
      shelves,
      products: [],
      failures: [],
    };
    const reader = newReader({ sqlite, directory, digest: '', bytes: 0 });
    const entries = ['p0', 'p1', 'p2'].map((name) => reader.lookup('npm', name, 'source'));
    const facts = Array.from({ length: 13 }, (_, index) => reader.facts('prediction', `CVE-${index}`));
    return { parts, shelves: shelves.length, read: { entries, facts, details: reader.fullDetails('A-1', 3) } };
  });
  const answers = await Promise.all(compiled);
  expect(answers.map((answer) => answer.parts)).toEqual([11, expect.any(Number), 0]);
  expect(answers[0]?.shelves).toBe(12);
  expect(answers[2]?.read.facts.map(({ length }) => length)).toEqual([...Array<number>(12).fill(1), 0]);
  expect(answers[0]?.read).toEqual(answers[2]?.read);
  expect(answers[1]?.read).toEqual(answers[2]?.read);
  expect(answers[2]?.read.entries[1]).toHaveLength(4);
});

it('leaves no row of a feed that fails after parts of it were written', async () => {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(SCHEMA);
  await expect(compileFeed(sqlite, wanted, bytesOf(12, { crash: true }), { ...start, collect: 1 })).rejects.toThrow(
    expect.objectContaining({ code: 'bad-feed' }),
  );
  for (const table of ['entry', 'advisory', 'alias', 'fact', 'revised', 'kept']) {
    expect(sqlite.prepare(`SELECT count(*) AS count FROM ${table}`).get()).toEqual({ count: 0 });
  }
  expect((await compileFeed(sqlite, wanted, bytesOf(1), start)).report.kept).toBe(2);
});

it('does not take a record of more packages than there can be, and counts it', async () => {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(SCHEMA);
  const [one] = advisory('A-1', { ecosystem: 'npm' }).affected;
  const source = {
    ...wanted.source,
    parse: (_feed: Feed, _bytes: Uint8Array, keep: (record: Advisory) => void) => {
      for (const count of [200_000, 200_001]) {
        const affected = Array.from({ length: count }, (_, at) => ({ ...one, package: `p${at}` }) as Affected);
        keep({ ...advisory(`A-${count}`, {}), affected });
      }
      return { read: 2, kept: 2, skipped: {}, malformed: [] };
    },
  };
  const { report, scopes } = await compileFeed(sqlite, { source, feed }, new Uint8Array(), start);
  expect(report).toMatchObject({ read: 2, kept: 1, skipped: { 'too-large': 1 } });
  expect(scopes[0]?.advisories).toBe(1);
});

it('says that the disk is full, which is no fault of the feed', async () => {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(SCHEMA);
  sqlite.exec('PRAGMA max_page_count = 20');
  await expect(compileFeed(sqlite, wanted, bytesOf(5000), start)).rejects.toThrow(
    expect.objectContaining({ code: 'disk-full' }),
  );
});

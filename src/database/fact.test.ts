import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fact } from '../advisory/advisory.ts';
import { decodeFact, encodeFact, encodeText } from './fact.ts';
import { isFactKey, newFactWriter } from './fact-rows.ts';
import { SCHEMA, type Shelf } from './format.ts';
import { newReader } from './reader.ts';
import { prediction } from './testdata/fake-source.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.toWellFormed());
const word = text.filter((value) => value !== '');
const key = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }).filter(isFactKey);
const portion = fc.double({ min: 0, max: 1, noNaN: true });
const severity = fc.record({ label: fc.constantFrom('critical', 'unknown'), scheme: text, value: text, by: text });

const flaw = fc.record(
  {
    kind: fc.constant('flaw'),
    key,
    summary: word,
    severities: fc.array(severity),
    weaknesses: fc.array(text),
    state: fc.constantFrom('rejected', 'disputed'),
    published: word,
    modified: word,
    references: fc.array(
      fc.record({ type: fc.constantFrom('advisory', 'fix', 'report', 'article', 'web'), url: text }),
    ),
    decision: fc.record({
      exploitation: fc.constantFrom('none', 'poc', 'active'),
      automatable: fc.boolean(),
      technicalImpact: fc.constantFrom('partial', 'total'),
      at: text,
    }),
  },
  { requiredKeys: ['kind', 'key', 'severities', 'weaknesses', 'references'] },
);
const ended = fc.oneof(word, fc.boolean());
const lifecycle = fc.record(
  {
    kind: fc.constant('lifecycle'),
    key,
    cycle: text,
    codename: word,
    released: word,
    endOfLife: ended,
    endOfSupport: ended,
    endOfExtended: ended,
    latest: word,
    latestReleased: word,
    lts: ended,
  },
  { requiredKeys: ['kind', 'key', 'cycle'] },
);
const fact = fc.oneof(
  flaw,
  lifecycle,
  fc.record({
    kind: fc.constant('prediction'),
    key,
    score: portion,
    percentile: portion,
    date: text,
    model: text,
  }),
  fc.record({
    kind: fc.constant('exploited'),
    key,
    name: text,
    product: text,
    added: text,
    due: text,
    action: text,
    ransomware: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('repository'), key, products: fc.array(text) }),
) as fc.Arbitrary<Fact>;

it('comes back as it was', () => {
  fc.assert(
    fc.property(fact, (one) => {
      expect(decodeFact(one.kind, one.key, encodeFact(one), () => encodeText(one))).toEqual(one);
    }),
  );
});

interface Shelved {
  readonly sqlite: DatabaseSync;
  readonly shelves: readonly Shelf[];
  readonly find: (name: string) => Fact[];
}

const kinds = ['flaw', 'prediction', 'exploited', 'repository', 'lifecycle'] as const;

function shelve(facts: readonly Fact[]): Shelved {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(SCHEMA);
  const writer = newFactWriter(sqlite, 1, 1);
  for (const one of facts) writer.add(one);
  writer.flush();
  const { shelves } = writer;
  const stored = {
    id: 1,
    name: 's',
    url: 'u',
    digest: 'd',
    fetchedAt: 't',
    checkedAt: 't',
    bytes: 1,
    tool: 't',
    from: 'u',
  };
  const feeds = [{ ...stored, report: { read: 0, kept: 0, skipped: {}, malformed: [] } }];
  const directory = {
    builtAt: '',
    nextFeed: 2,
    nextScope: 1,
    nextShelf: 9,
    feeds,
    scopes: [],
    shelves,
    products: [],
    failures: [],
  };
  const reader = newReader({ sqlite, directory, digest: '', bytes: 0 });
  const find = (name: string): Fact[] =>
    kinds.flatMap((kind) => reader.facts(kind, name)).map(({ source: _source, ...rest }) => rest);
  return { sqlite, shelves, find };
}

it('is found among others of any keys, with all of its own', () => {
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 30 }), key, (facts, absent) => {
      const { find } = shelve(facts);
      for (const name of [...facts.map((one) => one.key), absent]) {
        const found = find(name);
        const expected = facts.filter((one) => one.key === name);
        expect(found).toHaveLength(expected.length);
        expect(found).toEqual(expect.arrayContaining(expected));
      }
    }),
  );
});

it('is found among very many, in whichever block it lies', () => {
  const facts = Array.from({ length: 20_000 }, (_, index) => prediction(`CVE-2024-${index}`, index / 20_000));
  const life = Array.from({ length: 900 }, (_, index): Fact => {
    return { kind: 'lifecycle', key: 'debian', cycle: `${index}`, codename: 'a name that takes its room' };
  });
  const { sqlite, shelves, find } = shelve([...facts, ...life]);
  expect(shelves.map(({ kind, count, first, last }) => [kind, count, first, last])).toEqual([
    ['prediction', 20_000, 'CVE-2024-0', 'CVE-2024-9999'],
    ['lifecycle', 900, 'debian', 'debian'],
  ]);
  expect(Number(sqlite.prepare('SELECT count(*) AS rows FROM fact').get()?.['rows'])).toBeGreaterThan(100);
  for (const one of facts) expect(find(one.key)).toEqual([one]);
  expect(find('debian')).toEqual(life);
  for (const absent of ['CVE-2024', 'CVE-2024-20000', 'CVE-2024-1999x', 'CVE-2025-1', 'A'])
    expect(find(absent)).toEqual([]);
});

it('is not read out of a damaged row', () => {
  const { sqlite, find } = shelve([prediction('CVE-1', 1)]);
  sqlite.exec('UPDATE fact SET crc = crc + 1');
  expect(() => find('CVE-1')).toThrow(expect.objectContaining({ code: 'corrupt' }));
});

it.each(['', ' CVE-1', 'CVE-1 ', 'a\nb', 'a\tb', 'ä', 'x'.repeat(513)])('has no key like %j', (name) => {
  expect(isFactKey(name)).toBe(false);
});

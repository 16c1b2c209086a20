import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBdb } from './bdb.ts';
import { readNdb } from './ndb.ts';
import type { DatabaseRecord } from './record.ts';
import { readSqlite } from './sqlite.ts';
import { catalogFiles, samples, testBytes } from './testdata/samples.ts';

const bdb = testBytes('variants/big-endian-512.bdb');
const ndb = testBytes('sle15/Packages.db');
const sqlite = testBytes('variants/reserved-512.sqlite');

/** Where a page of the databases of `variants/` begins, the first being 0. */
function pageAt(page: number): number {
  return page * 512;
}

/** A copy with 32-bit numbers written over it. */
function patched(bytes: Buffer, numbers: Readonly<Record<number, number>>, order: 'LE' | 'BE' = 'BE'): Buffer {
  const copy = Buffer.from(bytes);
  for (const [offset, number] of Object.entries(numbers)) {
    copy[`writeUInt32${order}`](number, Number(offset));
  }
  return copy;
}

function messages(records: Iterable<DatabaseRecord>): string[] {
  return [...records].flatMap((record) => (record.kind === 'damage' ? [`${record.message}: ${record.detail}`] : []));
}

function headers(records: Iterable<DatabaseRecord>): number {
  return [...records].filter(({ kind }) => kind === 'header').length;
}

describe.each(samples)('$name', ({ path, bytes, expected }) => {
  it('cut at every fiftieth: packages that are there, and for those that are not a lossy problem', () => {
    const whole = new Set(catalogFiles({ [path]: bytes }).packages.map(({ id }) => id));
    for (let part = 1; part < 50; part++) {
      const { packages, problems } = catalogFiles({
        [path]: bytes.subarray(0, Math.floor((bytes.length * part) / 50)),
      });
      const lossy = problems.some((problem) => problem.lossy && problem.path === `/${path}`);
      expect(packages.filter(({ id }) => !whole.has(id))).toEqual([]);
      expect(lossy || packages.length === expected.length).toBe(true);
      // Also where nothing is lost, a database that is cut does not go without a word.
      expect(problems).not.toEqual([]);
    }
  });
  it('with flipped bytes: ends soon, never throws, and what is not as it was is said', () => {
    const whole = new Set(catalogFiles({ [path]: bytes }).packages.map(({ id }) => id));
    const flip = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 30 }), (flips) => {
        const copy = Uint8Array.from(bytes);
        for (const [at, mask] of flips) {
          copy[at] = (copy[at] ?? 0) ^ mask;
        }
        const start = performance.now();
        const { packages, problems } = catalogFiles({ [path]: copy });
        expect(performance.now() - start).toBeLessThan(2000);
        const same = packages.length === whole.size && packages.every(({ id }) => whole.has(id));
        expect(same || problems.some(({ lossy }) => lossy)).toBe(true);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('Berkeley DB', () => {
  const overflow = [...Array(bdb.length / 512).keys()].find((page) => bdb[pageAt(page) + 25] === 7) ?? 0;
  const bucket = [...Array(bdb.length / 512).keys()].find((page) => [2, 13].includes(bdb[pageAt(page) + 25] ?? 0)) ?? 0;

  it('reads the untouched file', () => {
    expect([headers(readBdb(bdb)), messages(readBdb(bdb))]).toEqual([10, []]);
  });
  it.each<[string, Record<number, number>, RegExp]>([
    ['an overflow chain that goes round', { [pageAt(overflow) + 16]: overflow }, /overflow chain .* seen before/],
    [
      'an overflow chain that leaves the file',
      { [pageAt(overflow) + 16]: 0xffffffff },
      /overflow chain .* the file has/,
    ],
    ['a bucket chain that goes round', { [pageAt(bucket) + 16]: bucket }, /hash page .* seen before/],
    ['2^32 - 1 buckets', { 72: 0xffffffff }, /fewer pages than buckets/],
    ['2^31 pages', { 32: 0x80000000 }, /cut short/],
    ['pages of 2^31 bytes', { 20: 0x80000000 }, /page size/],
    ['pages of no bytes', { 20: 0 }, /page size/],
    ['an unknown version', { 16: 7 }, /unknown form/],
    ['a page that is another', { [pageAt(bucket) + 8]: bucket + 1 }, /says that it is page/],
    ['encryption', { 24: 0x01080000 }, /encryption/],
  ])('says %s', (_name, numbers, message) => {
    expect(messages(readBdb(patched(bdb, numbers))).join('\n')).toMatch(message);
  });
  it('finds packages on pages that no bucket leads to', () => {
    const records = [...readBdb(patched(bdb, { 72: 0 }))];
    expect([headers(records), messages(records).some((text) => text.includes('no bucket leads to'))]).toEqual([
      10,
      true,
    ]);
  });
});

describe('ndb', () => {
  const slot = [...Array(255).keys()].map((index) => 32 + index * 16).find((at) => ndb.readUInt32LE(at + 8) !== 0) ?? 0;
  const blob = ndb.readUInt32LE(slot + 8) * 16;

  it.each<[string, Record<number, number>, RegExp]>([
    ['2^31 pages of slots', { 12: 0x80000000 }, /shorter than its slots/],
    ['no pages of slots', { 12: 0 }, /shorter than its slots/],
    ['an unknown version', { 4: 1 }, /unknown version/],
    ['a slot without magic number', { [slot]: 0 }, /1 slots without magic number/],
    ['a blob behind the end', { [slot + 8]: 0xffffffff }, /blocks, in a file of/],
    ['a blob of 2^32 - 1 blocks', { [slot + 12]: 0xffffffff }, /blocks, in a file of/],
    ['a blob of another package', { [slot + 4]: 77 }, /says that it is package/],
    ['a blob of 2^32 - 1 bytes', { [blob + 12]: 0xffffffff }, /bytes in \d+ blocks/],
    ['a changed blob', { [blob + 400]: 0 }, /wrong checksum/],
  ])('says %s', (_name, numbers, message) => {
    expect(messages(readNdb(patched(ndb, numbers, 'LE'))).join('\n')).toMatch(message);
  });
  it('reads a blob that many slots name only once', () => {
    const copy = Buffer.from(ndb);
    for (let at = 32; at < 4096; at += 16) {
      ndb.copy(copy, at, slot, slot + 16);
    }
    const records = [...readNdb(copy)];
    expect([headers(records), messages(records).length]).toEqual([1, 253]);
  });
});

it('stops at a database of too many records, and keeps few problems of it', () => {
  const pages = 500;
  const file = Buffer.alloc(pages * 4096 + 32);
  ndb.copy(file, 0, 0, 32);
  file.writeUInt32LE(pages, 12);
  for (let at = 32; at < pages * 4096; at += 16) {
    file.write('Slot', at, 'latin1');
    file.fill(1, at + 4, at + 16);
  }
  const { packages, problems } = catalogFiles({ 'var/lib/rpm/Packages.db': file });
  expect(packages).toEqual([]);
  expect(problems).toHaveLength(101);
  expect(problems.slice(-2)).toMatchObject([
    { detail: '99901 more', lossy: true },
    { code: 'too-large', lossy: true },
  ]);
});

describe('SQLite', () => {
  // As make.sh leaves it: page 2 is the interior root of Packages, 14 one of its leaves, 5 on an overflow chain.
  const [root, leaf, overflow] = [pageAt(1), pageAt(13), pageAt(4)];
  const cell = leaf + sqlite.readUInt16BE(leaf + 8);

  it.each<[string, Record<number, number>, RegExp]>([
    ['a tree that goes round', { [root + 8]: 2 }, /cells .* page 2 below it: seen before/],
    ['a tree that leaves the file', { [root + 8]: 0xffffffff }, /below it: not in the file/],
    ['an overflow chain that goes round', { [overflow]: 5 }, /overflow page 5: seen before/],
    ['an overflow chain that ends too soon', { [overflow]: 0 }, /overflow page 0: not in the file/],
    ['65535 cells', { [leaf + 2]: 0x00ffff00 }, /65535 cells/],
    [
      'a row of 2^60 bytes',
      { [cell]: 0xffffffff, [cell + 4]: 0xffffffff },
      /more than the file has|ends beyond the page/,
    ],
    ['an index in place of a table', { [leaf]: 0x0a000000 }, /page 14: type 10/],
    ['pages of no bytes', { 16: 0 }, /page size/],
    ['pages of which nothing is usable', { 18: 0x0101ff40 }, /page size/],
    ['an unknown version', { 18: 0x01032040 }, /read version 3/],
    ['another file', { 0: 0 }, /not a SQLite/],
  ])('says %s', (_name, numbers, message) => {
    expect(messages(readSqlite(patched(sqlite, numbers))).join('\n')).toMatch(message);
  });
  it('reads the untouched file', () => {
    expect([headers(readSqlite(sqlite)), messages(readSqlite(sqlite))]).toEqual([10, []]);
  });
  it('says rows that are missing from a page', () => {
    const pages = sqlite.length / 512;
    const leaves = [...Array(pages).keys()].filter(
      (page) => sqlite[page * 512] === 13 && sqlite.readUInt16BE(page * 512 + 3) > 0,
    );
    expect(leaves.length).toBeGreaterThan(1);
    for (const page of leaves) {
      const copy = Buffer.from(sqlite);
      copy.writeUInt16BE(copy.readUInt16BE(page * 512 + 3) - 1, page * 512 + 3);
      const records = [...readSqlite(copy)];
      expect(headers(records) === 10 || messages(records).some((text) => text.includes('does not add up'))).toBe(true);
    }
  });
});

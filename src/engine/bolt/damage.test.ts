import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { boltFile, branch, bucketAt, type Item, leaf, metaPage } from '../../../test/daemon/bolt-file.ts';
import { type BoltBucket, type BoltLimits, readBolt } from './bolt.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bolt-'));
const path = join(folder, 'file.db');
afterAll(() => rmSync(folder, { recursive: true }));

function write(bytes: Buffer): string {
  writeFileSync(path, bytes);
  return path;
}

/** All that is in a bucket, as an object. */
function everything(bucket: BoltBucket): unknown {
  return Object.fromEntries(
    bucket.keys().map((key) => {
      const inner = bucket.bucket(key);
      return [key, inner === undefined ? bucket.value(key)?.toString() : everything(inner)];
    }),
  );
}

function readAll(bytes: Buffer, limits: Partial<BoltLimits> = {}): Promise<unknown> {
  return readBolt(write(bytes), everything, limits);
}

const text = (key: string, value: string): Item => ({ key, value: Buffer.from(value) });

describe('damage', () => {
  const sound = leaf(2, [text('a', '1'), text('b', '2')]);
  const changed = (change: (page: Buffer) => void): Buffer => {
    const page = Buffer.from(sound);
    change(page);
    return boltFile([page]);
  };
  it.each<[string, Buffer]>([
    ['nothing in the file', Buffer.alloc(0)],
    ['not a database', Buffer.alloc(100_000, 'x')],
    ['a root of no page', boltFile([leaf(2, [])], { root: 7 })],
    ['a root that is a meta page', boltFile([leaf(2, [])], { root: 1 })],
    ['a page that is cut off', boltFile([leaf(2, [text('a', '1')])]).subarray(0, 2 * 4096 + 100)],
    ['a page with the number of another', boltFile([leaf(3, [])])],
    ['more elements than room', changed((page) => page.writeUInt16LE(65_535, 10))],
    ['a page of another kind', changed((page) => page.writeUInt16LE(0x10, 8))],
    ['more pages behind it than there are', changed((page) => page.writeUInt32LE(9, 12))],
    ['more pages behind it than any file has', changed((page) => page.writeUInt32LE(0xffffffff, 12))],
    ['an element of an unknown kind', changed((page) => page.writeUInt32LE(2, 16))],
    ['a key beyond the page', changed((page) => page.writeUInt32LE(5000, 20))],
    ['a key among the elements', changed((page) => page.writeUInt32LE(1, 20))],
    ['a value beyond the page', changed((page) => page.writeUInt32LE(0xffffffff, 28))],
    ['keys out of order', boltFile([leaf(2, [text('b', '1'), text('a', '2')], { asGiven: true })])],
    ['a key twice', boltFile([leaf(2, [text('a', '1'), text('a', '2')], { asGiven: true })])],
    ['a branch without children', boltFile([branch(2, [])])],
    ['a branch that leads to itself', boltFile([branch(2, [['a', 2]])])],
    [
      'a page twice in its tree',
      boltFile([
        branch(2, [
          ['a', 3],
          ['b', 3],
        ]),
        leaf(3, [text('a', '1')]),
      ]),
    ],
    ['branches that lead round', boltFile([branch(2, [['a', 3]]), branch(3, [['a', 2]])])],
    ['a bucket that is its own member', boltFile([leaf(2, [bucketAt('a', 2)])])],
    ['a bucket that is cut short', boltFile([leaf(2, [{ key: 'a', value: Buffer.alloc(15), isBucket: true }])])],
    ['a page number beyond counting', boltFile([leaf(2, [bucketAt('a', 2 ** 53)])])],
    [
      'a branch within a page',
      boltFile([
        leaf(2, [{ key: 'a', value: Buffer.concat([Buffer.alloc(16), branch(0, [['a', 2]])]), isBucket: true }]),
      ]),
    ],
  ])('%s', async (_, file) => {
    await expect(readAll(file)).rejects.toMatchObject({ name: 'EngineError', code: 'bad-answer' });
  });

  it('finds no end of looking for one key in branches that lead round', async () => {
    write(boltFile([branch(2, [['a', 3]]), branch(3, [['a', 2]])]));
    await expect(readBolt(path, (root) => root.value('a'))).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('bounds buckets that multiply', async () => {
    const many = Array.from({ length: 60 }, (_, index) => bucketAt(`${index + 10}`, 2));
    const start = performance.now();
    await expect(readAll(boltFile([leaf(2, many)]))).rejects.toMatchObject({ name: 'EngineError' });
    await expect(
      readBolt(
        path,
        (root) => {
          for (;;) root.bucket('10')?.keys();
        },
        { visits: 100_000 },
      ),
    ).rejects.toMatchObject({ code: 'limit-exceeded' });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('bounds keys of a page that many buckets share', async () => {
    const buckets = Array.from({ length: 100 }, (_, index) => bucketAt(`${index + 100}`, 3));
    const keys = Array.from({ length: 100 }, (_, index) => text(`${index + 100}`, ''));
    write(boltFile([leaf(2, buckets), leaf(3, keys)]));
    await expect(readBolt(path, everything, { visits: 5000 })).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  it('bounds the bytes that are read', async () => {
    write(boltFile([leaf(2, [bucketAt('a', 3), bucketAt('b', 4)]), leaf(3, []), leaf(4, [])]));
    await expect(readBolt(path, everything, { bytes: 2 * 4096 })).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  it('trusts no meta page whose checksum is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 16, max: 16 + 63 }), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const metas = [0, 1].map((number) => {
          const page = metaPage(number, { root: 2, transaction: 5n }, 4096, 3);
          page[at] = (page[at] ?? 0) ^ (1 << bit);
          return page;
        });
        await expect(readAll(Buffer.concat([...metas, sound]))).rejects.toMatchObject({ code: 'bad-answer' });
      }),
    );
  });
});

describe('no file at all', () => {
  it('is not there', async () => {
    await expect(readBolt(join(folder, 'none.db'), everything)).rejects.toMatchObject({ code: 'not-found' });
    await expect(readBolt(join(path, 'none.db'), everything)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is a folder', async () => {
    mkdirSync(join(folder, 'folder.db'));
    await expect(readBolt(join(folder, 'folder.db'), everything)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('is a pipe, at whose other end nobody is', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.db')]);
    await expect(readBolt(join(folder, 'pipe.db'), everything)).rejects.toMatchObject({ code: 'bad-answer' });
  });
});

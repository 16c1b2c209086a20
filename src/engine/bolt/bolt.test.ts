import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { boltFile, bucketAt, type Item, inlineBucket, leaf, treeOf } from '../../../test/daemon/bolt-file.ts';
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

describe('what a file holds', () => {
  it('has values, buckets within the page and buckets of their own pages', async () => {
    const file = boltFile([
      leaf(2, [text('a', '1'), bucketAt('b', 3), inlineBucket('c', [text('x', 'y'), inlineBucket('z', [])])]),
      leaf(3, [text('k', 'v')]),
    ]);
    expect(await readAll(file)).toEqual({ a: '1', b: { k: 'v' }, c: { x: 'y', z: {} } });
  });

  it('tells values and buckets apart', async () => {
    const file = boltFile([leaf(2, [text('a', '1'), inlineBucket('c', [])])]);
    const seen = await readBolt(write(file), (root) => [
      root.bucket('a'),
      root.value('c'),
      root.bucket('d'),
      root.value('d'),
    ]);
    expect(seen).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('spans several pages', async () => {
    const long = 'x'.repeat(9000);
    expect(await readAll(boltFile([leaf(2, [text('a', long)], { overflow: 2 }), leaf(3, []), leaf(4, [])]))).toEqual({
      a: long,
    });
  });

  it('is empty where the root has nothing', async () => {
    expect(await readAll(boltFile([leaf(2, [])]))).toEqual({});
  });

  it('finds each key in trees of any shape, and none besides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((key) => key.isWellFormed()),
          { maxLength: 120 },
        ),
        fc.integer({ min: 1, max: 7 }),
        fc.string(),
        async (keys, width, other) => {
          const file = treeOf(
            keys.map((key) => text(key, `of ${key}`)),
            width,
          );
          const found = await readBolt(write(file), (root) => ({
            keys: root.keys(),
            values: keys.map((key) => root.value(key)?.toString()),
            other: root.value(other)?.toString(),
          }));
          expect(found.keys).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
          expect(found.values).toEqual(keys.map((key) => `of ${key}`));
          expect(found.other).toBe(keys.includes(other) ? `of ${other}` : undefined);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('which transaction is in force', () => {
  const pages = [leaf(2, [text('is', 'old')]), leaf(3, [text('is', 'new')])];
  const old = { root: 2, transaction: 6n };
  const fresh = { root: 3, transaction: 7n };
  it.each([
    ['the first', [fresh, old], 'new'],
    ['the second', [old, fresh], 'new'],
    ['the first where the second is broken', [old, { ...fresh, broken: true }], 'old'],
    ['the second where the first is broken', [{ ...fresh, broken: true }, old], 'old'],
  ])('%s', async (_, metas, expected) => {
    expect(await readAll(boltFile(pages, { metas }))).toEqual({ is: expected });
  });

  it.each([1024, 8192, 16_384, 65_536])(
    'with pages of %i bytes, also when the first meta page is broken',
    async (pageSize) => {
      const sized = [leaf(2, [text('is', 'old')], { pageSize })];
      expect(await readAll(boltFile(sized, { pageSize }))).toEqual({ is: 'old' });
      const broken = boltFile(sized, {
        pageSize,
        metas: [
          { root: 2, transaction: 6n, broken: true },
          { root: 2, transaction: 5n },
        ],
      });
      expect(await readAll(broken)).toEqual({ is: 'old' });
    },
  );

  it('reads anew when the file changes meanwhile', async () => {
    write(boltFile(pages, { metas: [old, { root: 2, transaction: 5n }] }));
    let calls = 0;
    const seen = await readBolt(path, (root) => {
      if (++calls === 1) write(boltFile(pages, { metas: [old, fresh] }));
      return everything(root);
    });
    expect(seen).toEqual({ is: 'new' });
    expect(calls).toBe(2);
  });

  it('reads anew when what it saw was broken by the change', async () => {
    write(boltFile(pages, { metas: [old, { root: 2, transaction: 5n }] }));
    let calls = 0;
    const seen = await readBolt(path, (root) => {
      if (++calls > 1) return everything(root);
      write(boltFile(pages, { metas: [old, fresh] }));
      throw new Error('half-written');
    });
    expect(seen).toEqual({ is: 'new' });
  });

  it('gives up where it never holds still', async () => {
    let transaction = 10n;
    const change = (): void => void write(boltFile(pages, { metas: [old, { root: 3, transaction: ++transaction }] }));
    change();
    await expect(readBolt(path, change, { attempts: 3 })).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('hands on what the reader throws where the file held still', async () => {
    write(boltFile(pages));
    await expect(
      readBolt(path, () => {
        throw new RangeError('mine');
      }),
    ).rejects.toThrow(RangeError);
  });
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { layerCache } from '../image/cache/layer-cache.ts';
import { sampleContent } from '../image/cache/testdata/sample-content.ts';
import { type CachePlaces, cachePlaces, cacheStatus, pruneCache, sizeOf } from './caches.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-caches-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('a size', () => {
  it.each([
    ['0', 0],
    ['1234', 1234],
    ['500M', 500 * 1024 ** 2],
    ['4G', 4 * 1024 ** 3],
    ['1.5k', 1536],
    ['2TiB', 2 * 1024 ** 4],
    [' 10MB ', 10 * 1024 ** 2],
  ])('%s', (text, bytes) => expect(sizeOf(text)).toBe(bytes));

  it.each(['', 'x', '-1', '1X', 'M', '1e9', '1,5G', '0x10', '99999999999T', 'Infinity', '1 000'])('not %j', (text) =>
    expect(sizeOf(text)).toBeUndefined(),
  );
});

describe('where the caches are', () => {
  it.each([
    ['beside the database', {}, undefined, '/home', 2 * 1024 ** 3],
    [
      'in a shared folder',
      { SEAWORTHY_CACHE_DIR: '/shared', SEAWORTHY_CACHE_SIZE: '1G' },
      undefined,
      '/shared',
      1024 ** 3,
    ],
    ['in the one that is asked for', { SEAWORTHY_CACHE_DIR: '/shared' }, '/own', '/own', 2 * 1024 ** 3],
    ['with the usual bound for what is no size', { SEAWORTHY_CACHE_SIZE: 'much' }, undefined, '/home', 2 * 1024 ** 3],
  ])('%s', (_, env, folder, base, maxBytes) => {
    const places = { inventories: join(base, 'inventories'), layers: join(base, 'layers'), maxBytes };
    expect(cachePlaces('/home', env, folder)).toEqual(places);
  });

  it('nowhere', () => expect(cachePlaces('/home', { SEAWORTHY_CACHE_DIR: '/shared' }, false)).toBeUndefined());
});

const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

/** Layers last used 1, 3 and 5 days ago, inventories of 1,000 bytes 2, 4 and 6. */
function filled(name: string): CachePlaces {
  const base = join(root, name);
  const places = { inventories: join(base, 'inventories'), layers: join(base, 'layers'), maxBytes: 1 << 20 };
  const cache = layerCache(places.layers, places);
  const marked = new Set<string>();
  mkdirSync(places.inventories, { recursive: true });
  for (const number of [0, 1, 2]) {
    cache.write(sampleContent(number, 1000), 'wants');
    for (const { path } of cache.entries()) {
      if (marked.has(path)) continue;
      marked.add(path);
      utimesSync(path, daysAgo(1 + number * 2), daysAgo(1 + number * 2));
    }
    const inventory = join(places.inventories, `${number}.json`);
    writeFileSync(inventory, 'x'.repeat(1000));
    utimesSync(inventory, daysAgo(2 + number * 2), daysAgo(2 + number * 2));
  }
  return places;
}

const leftIn = ({ inventories, layers }: CachePlaces): number[] =>
  [layers, inventories].map(
    (folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:layer|json)$/.test(name))
        .length,
  );

describe('both caches together', () => {
  it('tell what they hold', () => {
    const places = filled('status');
    const { layers, inventories } = cacheStatus(places);
    expect(layers).toMatchObject({ folder: places.layers, entries: 3, maxBytes: 1 << 20 });
    expect(layers.bytes).toBeGreaterThan(3000);
    expect(inventories).toMatchObject({ folder: places.inventories, entries: 3, bytes: 3000, maxEntries: 500 });
    expect(inventories.oldest?.getTime()).toBeCloseTo(daysAgo(6).getTime(), -4);
    expect(layers.newest?.getTime()).toBeCloseTo(daysAgo(1).getTime(), -4);
  });

  it.each([
    ['nothing that is within the bounds', {}, [3, 3]],
    ['what was not used for some days', { olderThanDays: 3.5 }, [2, 1]],
    ['the longest unused of both until the rest fits', { maxBytes: 2500 }, [1, 1]],
    ['what was not used, and more until the rest fits', { olderThanDays: 5.5, maxBytes: 1500 }, [1, 0]],
    ['everything', { all: true, maxBytes: 1 << 20 }, [0, 0]],
  ])('prune %s', (name, options, left) => {
    const places = filled(name);
    const { removed, kept, freed } = pruneCache(places, options);
    expect(leftIn(places)).toEqual(left);
    const [layers = 0, inventories = 0] = left;
    expect([removed, kept]).toEqual([6 - layers - inventories, layers + inventories]);
    expect(freed > 0).toBe(removed > 0);
  });

  it('count what is left', () => {
    const places = filled('counted');
    pruneCache(places, { all: true });
    const cache = layerCache(places.layers, { maxBytes: 4000 });
    for (const number of [0, 1, 2]) cache.write(sampleContent(number, 1000), 'wants');
    expect(cache.status().entries).toBe(3);
  });

  it('are no error where nothing is there, and lose leftovers when they are old', () => {
    const base = join(root, 'leftovers');
    const places = { inventories: join(base, 'inventories'), layers: join(base, 'layers'), maxBytes: 1 };
    expect(pruneCache(places, { all: true })).toEqual({ removed: 0, freed: 0, kept: 0 });
    expect(cacheStatus(places)).toMatchObject({ layers: { entries: 0 }, inventories: { entries: 0 } });
    mkdirSync(places.inventories, { recursive: true });
    const leftover = join(places.inventories, 'x.json.1-0123456789ab.tmp');
    writeFileSync(leftover, '');
    pruneCache(places);
    expect(existsSync(leftover)).toBe(true);
    utimesSync(leftover, daysAgo(1), daysAgo(1));
    pruneCache(places);
    expect(existsSync(leftover)).toBe(false);
  });
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LayerContent } from '../layer/collector.ts';
import { layerCache } from './layer-cache.ts';
import { isSample, sampleContent } from './testdata/sample-content.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-layers-'));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
const roomy = { maxBytes: 1 << 30 };
const newFolder = (): string => join(root, String(made++), 'layers');

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

const entriesIn = (folder: string): string[] => filesIn(folder).filter((path) => path.endsWith('.layer'));

/** Marks all entries as last used so many minutes ago. */
function age(paths: readonly string[], minutes: number): void {
  const time = new Date(Date.now() - minutes * 60_000);
  for (const path of paths) utimesSync(path, time, time);
}

describe('a layer that was written', () => {
  it('is read by whoever wants the same of it', () => {
    const folder = newFolder();
    const content = sampleContent(1, 1000);
    layerCache(folder, roomy).write({ ...content, index: 7 }, 'wants');
    const cache = layerCache(folder, roomy);
    const known = cache.read(content.diffId, 'wants');
    expect(known && isSample(known, 1, 1000)).toBe(true);
    expect(cache.read(content.diffId, 'other wants')).toBeUndefined();
    expect(cache.read(sampleContent(2, 1000).diffId, 'wants')).toBeUndefined();
  });

  it.each<[string, Partial<LayerContent>]>([
    ['what could not be read', { problems: [{ code: 'unreadable', path: 'x' }] }],
    [
      'what was too large',
      {
        problems: [
          { code: 'path-escape', path: '' },
          { code: 'too-large', path: 'x' },
        ],
      },
    ],
    ['what was written again', { problems: [{ code: 'rewritten', path: 'x' }] }],
    ['a folder', { diffId: '' }],
    ['what has a member that an entry lacks', { lazy: {} } as Partial<LayerContent>],
  ])('is not kept with %s', (_, part) => {
    const folder = newFolder();
    const cache = layerCache(folder, roomy);
    const content = { ...sampleContent(1, 10), ...part };
    cache.write(content, 'wants');
    expect(cache.read(content.diffId, 'wants')).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps a problem that loses nothing', () => {
    const cache = layerCache(newFolder(), roomy);
    const content = {
      ...sampleContent(1, 10),
      problems: [{ code: 'path-escape', path: 'x', detail: '../x' }] as const,
    };
    cache.write(content, 'wants');
    expect(cache.read(content.diffId, 'wants')?.problems).toEqual(content.problems);
  });
});

describe('a file that is not what was written', () => {
  const damages: readonly [string, (path: string) => void][] = [
    ['is empty', (path) => writeFileSync(path, '')],
    ['is cut off', (path) => writeFileSync(path, readFileSync(path).subarray(0, -1))],
    ['is longer', (path) => writeFileSync(path, 'x', { flag: 'a' })],
    [
      'has a flipped bit',
      (path) =>
        writeFileSync(
          path,
          readFileSync(path).map((byte, at) => (at === 99 ? byte ^ 4 : byte)),
        ),
    ],
    ['is another entry', (path) => writeFileSync(path, readFileSync(other()))],
  ];
  const other = (): string => {
    const folder = newFolder();
    layerCache(folder, roomy).write(sampleContent(2, 100), 'wants');
    return entriesIn(folder)[0] ?? '';
  };

  it.each(damages)('%s: a miss, and it is removed', (_, damage) => {
    const folder = newFolder();
    const cache = layerCache(folder, roomy);
    const content = sampleContent(1, 100);
    cache.write(content, 'wants');
    const [path = ''] = entriesIn(folder);
    damage(path);
    expect(cache.read(content.diffId, 'wants')).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  it('is a folder: a miss, and it stays', () => {
    const folder = newFolder();
    const cache = layerCache(folder, roomy);
    const content = sampleContent(1, 100);
    cache.write(content, 'wants');
    const [path = ''] = entriesIn(folder);
    rmSync(path);
    mkdirSync(path);
    expect(cache.read(content.diffId, 'wants')).toBeUndefined();
    cache.write(content, 'wants');
    expect(cache.status().entries).toBe(0);
  });
});

describe('the bound', () => {
  it('holds after each write, and what was used last stays', () => {
    const folder = newFolder();
    const cache = layerCache(folder, { maxBytes: 100_000 });
    for (let number = 0; number < 50; number++) {
      cache.write(sampleContent(number, 5000), 'wants');
      // Times are told apart by more than the file system's step.
      age(
        entriesIn(folder).filter((path) => statSync(path).mtimeMs > Date.now() - 30_000),
        60 - number,
      );
      // The first is in use all along.
      expect(cache.read(sampleContent(0, 5000).diffId, 'wants')).toBeDefined();
      expect(cache.status().bytes).toBeLessThanOrEqual(100_000);
    }
    const kept = Array.from({ length: 50 }, (_, number) => number).filter(
      (number) => cache.read(sampleContent(number, 5000).diffId, 'wants') !== undefined,
    );
    expect(kept.length).toBeGreaterThan(10);
    expect(kept).toEqual([0, ...Array.from({ length: kept.length - 1 }, (_, at) => 51 - kept.length + at)]);
  });

  it('keeps nothing larger than itself, and nothing at all where it is 0', () => {
    const [small, none] = [layerCache(newFolder(), { maxBytes: 1000 }), layerCache(newFolder(), { maxBytes: 0 })];
    for (const cache of [small, none]) {
      cache.write(sampleContent(1, 5000), 'wants');
      expect(cache.status().entries).toBe(0);
    }
    small.write(sampleContent(1, 100), 'wants');
    expect(small.status().entries).toBe(1);
  });

  it('holds also where the count of what was written is lost or nonsense', () => {
    const folder = newFolder();
    const cache = layerCache(folder, { maxBytes: 20_000 });
    for (const [number, usage] of [undefined, '', 'x', '=1\n+x\n', `=0\n${'+0\n'.repeat(1 << 15)}`].entries()) {
      for (let more = 0; more < 4; more++) cache.write(sampleContent(number * 10 + more, 6000), 'wants');
      if (usage === undefined) rmSync(join(folder, 'usage'));
      else writeFileSync(join(folder, 'usage'), usage);
      cache.write(sampleContent(number * 10 + 9, 6000), 'wants');
      expect(cache.status().bytes).toBeLessThanOrEqual(20_000);
    }
  });

  it('does not look at all files at each write', () => {
    const folder = newFolder();
    const cache = layerCache(folder, roomy);
    cache.write(sampleContent(0, 100), 'wants');
    const leftover = join(dirname(entriesIn(folder)[0] ?? ''), 'x.layer.1-0123456789ab.tmp');
    writeFileSync(leftover, '');
    age([leftover], 600);
    for (let number = 1; number < 100; number++) cache.write(sampleContent(number, 100), 'wants');
    expect(existsSync(leftover)).toBe(true);
    cache.prune();
    expect(existsSync(leftover)).toBe(false);
  });
});

describe('prune and status', () => {
  it('remove the longest unused, or what was not used since a time', () => {
    const folder = newFolder();
    const cache = layerCache(folder, roomy);
    for (let number = 0; number < 10; number++) {
      cache.write(sampleContent(number, 1000), 'wants');
      age(
        entriesIn(folder).filter((path) => statSync(path).mtimeMs > Date.now() - 30_000),
        100 - number,
      );
    }
    const whole = cache.status();
    expect(whole).toMatchObject({ entries: 10, maxBytes: 1 << 30 });
    expect((whole.newest?.getTime() ?? 0) - (whole.oldest?.getTime() ?? 0)).toBeCloseTo(9 * 60_000, -3);
    expect(cache.prune({ usedBefore: new Date(Date.now() - 97.5 * 60_000) })).toMatchObject({ removed: 3, kept: 7 });
    const { bytes } = cache.status();
    expect(cache.prune({ maxBytes: bytes - 1 })).toMatchObject({ removed: 1, kept: 6 });
    expect(cache.read(sampleContent(3, 1000).diffId, 'wants')).toBeUndefined();
    expect(cache.read(sampleContent(4, 1000).diffId, 'wants')).toBeDefined();
    expect(cache.prune({ maxBytes: 0 })).toMatchObject({ removed: 6, kept: 0 });
    expect(cache.status()).toEqual({ entries: 0, bytes: 0, maxBytes: 1 << 30 });
  });

  it('leave a file alone that is being written, and say nothing of a folder that is not there', () => {
    const folder = newFolder();
    const cache = layerCache(folder, roomy);
    expect([cache.prune(), cache.status().entries]).toEqual([{ removed: 0, freed: 0, kept: 0 }, 0]);
    cache.write(sampleContent(0, 100), 'wants');
    const fresh = join(dirname(entriesIn(folder)[0] ?? ''), 'x.layer.1-0123456789ab.tmp');
    writeFileSync(fresh, '');
    cache.prune({ maxBytes: 0 });
    expect(existsSync(fresh)).toBe(true);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { layerCache } from './layer-cache.ts';
import { isSample, sampleContent } from './testdata/sample-content.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-layers-'));
const disk = join(root, 'disk');
mkdirSync(disk);
const mount = (...args: string[]): boolean => spawnSync('mount', [...args, 'none', disk]).status === 0;
const isMounted = mount('-t', 'tmpfs', '-o', 'size=256k');
afterAll(() => {
  if (isMounted) spawnSync('umount', [disk]);
  rmSync(root, { recursive: true });
});

const bound = { maxBytes: 1 << 30 };
const why = isMounted ? '' : ': SKIPPED, nothing can be mounted here';

function temporaries(): string[] {
  return readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));
}

describe.skipIf(!isMounted)(`a disk of its own${why}`, () => {
  const folder = join(disk, 'layers');
  const known = (number: number): boolean => {
    const content = layerCache(folder, bound).read(sampleContent(number, 30_000).diffId, 'wants');
    return content !== undefined && isSample(content, number, 30_000);
  };

  it('that is full: what does not fit is not kept, what was there stays', () => {
    for (let number = 0; number < 20; number++) layerCache(folder, bound).write(sampleContent(number, 30_000), 'wants');
    const kept = Array.from({ length: 20 }, (_, number) => known(number));
    expect(kept.indexOf(false)).toBeGreaterThan(2);
    expect(kept.lastIndexOf(true)).toBe(kept.indexOf(false) - 1);
    expect(temporaries()).toEqual([]);
    expect(layerCache(folder, bound).prune({ maxBytes: 0 }).kept).toBe(0);
    layerCache(folder, bound).write(sampleContent(1, 30_000), 'wants');
    expect(known(1)).toBe(true);
  });

  it('that is read-only: known layers are read, nothing is written, marked or removed', () => {
    const cache = layerCache(folder, bound);
    cache.write(sampleContent(2, 30_000), 'wants');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const broken = names.find((name) => name.endsWith('.layer')) ?? '';
    writeFileSync(join(folder, broken), 'x');
    expect(mount('-o', 'remount,ro')).toBe(true);
    try {
      expect([1, 2].filter(known).length).toBe(1);
      cache.write(sampleContent(3, 30_000), 'wants');
      expect(known(3)).toBe(false);
      expect(cache.prune({ maxBytes: 0 })).toEqual({ removed: 0, freed: 0, kept: 2 });
    } finally {
      mount('-o', 'remount,rw');
    }
  });
});

describe('a folder that can’t be', () => {
  it('below a file: all is a miss', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const cache = layerCache(join(file, 'layers'), bound);
    cache.write(sampleContent(1, 10), 'wants');
    expect(cache.read(sampleContent(1, 10).diffId, 'wants')).toBeUndefined();
    expect(cache.status().entries).toBe(0);
    expect(cache.prune()).toEqual({ removed: 0, freed: 0, kept: 0 });
  });
});

import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LayerCache, layerCache } from './layer-cache.ts';
import { sampleContent } from './testdata/sample-content.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-shared-'));
chmodSync(root, 0o755);
afterAll(() => rmSync(root, { recursive: true }));

function folderWith(mode: number, name = mode.toString(8)): string {
  const folder = join(root, name);
  mkdirSync(folder);
  chmodSync(folder, mode);
  return folder;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const open = (folder: string, maxBytes = 1 << 20): LayerCache => layerCache(folder, { maxBytes });

describe('a folder', () => {
  it('that is missing is made for this user alone', () => {
    const cache = open(join(root, 'missing', 'too', 'layers'));
    cache.write(sampleContent(1, 10), 'wants');
    expect([join(root, 'missing'), join(root, 'missing', 'too'), cache.folder].map(modeOf)).toEqual([
      '700',
      '700',
      '700',
    ]);
  });

  it.each([
    [0o700, '700', '600'],
    [0o755, '755', '644'],
    [0o2770, '2770', '660'],
    [0o1777, '775', '664'],
  ])('of mode %o has folders and files as open as itself, but none that all may write to', (mode, folders, files) => {
    const cache = open(join(folderWith(mode), 'layers'));
    cache.write(sampleContent(1, 10), 'wants');
    const [entry] = cache.entries();
    if (entry === undefined) throw new Error('nothing was kept');
    const made = [cache.folder, dirname(entry.path), entry.path, join(cache.folder, 'usage')];
    expect(made.map(modeOf)).toEqual([folders, folders, files, files]);
  });
});

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** Does something as another user. */
function asOther<T>(work: () => T): T {
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

describe.skipIf(!isRoot)(`a folder of a group${isRoot ? '' : ': SKIPPED, only root can be two'}`, () => {
  const base = folderWith(0o2770, 'group');
  chownSync(base, 0, nobody);
  const folder = join(base, 'layers');
  const read = (number: number): boolean => open(folder).read(sampleContent(number, 100).diffId, 'wants') !== undefined;

  it('both read, write, mark and prune', () => {
    open(folder).write(sampleContent(1, 100), 'wants');
    const [entry] = open(folder).entries();
    const path = entry?.path ?? '';
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(path, old, old);
    expect(asOther(() => read(1))).toBe(true);
    expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    expect(statSync(path).uid).toBe(nobody);
    for (const number of [2, 3, 4]) asOther(() => open(folder).write(sampleContent(number, 100), 'wants'));
    for (const number of [5, 6]) open(folder).write(sampleContent(number, 100), 'wants');
    for (const number of [2, 3, 4, 5, 6]) expect([read(number), asOther(() => read(number))]).toEqual([true, true]);
    expect(asOther(() => open(folder).prune({ maxBytes: 0 }))).toMatchObject({ removed: 6, kept: 0 });
  });

  it.each([
    ['of another user', 0o755, nobody, nobody],
    ['that all may write to', 0o777, 0, 0],
  ])('one %s is neither believed nor written to', (name, mode, user, group) => {
    const own = folderWith(0o755, name);
    open(own).write(sampleContent(1, 100), 'wants');
    chownSync(own, user, group);
    chmodSync(own, mode);
    const { diffId } = sampleContent(1, 100);
    expect([open(own).read(diffId, 'wants'), open(own).fileOf(diffId, 'wants')]).toEqual([undefined, undefined]);
    open(own).write(sampleContent(2, 100), 'wants');
    expect(open(own).entries().length).toBe(1);
  });

  it('a link in the place of the count is not followed', () => {
    const own = folderWith(0o755, 'linked');
    const target = join(root, 'target');
    writeFileSync(target, 'mine');
    symlinkSync(target, join(own, 'usage'));
    open(own).write(sampleContent(1, 100), 'wants');
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('one that only reads a folder of another’s uses what is there', () => {
    const own = folderWith(0o755, 'own');
    open(own).write(sampleContent(1, 100), 'wants');
    const [entry] = open(own).entries();
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(entry?.path ?? '', old, old);
    asOther(() => {
      const cache = open(own);
      expect(cache.read(sampleContent(1, 100).diffId, 'wants')).toBeDefined();
      cache.write(sampleContent(2, 100), 'wants');
      expect(cache.prune({ maxBytes: 0 })).toEqual({ removed: 0, freed: 0, kept: 1 });
    });
    expect(open(own).status().entries).toBe(1);
  });
});

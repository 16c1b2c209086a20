import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOciLayout } from '../../test/images/oci-image.ts';
import { scan } from '../scan/scan.ts';
import { play } from './testdata/play.ts';

let folder = '';
let env: Readonly<Record<string, string>> = {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-cache-'));
  env = { SEAWORTHY_CACHE_DIR: folder };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An entry of a cache that was used so many days ago. */
function entry(path: string, bytes: number, daysAgo: number): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), Buffer.alloc(bytes));
  const used = new Date(Date.now() - daysAgo * 86_400_000);
  utimesSync(join(folder, path), used, used);
}

const inventories = (): string[] => readdirSync(join(folder, 'inventories')).toSorted();

describe('cache status', () => {
  it('tells of empty caches', async () => {
    const { code, stdout, stderr } = await play('cache status', { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replaceAll(folder, 'DIR')).toBe(
      'layers       0 entries, 0 KiB of at most 2 GiB\n             DIR/layers\n' +
        'inventories  0 entries of at most 500, 0 KiB\n             DIR/inventories\n',
    );
  });

  it('tells how much there is and when it was used', async () => {
    entry('inventories/a.json', 1_500_000, 0);
    utimesSync(join(folder, 'inventories/a.json'), new Date('2026-01-02'), new Date('2026-01-02'));
    entry('inventories/b.json', 500, 0);
    utimesSync(join(folder, 'inventories/b.json'), new Date('2026-03-04'), new Date('2026-03-04'));
    const { stdout } = await play('cache status', { env: { ...env, SEAWORTHY_CACHE_SIZE: '500M' } });
    expect(stdout).toContain('of at most 500 MiB\n');
    expect(stdout).toContain('2 entries of at most 500, 1.4 MiB; used between 2026-01-02 and 2026-03-04\n');
    const { stdout: text } = await play('cache status --format json', { env });
    expect(JSON.parse(text)).toMatchObject({
      layers: { entries: 0, bytes: 0, folder: join(folder, 'layers'), maxBytes: 2 * 1024 ** 3 },
      inventories: { entries: 2, bytes: 1_500_500, newest: '2026-03-04T00:00:00.000Z', maxEntries: 500 },
    });
  });

  it('counts what a scan left', async () => {
    writeOciLayout(join(folder, 'image'), { layers: [{ entries: [{ name: 'a', body: 'b' }] }] });
    await scan(join(folder, 'image'), { offline: true, databasePath: join(folder, 'no.db'), cacheFolder: folder });
    const { stdout } = await play('cache status', { env });
    expect(stdout).toMatch(/^layers {7}1 entry, /);
    expect(stdout).toMatch(/^inventories {2}1 entry of /m);
    expect((await play('cache prune --all', { env })).stdout).toMatch(/^removed 2 entries, .*; 0 entries are left\n$/);
    expect((await play('cache status', { env })).stdout).toMatch(/^layers {7}0 entries, /);
  });

  it('looks beside the database that is named', async () => {
    const { stdout } = await play(`cache status --db ${folder}/own/a.db`);
    expect(stdout).toContain(`${folder}/own/layers\n`);
  });
});

describe('cache prune', () => {
  beforeEach(() => {
    entry('inventories/old.json', 4_000_000, 40);
    entry('inventories/new.json', 3_000_000, 3);
  });

  it.each<[string, string, string[]]>([
    ['', 'removed 0 entries, 0 KiB; 2 entries are left\n', ['new.json', 'old.json']],
    [' --older-than 30d', 'removed 1 entry, 3.8 MiB; 1 entry is left\n', ['new.json']],
    [' --older-than 2.5', 'removed 2 entries, 6.7 MiB; 0 entries are left\n', []],
    [' --older-than 41d', 'removed 0 entries, 0 KiB; 2 entries are left\n', ['new.json', 'old.json']],
    [' --max-size 3M', 'removed 1 entry, 3.8 MiB; 1 entry is left\n', ['new.json']],
    [' --max-size 1k', 'removed 2 entries, 6.7 MiB; 0 entries are left\n', []],
    [' --max-size 1G', 'removed 0 entries, 0 KiB; 2 entries are left\n', ['new.json', 'old.json']],
    [' --all', 'removed 2 entries, 6.7 MiB; 0 entries are left\n', []],
    [' --all -q', '', []],
  ])('cache prune%s', async (flags, stdout, left) => {
    expect(await play(`cache prune${flags}`, { env })).toMatchObject({ code: 0, stdout, stderr: '' });
    expect(inventories()).toEqual(left);
  });

  it.each(['--older-than -1d', '--older-than 3w', '--older-than=', '--max-size 10X', '--max-size -1', '--max-size='])(
    'removes nothing for %s',
    async (flags) => {
      const { code, stderr } = await play(`cache prune ${flags}`, { env });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^seaworthy: .*\n {2}see `seaworthy cache prune --help`\n$/);
      expect(inventories()).toEqual(['new.json', 'old.json']);
    },
  );
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Advisory } from '../advisory/advisory.ts';
import { type Database, openDatabase, updateDatabase } from './database.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';

const DEBIAN = 'https://deb.example/json';
const MAIN = 'https://alp.example/v3.20/main.json';
const sources = [
  fakeSource('debian', [{ url: DEBIAN, ecosystems: ['Debian'] }]),
  fakeSource('alpine', [{ url: MAIN, ecosystems: ['Alpine:v3.20'] }]),
];
const apk = { ecosystem: 'Alpine:v3.20', package: 'busybox' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'search-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(url: string, content: readonly Advisory[]): void {
  const file = join(folder, 'mirror', url.slice('https://'.length));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, feedText(content));
}

async function update(only?: readonly string[]): Promise<void> {
  const path = join(folder, 'advisories.db');
  await updateDatabase({ path, sources, only, mirror: join(folder, 'mirror'), tool: 'test', env: {} });
}

function read<T>(use: (database: Database) => T): T {
  const database = openDatabase(join(folder, 'advisories.db'));
  try {
    return use(database);
  } finally {
    database.close();
  }
}

describe('a search', () => {
  it('finds advisories by identifier and alias, and packages by name', async () => {
    put(DEBIAN, [
      advisory('CVE-2026-1', {}, { aliases: ['GHSA-abcd-efgh-ijkl'], covers: ['CVE-2026-7'] }),
      advisory('CVE-2026-1', { package: 'zsh' }),
      advisory('CVE-2026-2', { package: 'busybox' }),
    ]);
    put(MAIN, [advisory('CVE-2026-1', apk)]);
    await update();
    read((database) => {
      const found = (text: string): unknown =>
        database
          .search(text)
          .hits.map((hit) => [hit.advisory.source.name, hit.advisory.id, hit.entries.map((entry) => entry.package)]);
      const debianHit = ['debian', 'CVE-2026-1', ['bash', 'zsh']];
      expect(found('CVE-2026-1')).toEqual([debianHit, ['alpine', 'CVE-2026-1', ['busybox']]]);
      expect(found(' cve-2026-1 ')).toEqual(found('CVE-2026-1'));
      expect(found('ghsa-ABCD-efgh-ijkl')).toEqual([debianHit]);
      expect(found('CVE-2026-7')).toEqual([debianHit]);
      expect(found('busybox')).toEqual([
        ['debian', 'CVE-2026-2', ['busybox']],
        ['alpine', 'CVE-2026-1', ['busybox']],
      ]);
      expect(found('BusyBox')).toEqual(found('busybox'));
      expect(found('')).toEqual([]);
      expect(database.search('nothing')).toEqual({ hits: [], facts: [], truncated: false });
    });
  });

  it('says when there is more', async () => {
    put(
      DEBIAN,
      Array.from({ length: 2100 }, (_, index) => advisory(`CVE-${index}`, {}, { aliases: ['ALL'] })),
    );
    await update(['debian']);
    read((database) => {
      for (const text of ['bash', 'ALL']) {
        const { hits, truncated } = database.search(text);
        expect([hits.length, truncated]).toEqual([2000, true]);
      }
    });
  });
});

// The real sources and real feeds, over HTTP, from the snapshots beside the repository where there are some.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { databaseStatus, openDatabase, updateDatabase } from './database.ts';
import type { UpdateResult } from './progress.ts';
import { type FeedServer, startServer, staticFile } from './testdata/feed-server.ts';

const snapshots = join(import.meta.dirname, '../../../shared/feeds');
const FILES = [
  'security-tracker.debian.org/tracker/data/json',
  'secdb.alpinelinux.org/v3.20/main.json',
  'secdb.alpinelinux.org/v3.20/community.json',
  'osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip',
  'epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
];

describe.skipIf(!existsSync(snapshots))('real feeds (skipped: no snapshots in ../shared/feeds)', () => {
  let server: FeedServer;
  let folder: string;
  let sources: AdvisorySource[];
  beforeAll(async () => {
    const [{ debian }, { alpine }, { osv }, { epss }, { kev }] = await Promise.all([
      import('../advisory/source/debian/debian.ts'),
      import('../advisory/source/alpine/alpine.ts'),
      import('../advisory/source/osv/osv.ts'),
      import('../advisory/source/epss/epss.ts'),
      import('../advisory/source/kev/kev.ts'),
    ]);
    sources = [debian, alpine, osv, epss, kev];
    folder = mkdtempSync(join(tmpdir(), 'feeds-'));
    server = await startServer();
    for (const file of FILES) {
      const content = readFileSync(join(snapshots, file));
      server.handlers.set(
        `/mirror/${file}`,
        staticFile(
          () => content,
          () => `"${content.length}"`,
        ),
      );
    }
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.close();
  });

  const update = async (mirror = `${server.url}/mirror/`): Promise<UpdateResult> =>
    await updateDatabase({
      path: join(folder, 'advisories.db'),
      sources,
      only: ['Debian:11', 'Alpine:v3.20', 'AlmaLinux:9', 'epss', 'kev'],
      mirror,
      tool: 'seaworthy/test',
      env: {},
      retry: { attempts: 1 },
    });

  it('are fetched and compiled once', async () => {
    const first = await update();
    const brought = first.feeds.filter((feed) => feed.kind === 'updated').map((feed) => feed.url);
    expect(brought.map((url) => url.slice('https://'.length)).toSorted()).toEqual(FILES.toSorted());
    const asked = server.requests.length;
    const second = await update();
    const again = new Map(second.feeds.map((feed) => [feed.url, feed.kind]));
    expect(brought.map((url) => again.get(url))).toEqual(FILES.map(() => 'unchanged'));
    const conditions = server.requests.slice(asked).map((request) => request.headers['if-none-match']);
    expect(conditions.filter((condition) => condition !== undefined)).toHaveLength(FILES.length);
  });

  it('answer for their packages', () => {
    const path = join(folder, 'advisories.db');
    const database = openDatabase(path);
    for (const [ecosystem, name, appliesTo] of [
      ['Debian:11', 'openssl', 'source'],
      ['Alpine:v3.20', 'busybox', 'source'],
      ['AlmaLinux:9', 'openssl', 'binary'],
    ] as const) {
      const entries = database.lookup(ecosystem, name, appliesTo);
      expect([ecosystem, entries.length > 0]).toEqual([ecosystem, true]);
      for (const entry of entries) expect(database.details(entry.id, entry.feed)?.source).toEqual(entry.source);
      expect(database.ecosystem(ecosystem).sources.length).toBeGreaterThan(0);
    }
    database.close();
    for (const { report } of databaseStatus(path).feeds) {
      const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
      expect(report.read).toBe(report.kept + skipped);
    }
  });

  it('answer for flaws', () => {
    const database = openDatabase(join(folder, 'advisories.db'));
    expect(database.facts('exploited', 'CVE-2021-44228')).toMatchObject([
      { name: 'Apache Log4j2 Remote Code Execution Vulnerability', added: '2021-12-10', ransomware: true },
    ]);
    expect(database.facts('prediction', 'CVE-2021-44228')).toMatchObject([
      { score: 0.999_99, percentile: 1, date: '2026-08-21', source: { name: 'epss' } },
    ]);
    expect(database.facts('prediction', 'CVE-2021-4422')).toEqual([]);
    expect(database.facts('flaw', 'CVE-2021-44228')).toEqual([]);
    const counts = database.info.feeds.flatMap(({ facts }) => (facts === undefined ? [] : [facts]));
    expect(counts).toEqual([{ prediction: 1556 }, { exploited: 1404 }]);
    database.close();
  });

  it('are told from those that cannot be reached, and stay', async () => {
    const { digest } = databaseStatus(join(folder, 'advisories.db'));
    const result = await update('http://127.0.0.1:1/');
    expect(new Set(result.feeds.map((feed) => (feed.kind === 'failed' ? feed.error.code : feed.kind)))).toEqual(
      new Set(['offline']),
    );
    expect(result.digest).toBe(digest);
  });
});

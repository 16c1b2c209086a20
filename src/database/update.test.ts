import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Advisory, AdvisorySource } from '../advisory/advisory.ts';
import { type Database, databaseStatus, openDatabase, updateDatabase } from './database.ts';
import type { UpdateOptions, UpdateResult } from './progress.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';

const DEBIAN = 'https://deb.example/json';
const MAIN = 'https://alp.example/v3.20/main.json';
const COMMUNITY = 'https://alp.example/v3.20/community.json';

const debian = fakeSource('debian', [{ url: DEBIAN, ecosystems: ['Debian'] }]);
const alpine = fakeSource('alpine', [
  { url: MAIN, ecosystems: ['Alpine:v3.20'] },
  { url: COMMUNITY, ecosystems: ['Alpine:v3.20'], optional: true },
]);

let folder: string;
let path: string;
let time: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'update-'));
  path = join(folder, 'home', 'advisories.db');
  time = Date.parse('2026-01-01T00:00:00Z');
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(url: string, content: readonly Advisory[] | string): void {
  const file = join(folder, 'mirror', url.slice('https://'.length));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : feedText(content));
}

function take(url: string): void {
  rmSync(join(folder, 'mirror', url.slice('https://'.length)));
}

async function update(more: Partial<UpdateOptions> = {}): Promise<UpdateResult> {
  mkdirSync(join(folder, 'mirror'), { recursive: true });
  const clock = {
    now: () => time,
    sleep: async (ms: number) => await new Promise<void>((done) => setTimeout(done, ms)),
  };
  return await updateDatabase({
    path,
    sources: [debian, alpine],
    mirror: join(folder, 'mirror'),
    tool: 'seaworthy/test',
    env: {},
    clock,
    ...more,
  });
}

function kinds(result: UpdateResult): string[] {
  return result.feeds.map((feed) => (feed.kind === 'failed' ? `failed ${feed.error.code}` : feed.kind));
}

function read<T>(use: (database: Database) => T): T {
  const database = openDatabase(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

const ids = (ecosystem: string, name: string): string[] =>
  read((database) => database.lookup(ecosystem, name, 'source').map((entry) => entry.id));

const apk = { ecosystem: 'Alpine:v3.20', package: 'busybox' };

describe('an update', () => {
  it('makes a database that answers', async () => {
    put(DEBIAN, [
      advisory(
        'CVE-1',
        { fixed: '5.2' },
        { aliases: ['DSA-1'], summary: 'A flaw', references: [{ type: 'web', url: 'u' }] },
      ),
      advisory('CVE-1', { ecosystem: 'Debian:11', package: 'zsh', fixed: '3' }),
    ]);
    put(MAIN, [advisory('CVE-2', apk)]);
    const result = await update();
    expect(kinds(result)).toEqual(['updated', 'updated', 'absent']);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    read((database) => {
      const [entry, ...more] = database.lookup('Debian:12', 'bash', 'source');
      expect(more).toEqual([]);
      expect(entry).toMatchObject({
        id: 'CVE-1',
        aliases: ['DSA-1'],
        ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '5.2' }] }],
        source: { name: 'debian', url: DEBIAN, fetchedAt: '2026-01-01T00:00:00.000Z' },
      });
      expect(entry?.source.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(database.details('CVE-1', entry?.feed ?? 0)).toMatchObject({
        summary: 'A flaw',
        references: [{ type: 'web', url: 'u' }],
      });
      expect(database.search('CVE-1').hits[0]?.advisory).toMatchObject({
        summary: 'A flaw',
        packages: [
          { ecosystem: 'Debian:12', name: 'bash', appliesTo: 'source' },
          { ecosystem: 'Debian:11', name: 'zsh', appliesTo: 'source' },
        ],
      });
      expect(database.details('CVE-9', entry?.feed ?? 0)).toBeUndefined();
      expect(database.lookup('Debian:12', 'bash', 'binary')).toEqual([]);
    });
  });

  it('tells an ecosystem with nothing to say from one never loaded', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    put(MAIN, []);
    await update();
    read((database) => {
      expect(database.ecosystem('Alpine:v3.20').sources).toMatchObject([
        { name: 'alpine', url: MAIN, lists: 'disclosures', advisories: 0 },
      ]);
      expect(database.ecosystem('Debian:12').sources).toMatchObject([{ name: 'debian', advisories: 1 }]);
      expect(database.ecosystem('Debian:99').sources).toEqual([]);
      expect(database.ecosystem('npm')).toEqual({ ecosystem: 'npm', sources: [], missing: [] });
    });
  });

  it('replaces what changed and leaves the rest', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    put(MAIN, [advisory('CVE-2', apk)]);
    await update();
    put(MAIN, [advisory('CVE-3', apk)]);
    time += 1000;
    expect(kinds(await update())).toEqual(['unchanged', 'updated', 'absent']);
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-3']);
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
    const [first, second] = databaseStatus(path).feeds;
    expect(first).toMatchObject({ fetchedAt: '2026-01-01T00:00:00.000Z', checkedAt: '2026-01-01T00:00:01.000Z' });
    expect(second).toMatchObject({ url: MAIN, fetchedAt: '2026-01-01T00:00:01.000Z', report: { read: 1, kept: 1 } });
    read((database) => expect(database.search('CVE-2').hits).toEqual([]));
  });

  it('touches only what it was asked for', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    put(MAIN, [advisory('CVE-2', apk)]);
    expect(kinds(await update({ only: ['Debian:12'] }))).toEqual(['updated']);
    expect(read((database) => database.ecosystem('Alpine:v3.20').sources)).toEqual([]);
    const second = await update({ only: ['alpine', 'Haiku'] });
    expect([kinds(second), second.unserved]).toEqual([['updated', 'absent'], [{ word: 'Haiku' }]]);
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-2']);
  });

  it('does not parse the same bytes twice, unless another version of the program did it', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    let parsed = 0;
    const counting: AdvisorySource = { ...debian, parse: (...all) => (parsed++, debian.parse(...all)) };
    await update({ sources: [counting] });
    put(DEBIAN, [advisory('CVE-1', {})]);
    expect(kinds(await update({ sources: [counting] }))).toEqual(['unchanged']);
    expect(parsed).toBe(1);
    expect(kinds(await update({ sources: [counting], tool: 'seaworthy/next' }))).toEqual(['updated']);
    expect(parsed).toBe(2);
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
  });

  it.each([
    ['a web page', '<html>log in</html>'],
    ['half a document', '{"advisories":[{'],
    ['a document that its parser trips over', feedText([advisory('CVE-9', {})], { crash: true })],
    ['an empty document', feedText([])],
  ])('keeps what it had when %s comes', async (_what, content) => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    put(MAIN, [advisory('CVE-2', apk)]);
    await update();
    put(DEBIAN, content);
    put(MAIN, [advisory('CVE-3', apk)]);
    time += 1000;
    expect(kinds(await update())).toEqual(['failed bad-feed', 'updated', 'absent']);
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-3']);
    const status = databaseStatus(path);
    expect(status.missing).toEqual([]);
    expect(status.feeds.find((feed) => feed.url === DEBIAN)).toMatchObject({
      checkedAt: '2026-01-01T00:00:00.000Z',
      failure: { code: 'bad-feed', at: '2026-01-01T00:00:01.000Z' },
    });
    put(DEBIAN, [advisory('CVE-4', {})]);
    await update();
    expect(databaseStatus(path).feeds.find((feed) => feed.url === DEBIAN)?.failure).toBeUndefined();
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-4']);
  });

  it('says which feed of an ecosystem was never had', async () => {
    put(MAIN, [advisory('CVE-2', apk)]);
    put(COMMUNITY, '<html>');
    expect(kinds(await update({ only: ['alpine'] }))).toEqual(['updated', 'failed bad-feed']);
    read((database) => {
      const { sources, missing } = database.ecosystem('Alpine:v3.20');
      expect(sources).toHaveLength(1);
      expect(missing).toMatchObject([{ source: 'alpine', url: COMMUNITY, code: 'bad-feed' }]);
      expect(database.ecosystem('Debian:12').missing).toEqual([]);
    });
    put(COMMUNITY, [advisory('CVE-3', apk)]);
    await update({ only: ['alpine'] });
    expect(read((database) => database.ecosystem('Alpine:v3.20').missing)).toEqual([]);
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-2', 'CVE-3']);
  });

  it('takes a file that goes while it is read for that feed’s failure alone', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    put(MAIN, [advisory('CVE-2', apk)]);
    const taking: AdvisorySource = {
      ...debian,
      parse(...all) {
        take(MAIN);
        return debian.parse(...all);
      },
    };
    expect(kinds(await update({ sources: [taking, alpine] }))).toEqual(['updated', 'failed fetch-failed', 'absent']);
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
  });

  it('makes nothing of nothing', async () => {
    await expect(update({ only: ['debian'] })).rejects.toMatchObject({ code: 'not-found' });
    put(DEBIAN, '<html>');
    await expect(update({ only: ['debian'] })).rejects.toMatchObject({ code: 'bad-feed' });
    await expect(update({ only: ['Haiku'] })).rejects.toMatchObject({ code: 'nothing-selected' });
    expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: 'no-database' }));
    expect(readdirSync(dirname(path))).toEqual(['advisories.db.lock']);
  });

  it('writes nothing when nothing came', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    const { digest } = await update({ only: ['debian'] });
    const before = statSync(path).mtimeMs;
    take(DEBIAN);
    const result = await update({ only: ['debian'] });
    expect([kinds(result), result.digest]).toEqual([['failed not-found'], digest]);
    expect(statSync(path).mtimeMs).toBe(before);
  });

  it('drops what its sources offer no more, when it is to bring all', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    put(MAIN, [advisory('CVE-2', apk)]);
    await update();
    await update({ sources: [debian, { ...alpine, feeds: () => [] }], only: ['debian'] });
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-2']);
    await update({ sources: [debian] });
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-2']);
    await update({ sources: [debian, { ...alpine, feeds: () => [] }] });
    expect(read((database) => database.ecosystem('Alpine:v3.20').sources)).toEqual([]);
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
  });

  it('does not ask of a mirror to have every publisher, but those asked for and those that it had', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    expect(kinds(await update())).toEqual(['updated', 'absent', 'absent']);
    expect(databaseStatus(path).missing).toEqual([]);
    expect(kinds(await update({ only: ['debian', 'alpine'] }))).toEqual(['unchanged', 'failed not-found', 'absent']);
    put(MAIN, [advisory('CVE-2', apk)]);
    await update();
    take(MAIN);
    expect(kinds(await update())).toEqual(['unchanged', 'failed not-found', 'absent']);
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-2']);
  });

  it('says that a feed vanished, also one that need not be there', async () => {
    put(MAIN, [advisory('CVE-2', apk)]);
    put(COMMUNITY, [advisory('CVE-3', apk)]);
    await update({ only: ['alpine'] });
    take(COMMUNITY);
    expect(kinds(await update({ only: ['alpine'] }))).toEqual(['unchanged', 'failed not-found']);
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-2', 'CVE-3']);
  });

  it('builds anew upon a damaged or foreign file, and says so', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'not a database');
    const result = await update({ only: ['debian'] });
    expect(result.discarded).toMatchObject({ code: 'corrupt' });
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
    expect((await update({ only: ['debian'] })).discarded).toBeUndefined();
  });

  it('removes what killed updates left, and nothing else', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.999-0123456789ab.tmp`, 'left');
    writeFileSync(`${path}.mine`, 'mine');
    await update({ only: ['debian'] });
    expect(readdirSync(dirname(path)).toSorted()).toEqual(
      ['', '.json', '.lock', '.mine'].map((end) => `advisories.db${end}`),
    );
  });

  it('can be called off, and leaves nothing then', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(update({ only: ['debian', 'alpine'], signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(dirname(path))).toEqual(['advisories.db.lock']);
  });

  it('keeps withdrawn records and those of other ecosystems out, and counts them', async () => {
    put(DEBIAN, [
      advisory('CVE-1', {}),
      advisory('CVE-2', {}, { withdrawn: '2026-01-01' }),
      advisory('CVE-3', { ecosystem: 'npm' }),
      advisory('CVE-4', { package: 'x'.repeat(5000) }),
    ]);
    await update({ only: ['debian'] });
    expect(databaseStatus(path).feeds[0]?.report).toEqual({
      read: 4,
      kept: 1,
      skipped: { withdrawn: 1, 'other-ecosystem': 1, malformed: 1 },
      malformed: [],
    });
    expect(read((database) => database.ecosystem('npm').sources)).toEqual([]);
    expect(ids('Debian:12', 'bash')).toEqual(['CVE-1']);
  });

  it('takes names as they come', async () => {
    const names = ['a\0b', '\ud800', '\udfff', '𐍈', "x'; DROP TABLE entry; --", 'é', '__proto__'];
    put(
      DEBIAN,
      names.map((name, index) => advisory(`CVE-${index}`, { package: name })),
    );
    await update({ only: ['debian'] });
    expect(ids('Debian:12', '__proto__')).toEqual(['CVE-6']);
    expect(ids('Debian:12', 'a\0b')).toEqual(['CVE-0']);
    expect(ids('Debian:12', "x'; DROP TABLE entry; --")).toEqual(['CVE-4']);
    expect(ids('Debian:12', '\ud800')).toEqual(['CVE-1', 'CVE-2']);
  });

  it('gives space back that is not needed any more', async () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      advisory(`CVE-${index}`, { package: `p${index}` }, { summary: 'x'.repeat(300) }),
    );
    put(DEBIAN, many);
    put(MAIN, [advisory('CVE-2', apk)]);
    await update();
    const { size } = statSync(path);
    put(DEBIAN, [advisory('CVE-1', {})]);
    await update();
    expect(statSync(path).size).toBeLessThan(size / 10);
    expect(ids('Alpine:v3.20', 'busybox')).toEqual(['CVE-2']);
    expect(databaseStatus(path).format).toBe(4);
  });

  it.skipIf(process.getuid?.() === 0)('says that it may not write (skipped for root, who may)', async () => {
    put(DEBIAN, [advisory('CVE-1', {})]);
    mkdirSync(dirname(path), { recursive: true });
    chmodSync(dirname(path), 0o500);
    await expect(update({ only: ['debian'] })).rejects.toMatchObject({ code: 'unwritable' });
    chmodSync(dirname(path), 0o700);
  });
});

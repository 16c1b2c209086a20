import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdvisorySource, Feed } from '../advisory/advisory.ts';
import { type Database, databaseStatus, openDatabase, updateDatabase } from './database.ts';
import type { UpdateOptions, UpdateResult } from './progress.ts';
import { advisory, fakeSource, feedText, prediction } from './testdata/fake-source.ts';

const HOST = 'https://amazon.example';
const INDEX: Feed = { url: `${HOST}/index`, ecosystems: ['Amazon Linux'], index: true };
const amazon = fakeSource('amazon', [INDEX]);

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
  path = join(folder, 'advisories.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(url: string, content: string): void {
  const file = join(folder, 'mirror', url.slice('https://'.length));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function take(url: string): void {
  rmSync(join(folder, 'mirror', url.slice('https://'.length)));
}

const feedAt = (name: string, more: Partial<Feed> = {}): Feed => {
  return { url: `${HOST}/${name}`, ecosystems: ['Amazon Linux'], ...more };
};
const putIndex = (feeds: readonly Feed[], at = INDEX.url): void => put(at, JSON.stringify({ advisories: [], feeds }));
const putFeed = (name: string, id: string, more: object = {}): void =>
  put(`${HOST}/${name}`, feedText([advisory(id, { ecosystem: 'Amazon Linux:2', package: 'bash' })], more));

async function update(more: Partial<UpdateOptions> = {}, source: AdvisorySource = amazon): Promise<UpdateResult> {
  const options = { path, sources: [source], mirror: join(folder, 'mirror'), tool: 'test', env: {} };
  return await updateDatabase({ ...options, ...more });
}

const told = ({ feeds }: UpdateResult): string[] =>
  feeds.map((feed) => {
    const name = feed.url.replace(new RegExp(`^${HOST}/(?![.])`), '');
    if (feed.kind === 'failed') return `${name} ${feed.error.code}: ${feed.error.message}`;
    return feed.kind === 'followed' ? `${name} names ${feed.feeds}` : `${name} ${feed.kind}`;
  });

function read<T>(use: (database: Database) => T): T {
  const database = openDatabase(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}
const loaded = (): string[] =>
  read((database) =>
    database
      .lookup('Amazon Linux:2', 'bash', 'source')
      .map(({ id }) => id)
      .toSorted(),
  );
const behind = (): string[] =>
  databaseStatus(path).feeds.map(({ url, failure }) => `${url.replace(`${HOST}/`, '')} ${failure?.message ?? 'fine'}`);

describe('an index', () => {
  it('leads to feeds and to further indexes, each read once', async () => {
    putIndex([feedAt('more', { index: true }), feedAt('a'), feedAt('a'), feedAt('index', { index: true })]);
    putIndex([feedAt('b'), feedAt('a'), feedAt('index', { index: true })], `${HOST}/more`);
    putFeed('a', 'ALAS-1');
    putFeed('b', 'ALAS-2');
    expect(told(await update())).toEqual(['index names 2', 'more names 1', 'a updated', 'b updated']);
    expect(loaded()).toEqual(['ALAS-1', 'ALAS-2']);
    // The index is asked again each time; of what it names only what has changed is read.
    putFeed('b', 'ALAS-3 is longer');
    expect(told(await update())).toEqual(['index names 2', 'more names 1', 'a unchanged', 'b updated']);
    expect(told(await update({ only: ['amazon linux'] }))).toEqual([
      'index names 2',
      'more names 1',
      'a unchanged',
      'b unchanged',
    ]);
  });

  it('that names a feed no more takes it away, in an update of everything', async () => {
    putIndex([feedAt('a'), feedAt('b')]);
    putFeed('a', 'ALAS-1');
    putFeed('b', 'ALAS-2');
    await update();
    putIndex([feedAt('b')]);
    await update({ only: ['Amazon Linux'] });
    expect(loaded()).toEqual(['ALAS-1', 'ALAS-2']);
    await update();
    expect(loaded()).toEqual(['ALAS-2']);
  });

  it.each<[string, () => void, string]>([
    ['is gone', () => take(INDEX.url), 'index not-found: the mirror does not have the feed'],
    ['is a web page', () => put(INDEX.url, '<html>'), 'index bad-feed: a web page came instead of the feed'],
    ['is cut off', () => put(INDEX.url, '{"advi'), 'index bad-feed: the feed ends too early'],
    ['makes its reader fail', () => put(INDEX.url, 'null'), 'index bad-feed: the feed made its parser fail'],
    [
      'names a million feeds',
      () => putIndex(Array.from({ length: 1_000_000 }, (_, index) => feedAt(`f${index}`))),
      'index too-large: the index names more feeds than there can be',
    ],
  ])('that %s leaves what it led to', async (_name, harm, expected) => {
    putIndex([feedAt('a')]);
    putFeed('a', 'ALAS-1');
    await update();
    harm();
    const other = fakeSource('epss', [{ url: 'https://epss.example/day', ecosystems: [], facts: ['prediction'] }], {
      role: 'facts',
    });
    put('https://epss.example/day', feedText([], { facts: [prediction('CVE-1', 0.5)] }));
    expect(told(await update({ sources: [amazon, other] }))).toEqual([expected, 'https://epss.example/day updated']);
    expect(loaded()).toEqual(['ALAS-1']);
    expect(behind()).toEqual([`a ${expected.split(': ')[1]}`, 'https://epss.example/day fine']);
    expect(databaseStatus(path).missing).toEqual([]);
    putIndex([feedAt('a')]);
    await update({ sources: [amazon, other] });
    expect(behind()).toEqual(['a fine', 'https://epss.example/day fine']);
  });

  it('that never came is missing, and so is a feed that it names', async () => {
    const debian = fakeSource('debian', [{ url: 'https://deb.example/json', ecosystems: ['Debian'] }]);
    put('https://deb.example/json', feedText([advisory('CVE-1', {})]));
    await update({ sources: [debian, amazon], only: ['debian', 'amazon'] });
    expect(databaseStatus(path).missing).toMatchObject([{ url: INDEX.url, code: 'not-found' }]);
    expect(read((database) => database.ecosystem('Amazon Linux:2').missing)).toHaveLength(1);
    putIndex([feedAt('a')]);
    await update({ sources: [debian, amazon] });
    expect(databaseStatus(path).missing).toMatchObject([{ url: `${HOST}/a`, code: 'not-found' }]);
  });

  it('leads nowhere without end', async () => {
    for (let index = 0; index < 10; index++) {
      putIndex([feedAt(`i${index + 1}`, { index: true })], index === 0 ? INDEX.url : `${HOST}/i${index}`);
    }
    putFeed('a', 'ALAS-1');
    const source = fakeSource('amazon', [INDEX, feedAt('a')]);
    expect(told(await update({}, source)).filter((line) => line.includes('without end'))).toEqual([
      'i4 bad-feed: indexes name one another without end',
    ]);
  });

  it.each([
    ['https://evil.example/feed', 'the index names a feed at another host'],
    ['http://amazon.example/feed', 'the index names an address of a kind that is not taken'],
    ['https://me:pw@amazon.example/feed', 'the index names an address of a kind that is not taken'],
    ['https://amazon.example/../../feed', 'the index names an address of a kind that is not taken'],
    ['file:///etc/passwd', 'the index names an address of a kind that is not taken'],
    ['/etc/passwd', 'the index names something that is no address'],
  ])('does not lead to %s', async (url, message) => {
    putIndex([{ url, ecosystems: ['Amazon Linux'] }, feedAt('a')]);
    putFeed('a', 'ALAS-1');
    expect(told(await update())).toEqual(['index names 1', `${url} bad-feed: ${message}`, 'a updated']);
  });

  it('leads to the hosts of other feeds of its source', async () => {
    const elsewhere: Feed = { url: 'https://cdn.example/x', ecosystems: ['Amazon Linux'], optional: true };
    putIndex([{ url: 'https://cdn.example/a', ecosystems: ['Amazon Linux'] }]);
    put('https://cdn.example/a', feedText([advisory('ALAS-1', { ecosystem: 'Amazon Linux:2' })]));
    const result = await update({}, fakeSource('amazon', [INDEX, elsewhere]));
    expect(told(result)).toEqual(['index names 1', 'https://cdn.example/x absent', 'https://cdn.example/a updated']);
  });
});

describe('an edition', () => {
  const edition = 'vex';
  it('takes the place of the one before, though it is at another address', async () => {
    putIndex([feedAt('vex-1', { edition })]);
    putFeed('vex-1', 'ALAS-1');
    await update();
    putIndex([feedAt('vex-2', { edition })]);
    putFeed('vex-2', 'ALAS-2');
    expect(told(await update({ only: ['Amazon Linux'] }))).toEqual(['index names 1', 'vex-2 updated']);
    expect(loaded()).toEqual(['ALAS-2']);
    expect(behind()).toEqual(['vex-2 fine']);
  });

  it('with the same content is only found at its new address', async () => {
    putIndex([feedAt('vex-1', { edition })]);
    putFeed('vex-1', 'ALAS-1');
    await update();
    putIndex([feedAt('vex-2', { edition })]);
    putFeed('vex-2', 'ALAS-1');
    expect(told(await update())).toEqual(['index names 1', 'vex-2 unchanged']);
    expect(behind()).toEqual(['vex-2 fine']);
  });

  it('that fails leaves the one before, which is told to be old until one comes', async () => {
    putIndex([feedAt('vex-1', { edition })]);
    putFeed('vex-1', 'ALAS-1');
    await update();
    putIndex([feedAt('vex-2', { edition })]);
    putFeed('vex-2', 'ALAS-2', { crash: true });
    expect(told(await update())).toEqual(['index names 1', 'vex-2 bad-feed: the feed made its parser fail']);
    expect(loaded()).toEqual(['ALAS-1']);
    expect(behind()).toEqual(['vex-1 the feed made its parser fail']);
    expect(databaseStatus(path).missing).toEqual([]);
    putIndex([feedAt('vex-3', { edition })]);
    put(`${HOST}/vex-3`, feedText([]));
    await update();
    expect(behind()).toEqual(['vex-1 the feed has no records any more; the ones loaded before are kept']);
    putIndex([feedAt('vex-4', { edition })]);
    putFeed('vex-4', 'ALAS-4');
    await update();
    expect(loaded()).toEqual(['ALAS-4']);
    expect(behind()).toEqual(['vex-4 fine']);
  });

  it('is one: two of the same name are not both taken', async () => {
    putIndex([feedAt('vex-1', { edition }), feedAt('vex-2', { edition })]);
    putFeed('vex-1', 'ALAS-1');
    putFeed('vex-2', 'ALAS-2');
    expect(told(await update())).toEqual([
      'index names 1',
      'vex-2 bad-feed: the index names two feeds as one',
      'vex-1 updated',
    ]);
  });

  it('of another source is another', async () => {
    const others = fakeSource('rocky', [feedAt('rocky', { edition, ecosystems: ['Rocky Linux'] })]);
    put(`${HOST}/rocky`, feedText([advisory('RLSA-1', { ecosystem: 'Rocky Linux:9' })]));
    putIndex([feedAt('vex-1', { edition })]);
    putFeed('vex-1', 'ALAS-1');
    await update({ sources: [others, amazon] });
    expect(behind()).toEqual(['rocky fine', 'vex-1 fine']);
  });
});

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, updateDatabase } from './database.ts';
import type { FeedOutcome, UpdateOptions, UpdateProgress } from './progress.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';
import { type FeedServer, type Handler, startServer, staticFile } from './testdata/feed-server.ts';

let server: FeedServer;
let folder: string;
let path: string;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-'));
  path = join(folder, 'advisories.db');
  server.handlers.clear();
  server.requests.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const feeds = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
  url: `https://feeds.example/${name}`,
  ecosystems: [`Debian:${name}`],
}));
const source = fakeSource('debian', feeds);
const serve = (name: string, handler: Handler): unknown => server.handlers.set(`/feeds.example/${name}`, handler);
const good = (name: string): Handler =>
  staticFile(
    () => feedText([advisory(`CVE-${name}`, { ecosystem: `Debian:${name}` })]),
    () => `"${name}"`,
  );

async function update(more: Partial<UpdateOptions> = {}): Promise<Record<string, string>> {
  const result = await updateDatabase({
    path,
    sources: [source],
    mirror: server.url,
    tool: 'seaworthy/test',
    env: {},
    retry: { attempts: 2, baseMs: 1, capMs: 1 },
    http: { headersMs: 200 },
    ...more,
  });
  return Object.fromEntries(result.feeds.map((feed) => [feed.url.slice(-1), kindOf(feed)]));
}

function kindOf(feed: FeedOutcome): string {
  return feed.kind === 'failed' ? feed.error.code : feed.kind;
}

describe('an update over HTTP', () => {
  it('tells for each feed how it went', async () => {
    serve('a', good('a'));
    serve('b', (_request, response) => response.end('<!doctype html><title>Log in</title>'));
    serve('c', (_request, response) => response.writeHead(429, { 'retry-after': '9999' }).end());
    serve('d', (_request, response) => response.writeHead(302, { location: '/feeds.example/d' }).end());
    serve('e', () => {});
    const outcome = {
      a: 'updated',
      b: 'bad-feed',
      c: 'rate-limited',
      d: 'fetch-failed',
      e: 'fetch-failed',
      f: 'not-found',
    };
    expect(await update()).toEqual(outcome);
    const database = openDatabase(path);
    expect(database.lookup('Debian:a', 'bash', 'source')).toMatchObject([
      { id: 'CVE-a', source: { url: 'https://feeds.example/a', publishedAt: '2015-10-21T07:28:00.000Z' } },
    ]);
    expect(database.info.missing.map(({ url, code }) => [url.slice(-1), code])).toEqual(
      Object.entries(outcome).filter(([, code]) => code !== 'updated'),
    );
    database.close();
    expect(readdirSync(join(folder, 'downloads')).filter((name) => name.endsWith('.feed'))).toEqual([]);
    expect(await update({ only: ['Debian:a'] })).toEqual({ a: 'unchanged' });
  });

  it('does not believe the conditions of another server', async () => {
    serve('a', good('a'));
    await update({ only: ['Debian:a'] });
    const other = await startServer();
    other.handlers.set('/feeds.example/a', good('a'));
    expect(await update({ only: ['Debian:a'], mirror: other.url })).toEqual({ a: 'unchanged' });
    expect(other.requests[0]?.headers['if-none-match']).toBeUndefined();
    await update({ only: ['Debian:a'], mirror: other.url });
    expect(other.requests[1]?.headers['if-none-match']).toBe('"a"');
    await other.close();
  });

  it('fetches a few at a time and tells its progress', async () => {
    let [open, most] = [0, 0];
    for (const { url } of feeds) {
      const name = url.slice(-1);
      serve(name, (request, response, nth) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          good(name)(request, response, nth);
        }, 30);
      });
    }
    const progress: UpdateProgress[] = [];
    await update({ onProgress: (one) => progress.push(one) });
    expect(most).toBe(4);
    expect(new Set(progress.map((one) => one.kind))).toEqual(new Set(['fetching', 'compiling', 'sealing']));
    const fetching = progress.filter((one) => one.kind === 'fetching' && one.received === one.total);
    expect(fetching.map((one) => ('url' in one ? one.url : '')).toSorted()).toEqual(feeds.map(({ url }) => url));
  });

  it('refuses a feed over the size limit', async () => {
    serve('a', good('a'));
    serve(
      'b',
      staticFile(
        () => feedText([]) + ' '.repeat(5000),
        () => '"b"',
      ),
    );
    expect(await update({ only: ['Debian:a', 'Debian:b'], feedBytes: 1000 })).toEqual({ a: 'updated', b: 'too-large' });
  });

  it('is called off while it waits for a server, and keeps what it had', async () => {
    serve('a', good('a'));
    await update({ only: ['Debian:a'] });
    serve('a', () => {});
    const calledOff = update({ only: ['Debian:a'], signal: AbortSignal.timeout(60), http: { headersMs: 60_000 } });
    await expect(calledOff).rejects.toMatchObject({ code: 'aborted' });
    expect(openDatabase(path).lookup('Debian:a', 'bash', 'source')).toHaveLength(1);
  });
});

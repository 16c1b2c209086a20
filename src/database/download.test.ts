import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../internal/clock.ts';
import { HttpError, openHttpClient } from '../internal/http.ts';
import { type Downloaded, type DownloadJob, download } from './download.ts';
import { cleanParts } from './part.ts';
import { type FeedServer, startServer, staticFile } from './testdata/feed-server.ts';

let server: FeedServer;
let folder: string;
const slept: number[] = [];
const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    slept.push(ms);
  },
};

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  server.handlers.clear();
  server.requests.length = 0;
  slept.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const body = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));

async function fetchIt(job: Partial<DownloadJob> = {}): Promise<Downloaded> {
  const client = await openHttpClient({
    env: {},
    userAgent: 'test',
    limits: { headersMs: 300, idleMs: 300, slowMs: 300, slowBytes: 5000 },
  });
  try {
    return await download(client, {
      url: `${server.url}/feed`,
      folder,
      known: undefined,
      maxBytes: 10_000_000,
      policy: { attempts: 3, attemptsInAll: 8, baseMs: 10, capMs: 20, longestAskedMs: 60_000 },
      clock,
      onProgress: () => {},
      ...job,
    });
  } finally {
    await client.close();
  }
}

function contentOf(result: Downloaded): Buffer {
  if (result.kind !== 'document') throw new Error(`a document was expected, not ${result.kind}`);
  return readFileSync(result.path);
}

async function failure(result: Promise<unknown>): Promise<HttpError> {
  const error = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HttpError) return error;
  throw new Error('an HttpError was expected', { cause: error });
}

const cutAfter =
  (bytes: number) =>
  (_request: unknown, response: ServerResponse): void => {
    response.writeHead(200, { etag: '"1"', 'content-length': body.length });
    response.write(body.subarray(0, bytes), () => setTimeout(() => response.destroy(), 30));
  };

describe('download', () => {
  it('brings a document and tells its progress', async () => {
    server.handlers.set(
      '/feed',
      staticFile(
        () => body,
        () => '"1"',
      ),
    );
    const progress: [number, number | undefined][] = [];
    const result = await fetchIt({ onProgress: (received, total) => progress.push([received, total]) });
    expect(contentOf(result).equals(body)).toBe(true);
    expect(result).toMatchObject({ validators: { etag: '"1"', lastModified: 'Wed, 21 Oct 2015 07:28:00 GMT' } });
    expect(progress.at(-1)).toEqual([body.length, body.length]);
    expect(readdirSync(folder).filter((name) => !name.endsWith('.feed'))).toEqual([]);
  });

  it('asks whether what we have is current', async () => {
    server.handlers.set(
      '/feed',
      staticFile(
        () => body,
        () => '"1"',
      ),
    );
    expect(await fetchIt({ known: { etag: '"1"' } })).toEqual({ kind: 'unchanged' });
    expect((await fetchIt({ known: { etag: '"0"' } })).kind).toBe('document');
    await fetchIt({ known: { lastModified: 'Wed, 21 Oct 2015 07:28:00 GMT' } });
    expect(server.requests.at(-1)?.headers['if-modified-since']).toBe('Wed, 21 Oct 2015 07:28:00 GMT');
  });

  it('goes on where the connection was cut', async () => {
    const whole = staticFile(
      () => body,
      () => '"1"',
    );
    server.handlers.set('/feed', (request, response, nth) => {
      if (nth === 1) cutAfter(70_000)(request, response);
      else whole(request, response, nth);
    });
    expect(contentOf(await fetchIt()).equals(body)).toBe(true);
    expect(server.requests.map(({ headers }) => [headers.range, headers['if-range']])).toEqual([
      [undefined, undefined],
      ['bytes=70000-', '"1"'],
    ]);
  });

  it('goes on in a later run too', async () => {
    server.handlers.set('/feed', cutAfter(70_000));
    await failure(fetchIt({ policy: { attempts: 1, attemptsInAll: 1, baseMs: 1, capMs: 1, longestAskedMs: 1 } }));
    server.handlers.set(
      '/feed',
      staticFile(
        () => body,
        () => '"1"',
      ),
    );
    expect(contentOf(await fetchIt()).equals(body)).toBe(true);
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=70000-');
  });

  it('starts anew when the document changed in between', async () => {
    const changed = Buffer.alloc(150_000, 7);
    server.handlers.set('/feed', (request, response, nth) => {
      if (nth === 1) cutAfter(70_000)(request, response);
      else
        staticFile(
          () => changed,
          () => '"2"',
        )(request, response, nth);
    });
    expect(contentOf(await fetchIt()).equals(changed)).toBe(true);
  });

  it.each([
    ['a range that was not asked for', 206, { 'content-range': 'bytes 5-199999/200000' }],
    ['a refused range', 416, {}],
  ])('starts anew after %s', async (_what, status, headers) => {
    server.handlers.set('/feed', (request, response, nth) => {
      if (nth === 1) cutAfter(70_000)(request, response);
      else if (nth === 2) response.writeHead(status, headers).end('nonsense');
      else
        staticFile(
          () => body,
          () => '"1"',
        )(request, response, nth);
    });
    expect(contentOf(await fetchIt()).equals(body)).toBe(true);
    expect(server.requests.at(-1)?.headers.range).toBeUndefined();
  });

  it('does not go on from what has no validator', async () => {
    server.handlers.set('/feed', (_request, response, nth) => {
      response.writeHead(200, nth === 1 ? { etag: 'W/"1"', 'content-length': body.length } : {});
      if (nth > 1) response.end(body);
      else response.write(body.subarray(0, 1000), () => setTimeout(() => response.destroy(), 30));
    });
    expect(contentOf(await fetchIt()).equals(body)).toBe(true);
    expect(server.requests.at(-1)?.headers.range).toBeUndefined();
  });

  it('waits as long as it is told to', async () => {
    server.handlers.set('/feed', (request, response, nth) => {
      if (nth === 1) response.writeHead(429, { 'retry-after': '7' }).end();
      else if (nth === 2) response.writeHead(503).end();
      else
        staticFile(
          () => body,
          () => '"1"',
        )(request, response, nth);
    });
    expect((await fetchIt()).kind).toBe('document');
    expect(slept[0]).toBe(7000);
    expect(slept[1]).toBeLessThanOrEqual(20);
  });

  it('gives up when it is told to wait too long', async () => {
    server.handlers.set('/feed', (_request, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    expect(await failure(fetchIt())).toMatchObject({ code: 'status', status: 429 });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [500, 3],
    [404, 1],
    [403, 1],
    [304, 1],
    [204, 1],
  ])('tries status %i %i times', async (status, times) => {
    server.handlers.set('/feed', (_request, response) => response.writeHead(status).end());
    expect(await failure(fetchIt())).toMatchObject({ code: 'status', status });
    expect(server.requests).toHaveLength(times);
  });

  it('takes what the server packs for the way', async () => {
    server.handlers.set('/feed', (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', etag: '"z"' }).end(gzipSync(body));
    });
    expect(contentOf(await fetchIt()).equals(body)).toBe(true);
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip');
  });

  it('tries again when it was packed wrongly', async () => {
    server.handlers.set('/feed', (_request, response, nth) => {
      const packed = gzipSync(body);
      if (nth === 1) packed[200] = (packed[200] ?? 0) ^ 0xff;
      response.writeHead(200, { 'content-encoding': 'gzip', etag: '"z"' }).end(packed);
    });
    expect(contentOf(await fetchIt()).equals(body)).toBe(true);
  });

  it.each([
    ['announced', { 'content-length': '999999999' }, body],
    ['endless', {}, undefined],
    ['a bomb', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(3_000_000))],
  ])('refuses too large a document: %s', async (_what, headers, content) => {
    server.handlers.set('/feed', (_request, response) => {
      response.writeHead(200, headers);
      if (content !== undefined) {
        response.write(content);
        if (!('content-length' in headers)) response.end();
        return;
      }
      const pour = (): void => {
        while (response.write(body));
      };
      response.on('drain', pour);
      pour();
    });
    expect((await failure(fetchIt({ maxBytes: 1_000_000 }))).code).toBe('too-large');
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['drips', 'timeout'],
    ['stalls', 'timeout'],
    ['ends before its announced length', 'interrupted'],
  ])('does not wait for a server that %s', async (what, code) => {
    server.handlers.set('/feed', (_request, response) => {
      response.writeHead(200, { 'content-length': '100000' });
      response.write('x');
      if (what.startsWith('ends')) setTimeout(() => response.destroy(), 20);
      if (what !== 'drips') return;
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect((await failure(fetchIt())).code).toBe(code);
    expect(server.requests.length).toBeLessThanOrEqual(8);
  });
});

describe('cleanParts', () => {
  it('keeps what can be gone on from', () => {
    const names = ['a.part', 'a.part.json', 'old.part', 'old.part.json', 'b.feed', 'mine.txt'];
    for (const name of names) writeFileSync(join(folder, name), 'x');
    for (const name of ['old.part', 'old.part.json']) utimesSync(join(folder, name), 0, 0);
    cleanParts(folder, Date.now());
    expect(readdirSync(folder).toSorted()).toEqual(['a.part', 'a.part.json', 'mine.txt']);
  });
});

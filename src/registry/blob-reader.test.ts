import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Prefetch } from './blob-reader.ts';
import type { BlobReader } from './registry.ts';
import { openRepository } from './repository.ts';
import { accessTo, impatient, type Liar, type Lie, startLiar } from './testdata/lying-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function liar(lie: Lie): Promise<Liar> {
  const server = await startLiar(lie);
  open.push(server);
  return server;
}

const blob = randomBytes(3_000_000);
const digest = `sha256:${'a'.repeat(64)}`;

let bulkBytes = 0;

async function readerAt(hosts: readonly string[], size: number, prefetch: Partial<Prefetch> = {}): Promise<BlobReader> {
  const repository = await openRepository(accessTo(hosts), {
    patience: impatient,
    prefetch: { bulkBytes, ...prefetch },
  });
  open.push(repository);
  const reader = repository.openBlob(digest, size);
  open.push(reader);
  return reader;
}

async function whole(reader: BlobReader): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const into = Buffer.alloc(70_000);
  for (let count = await reader.read(into); count > 0; count = await reader.read(into)) {
    pieces.push(Buffer.from(into.subarray(0, count)));
  }
  return Buffer.concat(pieces);
}

interface Serving {
  readonly ranges?: boolean;
  /** Breaks each connection off after so many bytes. */
  readonly breaksAfter?: number;
  /** A piece this large each 10 ms. */
  readonly pace?: number;
}

function serve(serving: Serving): Lie {
  return (request, response) => {
    const { start, end } = rangeOf(request, serving.ranges ?? true);
    const partial = request.headers.range !== undefined && serving.ranges !== false;
    response.writeHead(partial ? 206 : 200, {
      'content-length': end - start,
      ...(serving.ranges === false ? {} : { 'accept-ranges': 'bytes' }),
      ...(partial ? { 'content-range': `bytes ${start}-${end - 1}/${blob.length}` } : {}),
    });
    const stop = Math.min(end, start + (serving.breaksAfter ?? Infinity));
    void pour(response, start, stop, serving.pace).then(() => (stop < end ? response.destroy() : response.end()));
  };
}

function rangeOf(request: IncomingMessage, ranges: boolean): { start: number; end: number } {
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec((ranges ? request.headers.range : undefined) ?? '') ?? [];
  return { start: Number(start ?? 0), end: last === undefined ? blob.length : Number(last) + 1 };
}

async function pour(response: ServerResponse, start: number, end: number, pace = Infinity): Promise<void> {
  for (let at = start; at < end && !response.destroyed; at += pace) {
    const last = Math.min(end, at + pace);
    await new Promise((resolve) => response.write(blob.subarray(at, last), resolve));
    if (pace < Infinity) await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function ranges(server: Liar): (string | undefined)[] {
  return server.asked.map(({ headers }) => headers.range);
}

const ways = [
  { way: 'a connection of its own', from: 0 },
  { way: 'kept connections', from: Infinity },
];

describe.each(ways)('a blob that is read while it comes, over $way', ({ from }) => {
  beforeAll(() => {
    bulkBytes = from;
  });

  it('comes in one request from a fast server', async () => {
    const server = await liar(serve({}));
    const reader = await readerAt([server.host], blob.length);
    expect((await whole(reader)).equals(blob)).toBe(true);
    expect(reader.fetched()).toBe(blob.length);
    expect(ranges(server)).toEqual([undefined]);
  });

  it('is not asked for before it is read', async () => {
    const server = await liar(serve({}));
    const reader = await readerAt([server.host], blob.length);
    expect(blob.subarray(5, 10).equals(await reader.range(5, 5))).toBe(true);
    expect(ranges(server)).toEqual(['bytes=5-9']);
  });

  it('is resumed where a connection breaks off', async () => {
    const server = await liar(serve({ breaksAfter: 700_000 }));
    const reader = await readerAt([server.host], blob.length);
    expect((await whole(reader)).equals(blob)).toBe(true);
    expect(ranges(server).length).toBeGreaterThan(4);
    expect(ranges(server)[1]).toMatch(/^bytes=[1-9]\d*-2999999$/);
    expect(reader.fetched()).toBe(blob.length);
  });

  it('is passed over to where it broke off by a server without ranges', async () => {
    let count = 0;
    const server = await liar((request, response, number) => {
      count = number;
      serve({ ranges: false, ...(number === 1 ? { breaksAfter: 1_000_000 } : {}) })(request, response, number);
    });
    const reader = await readerAt([server.host], blob.length);
    expect((await whole(reader)).equals(blob)).toBe(true);
    expect(count).toBe(2);
    expect(reader.fetched()).toBeGreaterThan(blob.length);
  });

  it('comes over several connections from a slow server, in order and within bounds', async () => {
    const server = await liar(serve({ pace: 10_000 }));
    const slow = { stretch: 200_000, connections: 4, slowBytesPerSecond: 1e9, afterMs: 50 };
    const reader = await readerAt([server.host], blob.length, slow);
    expect((await whole(reader)).equals(blob)).toBe(true);
    expect(ranges(server)[0]).toBeUndefined();
    expect(ranges(server).length).toBeGreaterThan(10);
    expect(reader.fetched()).toBeLessThan(blob.length + 400_000);
  });

  it('goes on over one connection where the server stops giving ranges', async () => {
    const server = await liar((request, response, number) => {
      response.setHeader('accept-ranges', 'bytes');
      serve({ pace: 20_000, ranges: number < 5 })(request, response, number);
    });
    const slow = { stretch: 200_000, connections: 3, slowBytesPerSecond: 1e9, afterMs: 50 };
    const reader = await readerAt([server.host], blob.length, slow);
    expect((await whole(reader)).equals(blob)).toBe(true);
  });

  it('fetches no more than the window while nobody reads', async () => {
    const server = await liar(serve({}));
    const reader = await readerAt([server.host], blob.length, { window: 300_000 });
    await reader.read(Buffer.alloc(10));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(reader.fetched()).toBeLessThan(600_000);
    expect((await whole(reader)).length).toBe(blob.length - 10);
  });

  it('is not too slow because its reader is', async () => {
    const server = await liar(serve({}));
    const reader = await readerAt([server.host], blob.length, { window: 300_000 });
    await reader.read(Buffer.alloc(10));
    await new Promise((resolve) => setTimeout(resolve, impatient.slowMs * 2));
    expect((await whole(reader)).length).toBe(blob.length - 10);
  });

  it('ends at once when it is closed', async () => {
    const server = await liar((_request, response) => response.writeHead(200).flushHeaders());
    const reader = await readerAt([server.host], blob.length);
    const reading = reader.read(Buffer.alloc(10));
    setTimeout(() => reader.close(), 50);
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('is empty', async () => {
    const reader = await readerAt(['127.0.0.1:1'], 0);
    expect(await reader.read(Buffer.alloc(10))).toBe(0);
  });
});

function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(blob));
  };
  response.on('drain', more);
  more();
}

const lies: readonly { lie: string; answer: Lie; code: string; most?: number }[] = [
  { lie: 'bytes without end', answer: (_, response) => endless(response), code: 'bad-answer' },
  {
    lie: 'a length that is not the size',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': '5' });
      response.end('12345');
    },
    code: 'bad-answer',
  },
  {
    lie: 'fewer bytes',
    answer: (_request, response) => {
      response.write(blob.subarray(0, 5000));
      response.end();
    },
    code: 'interrupted',
    most: 4,
  },
  {
    lie: 'another range',
    answer: (_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 5-9/3000000', 'content-length': '5' });
      response.end('12345');
    },
    code: 'bad-answer',
  },
  {
    lie: 'a page',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>');
    },
    code: 'bad-answer',
  },
  {
    lie: 'another encoding',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end('x');
    },
    code: 'bad-answer',
  },
  {
    lie: 'drops',
    answer: (_request, response) => {
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    },
    code: 'timeout',
    most: 4,
  },
  { lie: 'a stop in the middle', answer: (_, response) => void response.write('x'), code: 'timeout', most: 4 },
];

describe.each(ways)('a registry that lies about a blob, over $way', ({ from }) => {
  beforeAll(() => {
    bulkBytes = from;
  });

  it.each(lies)('gives $lie', { timeout: 15_000 }, async ({ answer, code, most }) => {
    const server = await liar(answer);
    const reader = await readerAt([server.host], blob.length);
    await expect(whole(reader)).rejects.toMatchObject({ name: 'RegistryError', code });
    // What does not come in the simplest way is asked for once more in the ordinary one.
    expect(server.asked.length).toBeLessThanOrEqual((most ?? 1) + (from === 0 ? 1 : 0));
    expect(reader.fetched()).toBeLessThan(blob.length + 2_000_000);
  });

  // Where all bytes came before the lie showed, they may be the right ones.
  it.each(lies.slice(1))('gives $lie, and another endpoint the blob', { timeout: 15_000 }, async ({ answer }) => {
    const [first, second] = [await liar(answer), await liar(serve({}))];
    const reader = await readerAt([first.host, second.host], blob.length);
    // What came of the first remains in front, so the bytes may be others; whoever reads them hashes them.
    expect((await whole(reader)).length).toBe(blob.length);
    expect(second.asked.length).toBe(1);
  });

  it.each(['bytes', 'a part'])('is asked for a part and gives the whole or %s more', async (what) => {
    const server = await liar((_request, response) => {
      response.writeHead(what === 'bytes' ? 200 : 206, { 'content-range': 'bytes 0-99/3000000' });
      endless(response);
    });
    const reader = await readerAt([server.host], blob.length);
    const code = what === 'bytes' ? 'unsupported' : 'limit-exceeded';
    await expect(reader.range(0, 100)).rejects.toMatchObject({ code });
  });
});

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { bulkGet } from './bulk.ts';
import { type Connections, openConnections } from './connections.ts';
import type { HttpAnswer } from './request.ts';

const limits = {
  connectMs: 1000,
  headersMs: 500,
  idleMs: 300,
  slowMs: 1000,
  slowBytes: 10,
  documentMs: 1000,
};

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A server that sends these pieces one after the other, and then ends unless it is to stay. */
async function ask(
  pieces: readonly (string | Buffer)[],
  options: { stay?: boolean; headers?: Record<string, string> } = {},
): Promise<{ answer: HttpAnswer | undefined; heard: () => string }> {
  let heard = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard += data.toString();
    });
    socket.once('data', async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (!options.stay) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections: Connections = await openConnections({ env: {}, connectMs: 1000 }, false);
  open.push(
    () => server.close(),
    () => sockets.forEach((socket) => socket.destroy()),
    () => connections.close(),
  );
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`);
  const request = { method: 'GET', url, headers: options.headers ?? {} } as const;
  return { answer: await bulkGet(connections, limits, request), heard: () => heard };
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

describe('a large body', () => {
  it.each([
    ['at once', [`${ok}12345`]],
    ['in pieces', [ok, '12', '345']],
    ['byte by byte', `${ok}12345`.split('')],
    ['with a head in two', [ok.slice(0, 20), `${ok.slice(20)}1`, '2345']],
    ['without a reason', ['HTTP/1.0 200\r\ncontent-length:5\r\n\r\n12345']],
    ['with headers that come twice', ['HTTP/1.1 200 OK\r\nVary: a\r\nVary: b\r\nContent-Length: 5\r\n\r\n12345']],
  ])('comes %s', async (_name, pieces) => {
    const { answer, heard } = await ask(pieces, { headers: { accept: 'x' } });
    expect(answer?.status).toBe(200);
    expect((await answer?.whole(100))?.toString()).toBe('12345');
    expect(heard()).toMatch(
      /^GET \/a\?b=c HTTP\/1\.1\r\naccept: x\r\nhost: 127\.0\.0\.1:\d+\r\nconnection: close\r\n\r\n$/,
    );
  });

  it('comes whole where it is larger than the memory for it', async () => {
    const body = Buffer.alloc(3_000_000, 'abcdefg');
    const { answer } = await ask([`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`, body]);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let at = 0;
    const flow = answer?.flow({
      piece(bytes) {
        expect(bytes.equals(body.subarray(at, at + bytes.length))).toBe(true);
        at += bytes.length;
        flow?.release?.(bytes);
      },
      end: (error) => (error ? reject(error) : resolve()),
    });
    await promise;
    expect(at).toBe(body.length);
  });

  it.each([
    ['is a redirect', 'HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n', 302],
    ['is a refusal', 'HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: Basic\r\n\r\n', 401],
  ])('%s', async (_name, head, status) => {
    expect((await ask([head])).answer?.status).toBe(status);
  });

  it.each([
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['in chunks with a length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n'],
    ['without a length', 'HTTP/1.1 200 OK\r\n\r\n12345'],
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    ['with a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n'],
    ['with a folded line', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 5\r\n\r\n'],
    ['with a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n'],
    ['with bare line feeds', 'HTTP/1.1 200 OK\r\nX: a\nContent-Length: 5\r\n\r\n'],
    ['with a status of its own', 'HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n'],
    ['of another protocol', 'SSH-2.0-x\r\n\r\n'],
    ['with a head without end', `HTTP/1.1 200 OK\r\n${'X: a\r\n'.repeat(4000)}`],
  ])('that comes %s is left to the ordinary way', async (_name, head) => {
    expect((await ask([head], { stay: true })).answer).toBeUndefined();
  });

  it.each([
    ['breaks off in its head', [ok.slice(0, 20)], {}, 'interrupted'],
    ['never gets beyond its head', [ok.slice(0, 20)], { stay: true }, 'timeout'],
  ])('%s', async (_name, pieces, options, code) => {
    await expect(ask(pieces, options)).rejects.toMatchObject({ name: 'HttpError', code });
  });

  it.each([
    ['breaks off', {}, 'interrupted'],
    ['stops', { stay: true }, 'timeout'],
  ])('%s in its middle', async (_name, options, code) => {
    const { answer } = await ask([`${ok}12`], options);
    await expect(answer?.whole(100)).rejects.toMatchObject({ name: 'HttpError', code });
  });

  it('is not asked for with headers that would be several', async () => {
    await expect(ask([ok], { headers: { a: 'b\r\nc: d' } })).rejects.toMatchObject({ code: 'bad-address' });
  });
});

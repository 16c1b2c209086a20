import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectGrpc } from './grpc.ts';

const description = {
  package: 'test.v1',
  nested: {
    Echo: {
      methods: {
        Once: { requestType: 'Message', responseType: 'Message' },
        Many: { requestType: 'Message', responseType: 'Message', responseStream: true },
      },
    },
    Message: { fields: { text: { type: 'string', id: 1 } } },
  },
};
let folder: string;
const servers: Server[] = [];
const sockets = new Set<Socket>();
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'seaworthy-grpc-'))));
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server that does with a connection what it is told. */
async function serve(name: string, onConnection: (socket: Socket) => void): Promise<string> {
  const path = join(folder, name);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

it.each([
  ['absent', 'not-running', () => undefined],
  ['a file', 'not-running', (path: string) => writeFileSync(path, '')],
  ['a folder', 'not-running', (path: string) => void mkdirSync(path)],
])('what is %s is no engine', async (name, code, make) => {
  const path = join(folder, name);
  make(path);
  await expect(connectGrpc({ socket: path, descriptions: [description] })).rejects.toMatchObject({ code });
});

it('a socket that nobody listens at is of an engine that does not run', async () => {
  const path = await serve('dead', () => undefined);
  // Closing a server removes its socket, the end of a process does not.
  linkSync(path, join(folder, 'left'));
  await new Promise((resolve) => servers.at(-1)?.close(resolve));
  const grpc = await connectGrpc({ socket: join(folder, 'left'), descriptions: [description] });
  await expect(grpc.call('test.v1.Echo/Once', {})).rejects.toMatchObject({ code: 'not-running' });
  grpc.close();
});

it.each([
  ['never says anything', () => undefined, ['timeout']],
  ['hangs up', (socket: Socket) => void socket.destroy(), ['interrupted']],
  [
    'speaks HTTP/1',
    (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    ['interrupted', 'timeout'],
  ],
  ['sends noise', (socket: Socket) => void socket.end(Buffer.alloc(100_000, 0x5a)), ['interrupted', 'timeout']],
])('a server that %s is told of in time', async (name, onConnection, codes) => {
  const grpc = await connectGrpc({
    socket: await serve(name.replaceAll('/', ' '), onConnection),
    descriptions: [description],
  });
  const error: unknown = await grpc.call('test.v1.Echo/Once', {}, { deadlineMs: 700 }).catch((one: unknown) => one);
  expect(codes).toContain((error as { code: string }).code);
  const stream = grpc.stream('test.v1.Echo/Many', {}, { deadlineMs: 300 });
  const again: unknown = await stream.next().catch((one: unknown) => one);
  expect(codes).toContain((again as { code: string }).code);
  grpc.close();
});

it('a call ends when its signal says so', async () => {
  const socket = await serve('silent', () => undefined);
  const grpc = await connectGrpc({ socket, descriptions: [description] });
  const signal = AbortSignal.timeout(50);
  await expect(grpc.call('test.v1.Echo/Once', {}, { signal })).rejects.toMatchObject({ code: 'interrupted' });
  await expect(grpc.stream('test.v1.Echo/Many', {}, { signal }).next()).rejects.toMatchObject({ code: 'interrupted' });
  grpc.close();
});

// A registry that answers as a test wants it, and remembers what it was asked.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net';
import type { RegistryAccess, RegistryEndpoint } from '../registry.ts';

/** What it was asked. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server that runs on 127.0.0.1. */
export interface Liar {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** Answers one request. */
export type Lie = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** Starts a server that answers by `lie`; `count` is 1 for the first request. */
export async function startLiar(lie: Lie, tls?: ServerOptions): Promise<Liar> {
  const asked: Asked[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    response.on('error', () => {});
    lie(request, response, asked.length);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Starts a server that gets at the connection itself. */
export async function startRaw(talk: (socket: Socket) => void): Promise<{ host: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    talk(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Access to `team/app` by endpoints at these hosts, in their order. */
export function accessTo(hosts: readonly string[], more: Partial<RegistryEndpoint> = {}): RegistryAccess {
  return {
    registry: 'registry.example',
    repository: 'team/app',
    userAgent: 'test',
    env: {},
    endpoints: hosts.map((host) => ({
      url: host.includes('://') ? host : `http://${host}/v2`,
      can: ['pull', 'resolve', 'push'],
      ...more,
    })),
  };
}

/** Patience of a test: everything at once. */
export const impatient = {
  connectMs: 2000,
  headersMs: 700,
  idleMs: 300,
  slowMs: 400,
  slowBytes: 20_000,
  documentMs: 900,
  retry: { attempts: 4, attemptsInAll: 20, baseMs: 1, capMs: 5, longestAskedMs: 2000 },
} as const;

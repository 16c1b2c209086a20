// A server on a unix socket that answers as a test tells it.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What it answers: JSON by path, without `/v1.41`; or whatever the function writes. */
export type Answers = Readonly<Record<string, unknown>>;

/** A running server. */
export interface FakeEngine {
  readonly socket: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** Starts it; unless it is told otherwise it speaks API 1.41 and keeps images by itself. */
export async function startFakeEngine(answers: Answers): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-engine-'));
  const socket = join(folder, 's');
  const asked: string[] = [];
  const all: Answers = { '/_ping': pingOf('1.41'), '/info': {}, ...answers };
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const path = url.replace(/^\/v[\d.]+(?=\/)/, '').replace(/\?.*$/, '');
    const answer = all[path];
    if (typeof answer === 'function') (answer as (to: ServerResponse) => void)(response);
    else response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? { message: `no ${path}` }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

/** The answer that tells the version of the API. */
export function pingOf(version: string): (response: ServerResponse) => void {
  return (response) => void response.writeHead(200, { 'api-version': version }).end('OK');
}

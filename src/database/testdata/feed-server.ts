import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request; `nth` counts the requests of this path from 1. */
export type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** A web server of this process. */
export interface FeedServer {
  readonly url: string;
  /** Handlers by path; others are 404. */
  readonly handlers: Map<string, Handler>;
  /** What was asked for. */
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function startServer(): Promise<FeedServer> {
  const handlers = new Map<string, Handler>();
  const requests: FeedServer['requests'] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    const nth = requests.filter((one) => one.path === path).length;
    const handler = handlers.get(path);
    if (handler === undefined) response.writeHead(404).end();
    else handler(request, response, nth);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handlers,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A static file with an ETag, which obeys conditions and ranges (RFC 9110 13, 14). */
export function staticFile(content: () => string | Buffer, etag: () => string): Handler {
  return (request, response) => {
    const body = Buffer.from(content());
    const headers: Record<string, string> = { etag: etag(), 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' };
    if (request.headers['if-none-match'] === etag()) {
      response.writeHead(304, headers).end();
      return;
    }
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const from = range !== null && request.headers['if-range'] === etag() ? Number(range[1]) : 0;
    if (from > 0) headers['content-range'] = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(from > 0 ? 206 : 200, { ...headers, 'content-length': body.length - from });
    response.end(body.subarray(from));
  };
}

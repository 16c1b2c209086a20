import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type BodyFlow, type BodySink, flowOf, wholeOf } from './body.ts';
import type { Connections } from './connections.ts';
import { asHttpError, HttpError, type HttpLimits } from './http.ts';

/** How long to wait for whom. */
export interface RequestLimits extends Omit<HttpLimits, 'redirects'> {
  /** For a whole document, from its head to its end. */
  readonly documentMs: number;
}

/** One request to one address; redirects are answers like any other. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** An answer whose body is yet to be read; it must be read or discarded. */
export interface HttpAnswer {
  readonly status: number;
  readonly url: URL;
  /** IP address of who answered. */
  readonly address: string | undefined;
  /** One header by its lower-case name. */
  header(name: string): string | undefined;
  /** The whole body. Throws `HttpError` (`too-large`, `timeout`, `interrupted`). */
  whole(maxBytes: number): Promise<Buffer>;
  /** The body as it comes. */
  flow(sink: BodySink): BodyFlow;
  discard(): void;
}

/** A body so small that reading it is cheaper than a new connection. */
const drainedBytes = 64 << 10;

/** Sends one request and waits for the head of its answer. Throws `HttpError` for everything but an answer, and what the body throws. */
export async function sendRequest(
  connections: Connections,
  limits: RequestLimits,
  request: HttpRequest,
): Promise<HttpAnswer> {
  let spoilt: { readonly error: unknown } | undefined;
  try {
    const outgoing = connections.request(request.url, request.method, request.headers, request.signal);
    const timer = phases(outgoing, limits);
    let early = false;
    try {
      const head = headOf(outgoing);
      writeBody(outgoing, request.body, timer, () => early).catch((error: unknown) => {
        spoilt = { error };
        outgoing.destroy(error as Error);
      });
      const incoming = await head;
      early = !outgoing.writableEnded;
      if (early) incoming.once('end', () => outgoing.destroy());
      return answerOf(incoming, request, limits);
    } finally {
      timer.stop();
    }
  } catch (error) {
    throw spoilt === undefined ? asHttpError(error) : spoilt.error;
  }
}

function headOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.once('response', resolve);
  outgoing.on('error', reject);
  outgoing.once('close', () => reject(new HttpError('interrupted', 'the connection broke off')));
  return promise;
}

interface Phases {
  /** Time begins anew. */
  touch(): void;
  stop(): void;
}

/** Breaks the request off where it takes too long to connect, or too long from there to the answer's head. */
function phases(outgoing: ClientRequest, limits: RequestLimits): Phases {
  const late = (): void => {
    outgoing.destroy(new HttpError('timeout', 'the server does not answer in time', outgoing.host));
  };
  let timer = setTimeout(late, limits.connectMs);
  let stopped = false;
  const connected = (): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(late, limits.headersMs);
  };
  outgoing.once('socket', (socket: Socket) => {
    const isSecure = 'encrypted' in socket;
    if (outgoing.reusedSocket || !(socket.connecting || (isSecure && !('authorized' in socket && socket.authorized)))) {
      connected();
    } else socket.once(isSecure ? 'secureConnect' : 'connect', connected);
  });
  return {
    touch: () => void timer.refresh(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function writeBody(
  outgoing: ClientRequest,
  body: HttpRequest['body'],
  timer: Phases,
  answered: () => boolean,
): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  let wake: (() => void) | undefined;
  for (const event of ['drain', 'close', 'response']) outgoing.on(event, () => wake?.());
  for await (const piece of body) {
    if (outgoing.destroyed || answered()) return;
    timer.touch();
    // Whoever gave the piece may use its memory again.
    if (outgoing.write(Buffer.from(piece))) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  timer.touch();
  outgoing.end();
}

function answerOf(incoming: IncomingMessage, request: HttpRequest, limits: RequestLimits): HttpAnswer {
  const length = Number(incoming.headers['content-length'] ?? Number.NaN);
  const status = incoming.statusCode ?? 0;
  const header = (name: string): string | undefined => {
    const value = incoming.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return {
    status,
    url: request.url,
    address: incoming.socket.remoteAddress,
    header,
    whole: (maxBytes) => wholeOf((sink) => flowOf(incoming, limits, sink), limits, maxBytes, length),
    flow: (sink) => flowOf(incoming, limits, sink),
    discard() {
      incoming.on('error', () => {});
      if (request.method === 'HEAD' || length <= drainedBytes) incoming.resume();
      else incoming.destroy();
    },
  };
}

// What is understood here of an answer (RFC 9112), and nothing else:
//   head  = "HTTP/1." ( "0" / "1" ) SP 3DIGIT [ SP reason ] CRLF *( name ":" value CRLF ) CRLF
//   body  = Content-Length bytes
// Whatever differs (chunks, folded lines, two lengths, 1xx) is asked for again in the ordinary way.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { OnReadOpts, Socket } from 'node:net';
import { type BodyFlow, type BodySink, watchman, wholeOf } from './body.ts';
import type { Connections } from './connections.ts';
import { asHttpError, HttpError } from './http.ts';
import type { HttpAnswer, HttpRequest, RequestLimits } from './request.ts';

const headBytes = 16 << 10;
const bufferBytes = 256 << 10;
/** A buffer with less room is left for the next one. */
const roomBytes = 32 << 10;

/**
 * GET of a large body over a connection of its own, read into memory that is used again: a quarter of the work of
 * Node's client. `undefined` where that can't be done; ask in the ordinary way then. Throws `HttpError`.
 */
export async function bulkGet(
  connections: Connections,
  limits: RequestLimits,
  request: HttpRequest,
): Promise<HttpAnswer | undefined> {
  const question = headOf(request);
  const line = openLine();
  const socket = connections.dial(request.url, line.onread);
  if (socket === undefined) return undefined;
  const stop = (): void => void socket.destroy();
  request.signal?.addEventListener('abort', stop, { once: true });
  socket.once('close', () => request.signal?.removeEventListener('abort', stop));
  socket.on('error', (error) => line.broken(asHttpError(error)));
  socket.on('end', () => line.broken(brokenOff()));
  socket.on('close', () => line.broken(brokenOff()));
  const late = (): void =>
    void socket.destroy(new HttpError('timeout', 'the server does not answer in time', request.url.host));
  let timer = setTimeout(late, limits.connectMs);
  socket.once(request.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
    clearTimeout(timer);
    timer = setTimeout(late, limits.headersMs);
    socket.write(question);
  });
  try {
    const head = parseHead(await line.head);
    if (head !== undefined) return answerOf(socket, line, head, request, limits);
    socket.destroy();
    return undefined;
  } catch (error) {
    socket.destroy();
    throw request.signal?.aborted ? new HttpError('aborted', 'the request was called off') : error;
  } finally {
    clearTimeout(timer);
  }
}

function brokenOff(): HttpError {
  return new HttpError('interrupted', 'the connection broke off');
}

function headOf({ url, headers }: HttpRequest): string {
  const lines = Object.entries({ ...headers, host: url.host, connection: 'close' }).map(([name, value]) => {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      throw asHttpError(error);
    }
    return `${name}: ${value}\r\n`;
  });
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly length: number;
}

/** Two of them could be understood in two ways. */
const single: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'location',
  'transfer-encoding',
]);

/** `undefined` for what is left to the ordinary way. */
function parseHead(text: string | undefined): Head | undefined {
  const [first = '', ...lines] = (text ?? '').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] ([2-5]\d\d)(?: [^\r\n]*)?$/.exec(first)?.[1]);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\0\r\n]*?)[ \t]*$/.exec(line) ?? [];
    const key = name?.toLowerCase();
    const before = headers.get(key ?? '');
    if (key === undefined || (before !== undefined && single.has(key))) return undefined;
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  // The body of a redirect is not read.
  if (status >= 300 && status < 400 && headers.has('location')) return { status, headers, length: 0 };
  const length = headers.get('content-length') ?? '';
  if (!(status >= 200) || headers.has('transfer-encoding') || !/^\d{1,15}$/.test(length)) return undefined;
  return { status, headers, length: Number(length) };
}

/** The bytes of one connection: first the head, then whoever takes the body. */
interface Line {
  readonly onread: OnReadOpts;
  /** Up to the empty line; `undefined` where it is too long. */
  readonly head: Promise<string | undefined>;
  broken(error: HttpError): void;
  /** What came after the head, and from now on all that comes, until `take` says no. */
  body(take: (piece: Buffer) => boolean, end: (error: HttpError) => void): void;
  /** Lets a piece's memory be used again. */
  release(piece: Buffer): void;
}

function openLine(): Line {
  const { promise: head, resolve, reject } = Promise.withResolvers<string | undefined>();
  head.catch(() => undefined);
  const memory = openMemory();
  let first: Buffer = Buffer.alloc(0);
  let left: Buffer | undefined;
  let failed: HttpError | undefined;
  let take: ((piece: Buffer) => boolean) | undefined;
  let end: ((error: HttpError) => void) | undefined;
  const searched = (count: number): boolean => {
    first = Buffer.concat([first, memory.taken(count)]);
    const at = first.indexOf('\r\n\r\n');
    if (at < 0 && first.length <= headBytes) return true;
    left = first.subarray(at + 4);
    resolve(at < 0 || at > headBytes ? undefined : first.toString('latin1', 0, at));
    return false;
  };
  return {
    head,
    onread: {
      buffer: () => memory.room(),
      callback(count) {
        return take === undefined ? searched(count) : take(memory.taken(count));
      },
    },
    broken(error) {
      failed ??= error;
      reject(error);
      end?.(error);
    },
    body(taker, ender) {
      take = taker;
      end = ender;
      if (left !== undefined && left.length > 0) taker(left);
      if (failed !== undefined) ender(failed);
    },
    release: (piece) => memory.release(piece),
  };
}

interface Memory {
  /** Where the next bytes go. */
  room(): Uint8Array;
  /** The piece that has come there; the memory after it is the next room. */
  taken(count: number): Buffer;
  release(piece: Buffer): void;
}

/** Pieces lie one after the other in buffers, and are used up in that order: with its last one a buffer is free again. */
function openMemory(): Memory {
  const free: ArrayBuffer[] = [];
  /** Where the last piece of a full buffer ends. */
  const ends = new Map<ArrayBufferLike, number>();
  let current = new ArrayBuffer(bufferBytes);
  let filled = 0;
  return {
    room: () => new Uint8Array(current, filled),
    taken(count) {
      const piece = Buffer.from(current, filled, count);
      filled += count;
      if (bufferBytes - filled < roomBytes) {
        ends.set(current, filled);
        current = free.pop() ?? new ArrayBuffer(bufferBytes);
        filled = 0;
      }
      return piece;
    },
    release(piece) {
      if (ends.get(piece.buffer) !== piece.byteOffset + piece.length) return;
      ends.delete(piece.buffer);
      free.push(piece.buffer as ArrayBuffer);
    },
  };
}

function answerOf(
  socket: Socket,
  line: Line,
  { status, headers, length }: Head,
  request: HttpRequest,
  limits: RequestLimits,
): HttpAnswer {
  const flow = (sink: BodySink): BodyFlow => flowOf(socket, line, length, limits, sink);
  return {
    status,
    url: request.url,
    address: socket.remoteAddress,
    header: (name) => headers.get(name),
    flow,
    whole: (maxBytes) => wholeOf(flow, limits, maxBytes, length),
    discard: () => void socket.destroy(),
  };
}

function flowOf(socket: Socket, line: Line, length: number, limits: RequestLimits, sink: BodySink): BodyFlow {
  let left = length;
  let done = false;
  let paused = false;
  const finish = (error: HttpError | undefined): void => {
    if (done) return;
    done = true;
    watch.stop();
    socket.destroy();
    sink.end(error);
  };
  const watch = watchman(limits, finish);
  const take = (piece: Buffer): boolean => {
    if (done) return false;
    watch.saw(piece.length);
    left -= piece.length;
    sink.piece(piece);
    if (left <= 0) finish(undefined);
    return !paused && !done;
  };
  const flow: BodyFlow = {
    pause() {
      paused = true;
      watch.stop();
      socket.pause();
    },
    resume() {
      if (done) return;
      paused = false;
      watch.start();
      socket.resume();
    },
    abort() {
      done = true;
      watch.stop();
      socket.destroy();
    },
    release: (piece) => line.release(piece),
  };
  // Whoever asked for the flow must have it before the first piece comes.
  queueMicrotask(() => {
    if (done) return;
    if (left === 0) return finish(undefined);
    line.body(take, finish);
    if (!paused && !done) socket.resume();
  });
  return flow;
}

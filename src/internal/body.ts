import type { IncomingMessage } from 'node:http';
import { asHttpError, HttpError } from './http.ts';

/** Takes the pieces of a body. */
export interface BodySink {
  piece(bytes: Buffer): void;
  /** Called once. */
  end(error: HttpError | undefined): void;
}

/** A body that comes in. */
export interface BodyFlow {
  /** While it pauses, nobody is too slow. */
  pause(): void;
  resume(): void;
  /** Breaks the connection off; the sink hears nothing more. */
  abort(): void;
  /** A piece was used up: its memory may be used again. */
  release?(piece: Buffer): void;
}

/** How slowly a body may come. */
interface BodyLimits {
  readonly idleMs: number;
  readonly slowMs: number;
  readonly slowBytes: number;
}

/** Hands a body over as it comes; a connection whose body was read to its end is used again. */
export function flowOf(incoming: IncomingMessage, limits: BodyLimits, sink: BodySink): BodyFlow {
  let done = false;
  const finish = (error: HttpError | undefined): void => {
    if (done) return;
    done = true;
    watch.stop();
    if (error !== undefined) incoming.destroy();
    sink.end(error);
  };
  const watch = watchman(limits, finish);
  incoming.on('data', (piece: Buffer) => {
    if (done) return;
    watch.saw(piece.length);
    sink.piece(piece);
  });
  incoming.on('end', () => finish(incoming.complete ? undefined : broken()));
  incoming.on('error', (error) => finish(asHttpError(error)));
  incoming.on('close', () => finish(broken()));
  return {
    pause() {
      watch.stop();
      incoming.pause();
    },
    resume() {
      if (done) return;
      watch.start();
      incoming.resume();
    },
    abort() {
      done = true;
      watch.stop();
      incoming.destroy();
    },
  };
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError('too-large', 'the answer is too large', `over ${maxBytes} bytes`);
}

function broken(): HttpError {
  return new HttpError('interrupted', 'the connection broke off');
}

/** Looks from time to time whether enough has come. */
export function watchman(
  limits: BodyLimits,
  tell: (error: HttpError) => void,
): { saw(bytes: number): void; start(): void; stop(): void } {
  let lastPiece = 0;
  let windowStart = 0;
  let windowBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (timer === undefined) return;
    const now = performance.now();
    if (now - lastPiece >= limits.idleMs) tell(new HttpError('timeout', 'the answer stops in its middle'));
    else if (now - windowStart >= limits.slowMs) {
      if (windowBytes < limits.slowBytes) return tell(new HttpError('timeout', 'the answer comes too slowly'));
      windowStart = now;
      windowBytes = 0;
    }
  };
  const start = (): void => {
    if (timer !== undefined) return;
    lastPiece = windowStart = performance.now();
    windowBytes = 0;
    // After a long computation timers come before what has arrived meanwhile; the look waits for that.
    timer = setInterval(() => setImmediate(look), Math.max(20, Math.min(limits.idleMs, limits.slowMs) / 4));
  };
  start();
  return {
    saw(bytes) {
      lastPiece = performance.now();
      windowBytes += bytes;
    },
    start,
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** The whole of a body. Throws `HttpError`, `too-large` as soon as it is, whatever length was announced. */
export function wholeOf(
  start: (sink: BodySink) => BodyFlow,
  limits: { readonly documentMs: number },
  maxBytes: number,
  announced: number | undefined,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const pieces: Buffer[] = [];
  let length = 0;
  const fail = (error: HttpError): void => {
    clearTimeout(deadline);
    flow.abort();
    reject(error);
  };
  const deadline = setTimeout(() => {
    fail(new HttpError('timeout', 'the answer comes too slowly'));
  }, limits.documentMs);
  const flow: BodyFlow = start({
    piece(bytes) {
      length += bytes.length;
      if (length > maxBytes) fail(tooLarge(maxBytes));
      else pieces.push(bytes);
    },
    end(error) {
      clearTimeout(deadline);
      if (error === undefined) resolve(Buffer.concat(pieces, length));
      else reject(error);
    },
  });
  if ((announced ?? 0) > maxBytes) fail(tooLarge(maxBytes));
  return promise;
}

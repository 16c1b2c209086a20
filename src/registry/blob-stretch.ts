import type { BodyFlow } from '../internal/body.ts';
import { HttpError } from '../internal/http.ts';
import type { HttpAnswer } from '../internal/request.ts';
import { RegistryError } from './registry.ts';
import type { Server } from './server.ts';
import type { Servers } from './servers.ts';

/** Where a blob is. */
export interface BlobPlace {
  readonly servers: Servers;
  /** Path of the blob at one server. */
  readonly path: (server: Server) => string;
  readonly scopes: (server: Server) => readonly string[];
  readonly digest: string;
  readonly size: number;
  /** So much in one answer is worth a connection of its own. */
  readonly bulkBytes: number;
}

/** A stretch of a blob on its way. */
export interface Stretch {
  readonly start: number;
  /** May be brought forward while it comes. */
  end: number;
  /** Up to here its bytes have come. */
  at: number;
  readonly pieces: Buffer[];
  flow: BodyFlow | undefined;
  done: boolean;
  error: unknown;
  readonly stop: AbortController;
}

/** Told while a stretch comes in. */
export interface StretchEvents {
  /** Bytes have come, or the end, or an error. */
  changed(): void;
  fetched(bytes: number): void;
  /** The server gives the whole from its start only, whatever is asked. */
  noRanges(stretch: Stretch): void;
  /** The head has come. */
  begun(answer: HttpAnswer): void;
}

/** A stretch yet to be fetched. */
export function newStretch(start: number, end: number): Stretch {
  return {
    start,
    end,
    at: start,
    pieces: [],
    flow: undefined,
    done: false,
    error: undefined,
    stop: new AbortController(),
  };
}

/** Fetches a stretch, resuming where a connection breaks and going to the next server where one fails; never throws. */
export async function fetchStretch(place: BlobPlace, stretch: Stretch, events: StretchEvents): Promise<void> {
  try {
    await place.servers.first('pull', async (server) => {
      let before = -1;
      const progressed = (): boolean => {
        const further = stretch.at > before;
        before = stretch.at;
        return further;
      };
      if (isFull(stretch)) return;
      const question = {
        method: 'GET' as const,
        path: place.path(server),
        scopes: place.scopes(server),
        headers: () => rangeHeader(stretch.at, stretch.end, place.size),
        progressed,
        // Stretches are many and small enough that a kept connection counts for more.
        bulk: () => stretch.end === place.size && stretch.end - stretch.at >= place.bulkBytes,
        signal: stretch.stop.signal,
      };
      await server.ask(question, (answer) => take(answer, place, stretch, events, server.place));
    });
    stretch.done = true;
  } catch (error) {
    stretch.error = error;
  }
  events.changed();
}

function isFull(stretch: Stretch): boolean {
  return stretch.at >= stretch.end;
}

function rangeHeader(start: number, end: number, size: number): Record<string, string> {
  return start === 0 && end === size ? {} : { range: `bytes=${start}-${end - 1}` };
}

/** Takes the body of one answer. Rejects with `HttpError` where it breaks off, with `RegistryError` where it is wrong. */
function take(
  answer: HttpAnswer,
  place: BlobPlace,
  stretch: Stretch,
  events: StretchEvents,
  where: string,
): Promise<void> {
  let skip = checkHead(answer, stretch.at, place, where);
  if (answer.status === 200) {
    if (skip > 0 || stretch.end < place.size) events.noRanges(stretch);
  }
  events.begun(answer);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const flow = answer.flow({
    piece(bytes) {
      events.fetched(bytes.length);
      const fresh = skip > 0 ? bytes.subarray(Math.min(skip, bytes.length)) : bytes;
      skip = Math.max(0, skip - bytes.length);
      const left = stretch.end - stretch.at;
      if (fresh.length > 0 && left > 0) {
        const taken = fresh.length > left ? fresh.subarray(0, left) : fresh;
        stretch.pieces.push(taken);
        stretch.at += taken.length;
        events.changed();
      }
      if (fresh.length <= left) return;
      flow.abort();
      // A stretch that was brought forward ends within an answer that goes on.
      if (stretch.end < place.size) resolve();
      else reject(tooLong(place, where));
    },
    end(error) {
      if (error !== undefined) reject(error);
      else if (isFull(stretch)) resolve();
      else reject(tooShort(stretch, place));
    },
  });
  stretch.flow = flow;
  return promise.finally(() => {
    stretch.flow = undefined;
  });
}

/** How many bytes to pass over. Throws `bad-answer` where the head can't belong to what was asked for. */
function checkHead(answer: HttpAnswer, at: number, place: BlobPlace, where: string): number {
  const wrong = (what: string): RegistryError => {
    answer.discard();
    return new RegistryError('bad-answer', 'The registry gives something else for a blob', `${where}: ${what}`);
  };
  const length = answer.header('content-length');
  if (answer.header('content-encoding') !== undefined) throw wrong('content-encoding');
  if (answer.status === 200) {
    if (length !== undefined && Number(length) !== place.size) {
      throw wrong(`${length.slice(0, 20)} bytes instead of ${place.size} of ${place.digest}`);
    }
    if (length === undefined && /^text\/html/i.test(answer.header('content-type') ?? '')) throw wrong('a page');
    return at;
  }
  if (answer.status !== 206) throw wrong(`status ${answer.status}`);
  const range = answer.header('content-range') ?? '';
  const [, first, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(range) ?? [];
  if (Number(first) !== at || (total !== '*' && Number(total) !== place.size))
    throw wrong(`range ${range.slice(0, 60)}`);
  return 0;
}

function tooLong(place: BlobPlace, where: string): RegistryError {
  return new RegistryError(
    'bad-answer',
    'The registry gives more bytes than the manifest says the blob has',
    `${where}: over ${place.size} of ${place.digest}`,
  );
}

/** Taken for a connection that broke off: the rest is asked for. */
function tooShort(stretch: Stretch, place: BlobPlace): HttpError {
  const detail = `only ${stretch.at} of ${place.size} bytes of ${place.digest}`;
  return new HttpError('interrupted', 'the answer is too short', detail);
}

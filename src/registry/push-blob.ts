import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../internal/request.ts';
import { algorithmOf, checkDigest } from './digest.ts';
import type { Places } from './places.ts';
import { type Bytes, checkSource, stretchOf } from './push-source.ts';
import { type Descriptor, RegistryError } from './registry.ts';
import type { Question, Server } from './server.ts';

/** Where something is pushed to. */
export interface PushPlace {
  readonly server: Server;
  readonly at: Places;
  /** A repository of the same registry that may have the blob. */
  readonly from?: string | undefined;
}

/** A blob of at most so many bytes goes in one request, with its digest (OCI distribution spec 1.1, "Monolithically"). */
const oneRequestBytes = 4 << 20;
/** Chunks where the whole is too large for one request. */
const chunkBytes = 32 << 20;
/** A chunk breaks off so often without getting further before we give up. */
const fruitless = 4;

/** Uploads a blob unless it is there, mounting it where it can. Throws `RegistryError`. */
export async function pushBlob(place: PushPlace, descriptor: Descriptor, bytes: Bytes): Promise<void> {
  checkDigest(descriptor.digest);
  if (await hasBlob(place, descriptor.digest)) return;
  const session = await begin(place, descriptor.digest);
  if (session === undefined) return;
  if (descriptor.size <= oneRequestBytes) await pushWhole(place, session, descriptor, bytes);
  else await pushChunks(place, session, descriptor, bytes);
}

/** Whether the repository has a blob. */
export function hasBlob({ server, at }: PushPlace, digest: string): Promise<boolean> {
  return server.ask(
    { method: 'HEAD', path: at.path(server, `blobs/${digest}`), scopes: at.push(server), expects: [404] },
    (answer) => {
      answer.discard();
      return answer.status === 200;
    },
  );
}

/** An upload that was begun. */
interface Session {
  /** Where the next request goes. */
  location: URL;
  /** Smallest chunk but for the last (`OCI-Chunk-Min-Length`). */
  readonly smallest: number;
}

/** `undefined` where the blob was mounted, so there is nothing to upload. */
async function begin(place: PushPlace, digest: string): Promise<Session | undefined> {
  const { server, at, from } = place;
  const start = (query: Record<string, string>, scopes: readonly string[]): Promise<Session | undefined> =>
    server.ask(
      {
        method: 'POST',
        path: at.path(server, 'blobs/uploads/'),
        query,
        scopes,
        body: () => new Uint8Array(0),
        headers: () => ({ 'content-length': '0' }),
      },
      (answer) => {
        answer.discard();
        if (answer.status === 201 && query['mount'] !== undefined) return undefined;
        if (answer.status !== 202) throw strange(answer, server);
        const smallest = Number(answer.header('oci-chunk-min-length') ?? 0);
        return { location: locationOf(answer, server), smallest: Number.isSafeInteger(smallest) ? smallest : 0 };
      },
    );
  const scopes = at.push(server);
  if (from === undefined) return start({}, scopes);
  try {
    return await start({ mount: digest, from }, [...scopes, `repository:${from}:pull`]);
  } catch (error) {
    // Who may not read the other repository may still upload.
    if (!(error instanceof RegistryError) || !['unauthorized', 'denied', 'not-found'].includes(error.code)) throw error;
    return start({}, scopes);
  }
}

/** `Location` may be relative; behind a proxy that ends TLS it often has the wrong scheme. */
function locationOf(answer: HttpAnswer, server: Server): URL {
  const location = answer.header('location');
  const url = location === undefined ? null : URL.parse(location, answer.url.href);
  if (url === null || !/^https?:$/.test(url.protocol)) throw strange(answer, server);
  const own = new URL(server.endpoint.url);
  if (url.hostname === own.hostname && url.protocol === 'http:' && own.protocol === 'https:') {
    return new URL(`${own.origin}${url.pathname}${url.search}`);
  }
  if (own.protocol === 'https:' && url.protocol === 'http:') throw strange(answer, server);
  return url;
}

function strange(answer: HttpAnswer, server: Server): RegistryError {
  return new RegistryError(
    'bad-answer',
    'The registry answers an upload strangely',
    `${server.place}: ${answer.status}`,
  );
}

function finish(session: Session, digest: string): URL {
  const url = new URL(session.location);
  url.searchParams.set('digest', digest);
  return url;
}

async function pushWhole(place: PushPlace, session: Session, descriptor: Descriptor, bytes: Bytes): Promise<void> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes()) {
    length += piece.length;
    if (length > descriptor.size) break;
    pieces.push(Buffer.from(piece));
  }
  const whole = Buffer.concat(pieces);
  const hash = createHash(algorithmOf(descriptor.digest)).update(whole);
  checkSource(descriptor, length, hash);
  await place.server.ask(
    {
      method: 'PUT',
      path: finish(session, descriptor.digest),
      scopes: place.at.push(place.server),
      headers: () => ({ 'content-type': 'application/octet-stream', 'content-length': String(whole.length) }),
      body: () => whole,
    },
    (answer) => created(answer, place.server),
  );
}

function created(answer: HttpAnswer, server: Server): void {
  answer.discard();
  if (answer.status !== 201) throw strange(answer, server);
}

/** Uploads in order: everything in one PATCH at first, smaller chunks where that is too large; resumes what breaks. */
async function pushChunks(place: PushPlace, session: Session, descriptor: Descriptor, bytes: Bytes): Promise<void> {
  let at = 0;
  let chunk = Infinity;
  for (let failures = 0; at < descriptor.size; ) {
    const end = Math.min(descriptor.size, at + chunk);
    const body = (): AsyncIterable<Uint8Array> => stretchOf(bytes, at, end, descriptor);
    const outcome = await sendChunk(place, session, body, at, end);
    if (outcome === 'taken') {
      at = end;
      failures = 0;
      continue;
    }
    const smaller = outcome.tooLarge && chunk === Infinity;
    if (smaller) chunk = Math.max(chunkBytes, session.smallest);
    const reached = await reachedBy(place, session, outcome.error);
    failures = smaller || reached > at ? 0 : failures + 1;
    if (failures >= fruitless || reached > descriptor.size) throw outcome.error;
    if (failures > 0) await place.server.wait(failures);
    at = reached;
  }
  await place.server.ask(
    {
      method: 'PUT',
      path: finish(session, descriptor.digest),
      scopes: place.at.push(place.server),
      headers: () => ({ 'content-length': '0' }),
      body: () => new Uint8Array(0),
    },
    (answer) => created(answer, place.server),
  );
}

type Outcome = 'taken' | { readonly error: RegistryError; readonly tooLarge: boolean };

/** Worth another try from wherever the registry is. */
const passing = [408, 413, 416, 429, 500, 502, 503, 504];

async function sendChunk(
  place: PushPlace,
  session: Session,
  body: () => AsyncIterable<Uint8Array>,
  start: number,
  end: number,
): Promise<Outcome> {
  const question: Question = {
    method: 'PATCH',
    path: session.location,
    scopes: place.at.push(place.server),
    headers: () => ({
      'content-type': 'application/octet-stream',
      'content-length': String(end - start),
      'content-range': `${start}-${end - 1}`,
    }),
    body,
    expects: passing,
    once: true,
  };
  try {
    return await place.server.ask(question, (answer) => {
      answer.discard();
      if (passing.includes(answer.status)) {
        return { error: strange(answer, place.server), tooLarge: answer.status === 413 };
      }
      if (answer.status !== 202 && answer.status !== 204) throw strange(answer, place.server);
      session.location = locationOf(answer, place.server);
      return 'taken' as const;
    });
  } catch (error) {
    if (!(error instanceof RegistryError) || !['interrupted', 'timeout'].includes(error.code)) throw error;
    return { error, tooLarge: false };
  }
}

/** How many bytes the registry has; the next chunk begins there. */
function reachedBy(place: PushPlace, session: Session, why: RegistryError): Promise<number> {
  return place.server.ask(
    { method: 'GET', path: session.location, scopes: place.at.push(place.server), expects: [404] },
    (answer) => {
      answer.discard();
      if (answer.status === 404) throw why;
      if (answer.header('location') !== undefined) session.location = locationOf(answer, place.server);
      const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.header('range') ?? '')?.[1];
      // `0-0` is what registries say of no byte at all, for want of a better way; one byte more costs nothing.
      return last === undefined || last === '0' ? 0 : Number(last) + 1;
    },
  );
}

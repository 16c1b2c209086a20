import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../internal/clock.ts';
import { type HttpClient, HttpError, type HttpLimits, openHttpClient, withoutCredentials } from '../internal/http.ts';
import { makeFolder } from '../internal/make-folder.ts';
import type { RetryPolicy } from '../internal/retry.ts';
import { download, type Validators } from './download.ts';
import { asDatabaseError, DatabaseError, type DatabaseErrorCode } from './error.ts';
import { locator, type Place } from './mirror.ts';
import { cleanParts } from './part.ts';
import type { Revised } from './revision.ts';
import type { WantedFeed } from './selection.ts';

/** A wanted feed with what is known of the version that we have. */
export interface FeedRequest extends WantedFeed {
  /** Absent when it is to be fetched whatever the server has. */
  readonly known?: (Validators & { readonly from: string }) | undefined;
  /** Address of the index, one that the source gives itself, through which the feed was found. */
  readonly via?: string;
}

/** What came of fetching one feed. */
export type Fetched = { readonly request: FeedRequest } & (
  | { readonly kind: 'unchanged' | 'absent' }
  /** An index that was read, and how many feeds it names that were not named before. */
  | { readonly kind: 'followed'; readonly feeds: number }
  | { readonly kind: 'failed'; readonly error: DatabaseError }
  | FetchedDocument
  /** A list of changes, and what they are. */
  | (Pick<FetchedDocument, 'from' | 'validators'> & Revised & { readonly kind: 'revised' })
);

/** A feed that has come. */
export interface FetchedDocument {
  readonly kind: 'document';
  readonly path: string;
  /** The file is ours to remove. */
  readonly temporary: boolean;
  /** Address that it came from. */
  readonly from: string;
  readonly validators: Validators;
}

/** How feeds are fetched. */
export interface FetchOptions {
  readonly mirror: string | undefined;
  /** Folder for what is being downloaded; made when needed. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly policy: RetryPolicy;
  readonly limits: Partial<HttpLimits>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (url: string, received: number, total: number | undefined) => void;
}

const AT_ONCE = 4;

/** Fetches feeds, a few at a time, as often as asked; what goes wrong with one is in its place in the answer. */
export interface Fetcher {
  /** Throws `DatabaseError` only when `aborted`. */
  fetch(requests: readonly FeedRequest[]): Promise<Fetched[]>;
  close(): Promise<void>;
}

/** A fetcher, which is to be closed; throws `DatabaseError` for a mirror that is none. */
export function openFetcher(options: FetchOptions): Fetcher {
  const locate = locator(options.mirror);
  const clients = lazyClient(options);
  const halt = (): void => {
    if (options.signal?.aborted) throw new DatabaseError('aborted', 'the update was called off');
  };
  return {
    async fetch(requests) {
      const fetched: Fetched[] = [];
      const queue = requests.entries();
      const worker = async (): Promise<void> => {
        for (const [index, request] of queue) {
          halt();
          fetched[index] = await fetchOne(request, locate, clients.get, options);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      halt();
      return fetched;
    },
    close: clients.close,
  };
}

/** A mirror folder needs no HTTP client and no folder for downloads. */
function lazyClient(options: FetchOptions): { get: () => Promise<HttpClient>; close: () => Promise<void> } {
  let client: Promise<HttpClient> | undefined;
  return {
    get: () => {
      if (client === undefined) {
        makeFolder(options.folder);
        cleanParts(options.folder, options.clock.now());
        client = openHttpClient({ env: options.env, userAgent: options.userAgent, limits: options.limits });
      }
      return client;
    },
    close: async () => await (await client)?.close(),
  };
}

async function fetchOne(
  request: FeedRequest,
  locate: (url: string) => Place,
  client: () => Promise<HttpClient>,
  options: FetchOptions,
): Promise<Fetched> {
  try {
    const place = locate(request.feed.url);
    if (place.kind === 'file') return { request, ...fromFolder(place.path, request, options.maxBytes) };
    return { request, ...(await fromServer(place.url, request, await client(), options)) };
  } catch (error) {
    const failure = feedError(error, request.feed.url);
    if (failure.code === 'aborted') throw failure;
    if (failure.code === 'not-found' && request.feed.optional === true) return { request, kind: 'absent' };
    return { request, kind: 'failed', error: failure };
  }
}

async function fromServer(
  url: string,
  request: FeedRequest,
  client: HttpClient,
  options: FetchOptions,
): Promise<FetchedDocument | { readonly kind: 'unchanged' }> {
  const from = withoutCredentials(url);
  const answer = await download(client, {
    url,
    accept: request.feed.accept,
    folder: options.folder,
    known: request.known?.from === from ? request.known : undefined,
    maxBytes: options.maxBytes,
    policy: options.policy,
    clock: options.clock,
    signal: options.signal,
    onProgress: (received, total) => options.onProgress(request.feed.url, received, total),
  });
  return answer.kind === 'unchanged' ? { kind: 'unchanged' } : { ...answer, temporary: true, from };
}

/** A file's size and time stand for its ETag. */
function fromFolder(
  path: string,
  request: FeedRequest,
  maxBytes: number,
): FetchedDocument | { readonly kind: 'unchanged' } {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats?.isFile() !== true)
    throw new DatabaseError('not-found', 'the mirror does not have the feed', { subject: path });
  if (stats.size > BigInt(maxBytes)) {
    throw new DatabaseError('too-large', 'the feed exceeds the size limit', {
      subject: path,
      detail: `${stats.size} bytes`,
    });
  }
  const from = pathToFileURL(path).href;
  const etag = `"${stats.size}-${stats.mtimeNs}"`;
  if (request.known?.from === from && request.known.etag === etag) return { kind: 'unchanged' };
  const validators = { etag, lastModified: new Date(Number(stats.mtimeMs)).toUTCString() };
  return { kind: 'document', path, temporary: false, from, validators };
}

/** What went wrong with a feed, in the terms of this folder. */
function feedError(error: unknown, url: string): DatabaseError {
  if (!(error instanceof HttpError)) return asDatabaseError(error, url);
  return new DatabaseError(codeOf(error), error.message, { subject: url, detail: error.detail, cause: error });
}

function codeOf(error: HttpError): DatabaseErrorCode {
  if (error.status === 404 || error.status === 410) return 'not-found';
  if (error.status === 429) return 'rate-limited';
  return error.code === 'offline' || error.code === 'too-large' || error.code === 'aborted'
    ? error.code
    : 'fetch-failed';
}

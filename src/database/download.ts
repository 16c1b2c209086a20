import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../internal/clock.ts';
import { type HttpClient, HttpError, type HttpResponse } from '../internal/http.ts';
import { type Judgement, type RetryPolicy, retry, retryAfterMs } from '../internal/retry.ts';
import { forgetPart, openPart, type Part, rememberPart } from './part.ts';

/** What the server said of a document's version (RFC 9110 8.8). */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** A document to bring over HTTP. */
export interface DownloadJob {
  readonly url: string;
  /** Media type to ask for. */
  readonly accept?: string | undefined;
  /** Folder for what is half there. */
  readonly folder: string;
  /** Of the version that we have: unchanged is an answer then. */
  readonly known: Validators | undefined;
  readonly maxBytes: number;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (received: number, total: number | undefined) => void;
}

/** What came. */
export type Downloaded =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'document'; readonly path: string; readonly validators: Validators };

/**
 * Brings a document into a file, unpacked where the server packed it for the way; goes on where an earlier try or an
 * earlier run was cut off. Throws `HttpError` after the last try, and what the file system throws.
 */
export async function download(client: HttpClient, job: DownloadJob): Promise<Downloaded> {
  const state = { received: 0 };
  let before = 0;
  return await retry(
    job.policy,
    { clock: job.clock, ...(job.signal === undefined ? {} : { signal: job.signal }) },
    () => attempt(client, job, state),
    (error) => {
      const progress = state.received >= before + PROGRESS_BYTES;
      if (progress) before = state.received;
      return judge(error, progress, job.clock.now());
    },
  );
}

/** Less than this is no reason to be more patient: a server that drips would be tried for ever. */
const PROGRESS_BYTES = 64 * 1024;

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

function judge(error: unknown, progress: boolean, now: number): Judgement {
  if (!(error instanceof HttpError)) return { kind: 'give-up' };
  if (error.code === 'offline') return { kind: 'again', attempts: 2 };
  if (error.code === 'timeout' || error.code === 'interrupted') return { kind: 'again', progress };
  if (error.code !== 'status' || !PASSING.has(error.status ?? 0)) return { kind: 'give-up' };
  const askedMs = retryAfterMs(error.retryAfter, now);
  return { kind: 'again', ...(askedMs === undefined ? {} : { askedMs }) };
}

async function attempt(client: HttpClient, job: DownloadJob, state: { received: number }): Promise<Downloaded> {
  const part = openPart(job.folder, job.url);
  const response = await client.get(job.url, requestHeaders(part, job), job.signal);
  if (response.status === 304 && job.known !== undefined && part.bytes === 0) {
    response.discard();
    return { kind: 'unchanged' };
  }
  const encoding = encodingOf(response);
  const start = startOf(response, part, encoding);
  if (start === 0) rememberPart(part, { ...validatorsOf(response), encoding });
  const total = totalOf(response, start);
  if ((total ?? 0) > job.maxBytes) {
    response.discard();
    throw tooLarge(job.maxBytes);
  }
  await receive(response, part.path, start, total, job, state);
  const path = await unpacked(part, encoding, job.maxBytes);
  return { kind: 'document', path, validators: validatorsOf(response) };
}

function requestHeaders(part: Part, { known, accept }: DownloadJob): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'gzip', ...(accept === undefined ? {} : { accept }) };
  if (part.bytes > 0 && part.validator !== undefined) {
    headers['range'] = `bytes=${part.bytes}-`;
    headers['if-range'] = part.validator;
    return headers;
  }
  if (known?.etag !== undefined) headers['if-none-match'] = known.etag;
  else if (known?.lastModified !== undefined) headers['if-modified-since'] = known.lastModified;
  return headers;
}

function validatorsOf(response: HttpResponse): Validators {
  const [etag, lastModified] = [response.header('etag'), response.header('last-modified')];
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
}

function encodingOf(response: HttpResponse): 'gzip' | 'identity' {
  const text = response.header('content-encoding')?.trim().toLowerCase() ?? '';
  if (text === '' || text === 'identity') return 'identity';
  if (text === 'gzip' || text === 'x-gzip') return 'gzip';
  response.discard();
  throw new HttpError('status', 'the server packs its answer in a way that was not asked for', text, {
    status: response.status,
  });
}

/** Where in the file the body belongs; throws for every answer that has no usable body. */
function startOf(response: HttpResponse, part: Part, encoding: 'gzip' | 'identity'): number {
  if (response.status === 200) return 0;
  if (response.status !== 206) response.discard();
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.header('content-range') ?? '');
    if (part.bytes > 0 && Number(range?.[1]) === part.bytes && encoding === part.encoding) return part.bytes;
    response.discard();
  }
  if (response.status === 206 || response.status === 416) {
    forgetPart(part);
    throw new HttpError('interrupted', 'the server cannot go on where the last try stopped');
  }
  const retryAfter = response.header('retry-after');
  throw new HttpError('status', 'the server refuses', `status ${response.status}`, {
    status: response.status,
    retryAfter,
  });
}

function totalOf(response: HttpResponse, start: number): number | undefined {
  const length = response.header('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? start + Number(length) : undefined;
}

async function receive(
  response: HttpResponse,
  path: string,
  start: number,
  total: number | undefined,
  job: DownloadJob,
  state: { received: number },
): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, start === 0 ? 'w' : 'r+', 0o600);
    let at = start;
    for await (const piece of response.body()) {
      if (at + piece.length > job.maxBytes) throw tooLarge(job.maxBytes);
      for (let done = 0; done < piece.length; ) {
        done += (await file.write(piece, done, piece.length - done, at + done)).bytesWritten;
      }
      at += piece.length;
      state.received = Math.max(state.received, at);
      job.onProgress(at, total);
    }
    if (total !== undefined && at !== total)
      throw new HttpError('interrupted', 'the answer has another length than announced');
  } finally {
    response.discard();
    await file?.close();
  }
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError('too-large', 'the feed exceeds the size limit', `${maxBytes} bytes`);
}

/** The whole document as a file of its own name, so that it is never taken for a part. */
async function unpacked(part: Part, encoding: 'gzip' | 'identity', maxBytes: number): Promise<string> {
  const path = part.path.replace(/\.part$/, '.feed');
  if (encoding === 'identity') renameSync(part.path, path);
  else await gunzipFile(part, path, maxBytes);
  forgetPart(part);
  return path;
}

async function gunzipFile(part: Part, path: string, maxBytes: number): Promise<void> {
  let bytes = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > maxBytes ? tooLarge(maxBytes) : null, chunk);
    },
  });
  try {
    await pipeline(
      createReadStream(part.path),
      createGunzip({ chunkSize: 256 * 1024 }),
      bound,
      createWriteStream(path),
    );
  } catch (cause) {
    rmSync(path, { force: true });
    forgetPart(part);
    const code = String((cause as { code?: unknown }).code);
    if (!code.startsWith('Z_')) throw cause;
    throw new HttpError('interrupted', 'the answer was packed wrongly', code, { cause });
  }
}

import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { HttpError } from '../internal/http.ts';
import { type Judgement, type RetryPolicy, retry, retryAfterMs } from '../internal/retry.ts';
import { ArchiveError, asArchiveError } from './error.ts';
import type { ArchiveOptions } from './model.ts';
import type { Listed } from './release.ts';

/** What fetching needs of the options. */
export type Fetching = Pick<ArchiveOptions, 'http' | 'clock' | 'signal' | 'onProgress'>;

const POLICY: RetryPolicy = { attempts: 4, attemptsInAll: 6, baseMs: 500, capMs: 8000, longestAskedMs: 30_000 };

/** A small file. Throws `ArchiveError`: `not-found`, `too-large`, `offline`, `fetch-failed`, `aborted`. */
export async function fetchSmall(fetching: Fetching, url: string, maxBytes: number): Promise<Buffer> {
  return await attempts(fetching, url, async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body(fetching, url, maxBytes)) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
}

/**
 * Fetches a file whose size and digest are known into `path`, which is removed when something goes wrong. Throws as
 * `fetchSmall`, and `wrong-digest`.
 */
export async function fetchVerified(fetching: Fetching, url: string, listed: Listed, path: string): Promise<void> {
  try {
    await attempts(fetching, url, async () => {
      const hash = createHash('sha256');
      const fd = openSync(path, 'w', 0o600);
      let size = 0;
      try {
        for await (const chunk of body(fetching, url, listed.size)) {
          hash.update(chunk);
          writeWhole(fd, chunk);
          size += chunk.length;
        }
      } finally {
        closeSync(fd);
      }
      if (size === listed.size && hash.digest('hex') === listed.sha256) return;
      const detail = size === listed.size ? undefined : `${size} bytes in the place of ${listed.size}`;
      throw new ArchiveError('wrong-digest', 'a file is not the one that the signed index names', {
        subject: url,
        detail,
      });
    });
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

function writeWhole(fd: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
}

async function attempts<T>(fetching: Fetching, url: string, attempt: () => Promise<T>): Promise<T> {
  const { clock, signal } = fetching;
  try {
    return await retry(POLICY, { clock, ...(signal && { signal }) }, attempt, (error) => judge(error, clock.now()));
  } catch (error) {
    throw asArchiveError(error, url);
  }
}

async function* body(fetching: Fetching, url: string, maxBytes: number): AsyncGenerator<Uint8Array> {
  const answer = await fetching.http.get(url, {}, fetching.signal);
  if (answer.status !== 200) {
    answer.discard();
    throw statusError(answer.status, url, answer.header('retry-after'));
  }
  let received = 0;
  for await (const chunk of answer.body()) {
    received += chunk.length;
    if (received > maxBytes) {
      answer.discard();
      const data = { subject: url, detail: `over ${maxBytes} bytes` };
      throw new ArchiveError('too-large', 'a file of the archive is larger than it may be', data);
    }
    fetching.onProgress?.({ url: answer.url, received });
    yield chunk;
  }
}

function statusError(status: number, url: string, retryAfter: string | undefined): Error {
  if (status === 404 || status === 410 || status === 403) {
    return new ArchiveError('not-found', 'the archive does not have the file', {
      subject: url,
      detail: `status ${status}`,
    });
  }
  return new HttpError('status', 'the archive does not give the file', `status ${status}`, { status, retryAfter });
}

function judge(error: unknown, now: number): Judgement {
  if (!(error instanceof HttpError)) return { kind: 'give-up' };
  if (error.code === 'offline') return { kind: 'again', attempts: 2 };
  if (error.code === 'timeout' || error.code === 'interrupted') return { kind: 'again' };
  const isBusy = error.status === 429 || error.status === 408 || (error.status ?? 0) >= 500;
  if (error.code !== 'status' || !isBusy) return { kind: 'give-up' };
  const askedMs = retryAfterMs(error.retryAfter, now);
  return { kind: 'again', ...(askedMs !== undefined && { askedMs }) };
}

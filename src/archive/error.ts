import { HttpError, withoutCredentials } from '../internal/http.ts';
import next from './next-steps.json' with { type: 'json' };

export type ArchiveErrorCode =
  | 'no-sources'
  | 'other-release'
  | 'no-security'
  | 'not-supported'
  | 'bad-source'
  | 'no-key'
  | 'untrusted-signature'
  | 'unsigned'
  | 'bad-release'
  | 'wrong-suite'
  | 'expired'
  | 'not-yet-valid'
  | 'rolled-back'
  | 'behind'
  | 'no-index'
  | 'bad-index'
  | 'wrong-digest'
  | 'too-large'
  | 'bad-package'
  | 'no-changelog'
  | 'not-found'
  | 'offline'
  | 'fetch-failed'
  | 'unwritable'
  | 'aborted';

/** What varies in an `ArchiveError`. */
export interface ArchiveErrorData {
  /** Address, path or package it is about. */
  readonly subject?: string | undefined;
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

/** A distribution's archive, or a part of it, that can't be had or must not be believed. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code: ArchiveErrorCode;
  readonly subject: string | undefined;
  readonly detail: string | undefined;
  /** What the user can do about it. */
  readonly next: string;
  constructor(code: ArchiveErrorCode, message: string, data: ArchiveErrorData = {}) {
    super(message, data.cause === undefined ? undefined : { cause: data.cause });
    this.code = code;
    this.subject = data.subject === undefined ? undefined : withoutCredentials(data.subject);
    this.detail = data.detail;
    this.next = next[code];
  }
}

/** An `ArchiveError` for what went wrong with `subject`; one that already is stays as it is. */
export function asArchiveError(cause: unknown, subject: string): ArchiveError {
  if (cause instanceof ArchiveError) return cause;
  const detail = detailOf(cause);
  const data = { subject, detail, cause };
  if (
    cause instanceof Error &&
    (cause.name === 'AbortError' || (cause instanceof HttpError && cause.code === 'aborted'))
  ) {
    return new ArchiveError('aborted', 'reading the archive was called off', data);
  }
  if (cause instanceof HttpError) {
    if (cause.code === 'offline' || cause.code === 'timeout') return new ArchiveError('offline', cause.message, data);
    return new ArchiveError('fetch-failed', cause.message, data);
  }
  if (typeof (cause as { syscall?: unknown }).syscall === 'string') {
    return new ArchiveError('unwritable', 'the cache folder of the archive cannot be used', data);
  }
  return new ArchiveError('fetch-failed', 'the archive cannot be read', data);
}

function detailOf(cause: unknown): string {
  if (cause instanceof HttpError) return cause.detail ?? '';
  return cause instanceof Error ? cause.message : String(cause);
}

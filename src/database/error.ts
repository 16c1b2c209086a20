export type DatabaseErrorCode =
  | 'offline'
  | 'fetch-failed'
  | 'not-found'
  | 'rate-limited'
  | 'too-large'
  | 'bad-feed'
  | 'nothing-selected'
  | 'no-database'
  | 'corrupt'
  | 'wrong-version'
  | 'locked'
  | 'disk-full'
  | 'unwritable'
  | 'aborted';

/** What varies in a `DatabaseError`. */
export interface DatabaseErrorData {
  /** Address or path it is about. */
  readonly subject?: string | undefined;
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

/** The advisory database, or a feed for it, can't be had or used. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;
  readonly subject: string | undefined;
  readonly detail: string | undefined;
  constructor(code: DatabaseErrorCode, message: string, data: DatabaseErrorData = {}) {
    super(message, data.cause === undefined ? undefined : { cause: data.cause });
    this.code = code;
    this.subject = data.subject;
    this.detail = data.detail;
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html): SQLITE_READONLY, SQLITE_CANTOPEN. */
const SQLITE_DENIED: ReadonlySet<number | undefined> = new Set([8, 14]);
const SQLITE_FULL = 13;

/** A `DatabaseError` for what reading or writing `subject` threw; one that already is stays as it is. */
export function asDatabaseError(cause: unknown, subject: string): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  const { code, errcode, message } = cause as { code?: unknown; errcode?: unknown; message?: unknown };
  const data = { subject, detail: String(message ?? cause), cause };
  const primary = typeof errcode === 'number' ? errcode & 0xff : undefined;
  if (primary === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT') {
    return new DatabaseError('disk-full', 'no space is left for the advisory database', data);
  }
  if (code === 'ENOENT') return new DatabaseError('no-database', 'there is no advisory database', data);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || SQLITE_DENIED.has(primary)) {
    return new DatabaseError('unwritable', 'the advisory database cannot be opened or written', data);
  }
  if (typeof code === 'string' && code !== 'ERR_SQLITE_ERROR') {
    return new DatabaseError('unwritable', 'the disk fails under the advisory database', data);
  }
  return new DatabaseError('corrupt', 'the advisory database is damaged', data);
}

import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../internal/clock.ts';
import { asDatabaseError, DatabaseError } from './error.ts';
import { openLockFile } from './sqlite.ts';

/** The right to update; nobody else has it until `release`. */
export interface UpdateLock {
  release(): void;
}

/** How to wait for it. */
export interface LockWait {
  readonly clock: Clock;
  /** Longest wait, milliseconds. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once when there is a wait. */
  readonly onWait?: (() => void) | undefined;
}

const POLL_MS = 100;
const SQLITE_BUSY = 5;

/**
 * Waits for the update lock of the database at `path`; throws `DatabaseError` `locked` when it takes too long. The lock
 * is one that the operating system keeps (through SQLite, on `<path>.lock`) and drops with the process, so nothing is
 * ever stale: process numbers mean nothing across containers that share a folder.
 */
export async function acquireLock(path: string, wait: LockWait): Promise<UpdateLock> {
  const until = wait.clock.now() + wait.waitMs;
  for (let tries = 0; ; tries++) {
    const held = tryLock(`${path}.lock`);
    if (held !== undefined) return { release: () => held.close() };
    if (tries === 0) wait.onWait?.();
    if (wait.clock.now() >= until) {
      throw new DatabaseError('locked', 'another update of the advisory database is running', { subject: path });
    }
    if (wait.signal?.aborted) throw new DatabaseError('aborted', 'the update was called off');
    await wait.clock.sleep(POLL_MS);
  }
}

function tryLock(lockPath: string): DatabaseSync | undefined {
  let held: DatabaseSync | undefined;
  try {
    held = openLockFile(lockPath);
    held.exec('BEGIN EXCLUSIVE');
    return held;
  } catch (error) {
    held?.close();
    const { errcode } = error as { errcode?: unknown };
    if (typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY) return undefined;
    if (typeof errcode !== 'number') throw asDatabaseError(error, lockPath);
    throw new DatabaseError('unwritable', 'the update lock cannot be taken', { subject: lockPath, cause: error });
  }
}

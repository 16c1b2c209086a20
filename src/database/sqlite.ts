import type * as sqlite from 'node:sqlite';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

type Sqlite = typeof sqlite;

/*
 * Node 22 prints an ExperimentalWarning when node:sqlite is loaded, once, synchronously, through process.emitWarning.
 * That one is kept from the user, who can do nothing about it; every other warning passes.
 */
function loadSqlite(): Sqlite {
  const emitWarning = process.emitWarning.bind(process) as (...warning: unknown[]) => void;
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  process.emitWarning = (...warning: readonly unknown[]): void => {
    const isOurs =
      warning[1] === 'ExperimentalWarning' && typeof warning[0] === 'string' && warning[0].startsWith('SQLite');
    if (!isOurs) emitWarning(...warning);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    if (own !== undefined) Object.defineProperty(process, 'emitWarning', own);
  }
}

/**
 * Opens a sealed file for reading. `immutable` (sqlite.org/uri.html) spares locks and journal look-ups: a sealed file
 * never changes, it is only replaced. No memory map, since a file cut off under one kills the process.
 */
export function openSealed(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const database = new (loadSqlite().DatabaseSync)(url, { readOnly: true });
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -8192;');
  return database;
}

/**
 * Opens a file that only we know of for writing. Without journal and syncs: it is thrown away if anything fails, and
 * put on disk as a whole when it is done.
 */
export function openUnsealed(path: string, pageBytes: number): DatabaseSync {
  const database = new (loadSqlite().DatabaseSync)(path);
  database.exec(
    `PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
     PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;`,
  );
  return database;
}

/** Opens a file whose only use is the lock that the operating system keeps on it. */
export function openLockFile(path: string): DatabaseSync {
  const database = new (loadSqlite().DatabaseSync)(path, { timeout: 0 });
  database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY;');
  return database;
}

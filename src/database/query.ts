import { databaseInfo, ecosystemInfo } from './coverage.ts';
import { asDatabaseError } from './error.ts';
import { openWhole } from './open.ts';
import { newReader } from './reader.ts';
import type { Database } from './record.ts';
import { searchDatabase } from './search.ts';

/** Opens the database for reading; throws `DatabaseError` unless it is whole. */
export function openQuery(path: string): Database {
  const { sqlite, directory, digest, bytes } = openWhole(path);
  const reader = newReader({ sqlite, directory, digest, bytes });
  const guarded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw asDatabaseError(error, path);
    }
  };
  return {
    info: databaseInfo(directory, { path, digest, bytes }),
    ecosystem: (ecosystem) => ecosystemInfo(directory, ecosystem),
    lookup: (ecosystem, name, appliesTo) => guarded(() => reader.lookup(ecosystem, name, appliesTo)),
    details: (id, feed) => guarded(() => reader.details(id, feed)),
    search: (text) => guarded(() => searchDatabase(sqlite, directory, reader, text)),
    close: () => {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

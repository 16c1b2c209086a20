import { databaseInfo, ecosystemInfo } from './coverage.ts';
import { asDatabaseError } from './error.ts';
import { openWhole } from './open.ts';
import { newReader } from './reader.ts';
import type { Database, DatabaseInfo, EcosystemInfo } from './record.ts';
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
  let info: DatabaseInfo | undefined;
  // It is asked for every package that belongs to another.
  const ecosystems = new Map<string, EcosystemInfo>();
  return {
    get info() {
      return (info ??= databaseInfo(directory, { path, digest, bytes }));
    },
    ecosystem(ecosystem) {
      const known = ecosystems.get(ecosystem) ?? ecosystemInfo(directory, ecosystem);
      ecosystems.set(ecosystem, known);
      return known;
    },
    lookup: (ecosystem, name, appliesTo) => guarded(() => reader.lookup(ecosystem, name, appliesTo)),
    packages: (ecosystem) => guarded(() => reader.packages(ecosystem)),
    details: (id, feed) => guarded(() => reader.details(id, feed)),
    facts: (kind, key) => guarded(() => reader.facts(kind, key)),
    search: (text) => guarded(() => searchDatabase(sqlite, directory, reader, text)),
    close: () => {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

import { corrupt } from '../../internal/damage.ts';
import { readRecord } from '../../internal/sqlite/record.ts';
import { openSqlite, readSchema } from '../../internal/sqlite/sqlite.ts';
import { readTable, type TableRow } from '../../internal/sqlite/table.ts';
import type { DatabaseRecord } from './record.ts';

/*
 * Of a SQLite database only what rpm's table `Packages (hnum INTEGER PRIMARY KEY, blob BLOB)` needs is read: no index,
 * no SQL.
 */

/** The package headers of an `rpmdb.sqlite`, with what its write-ahead log (`-wal`) adds, in the order of `hnum`. */
export function* readSqlite(file: Uint8Array, log?: Uint8Array): Generator<DatabaseRecord> {
  const { pages, damages } = openSqlite(file, log);
  yield* damages;
  if (pages === undefined) {
    return;
  }
  let root: number | undefined;
  for (const table of readSchema(pages)) {
    if (table.kind === 'damage') {
      yield table;
    } else if (table.name === 'packages') {
      root ??= table.root;
    }
  }
  if (root === undefined) {
    yield corrupt('SQLite file without a Packages table');
    return;
  }
  for (const row of readTable(pages, root)) {
    yield row.kind === 'damage' ? row : packageOf(row);
  }
}

function packageOf(row: TableRow): DatabaseRecord {
  const blob = readRecord(row.payload, 2)?.[1];
  return blob instanceof Uint8Array
    ? { kind: 'header', number: row.id, bytes: blob }
    : corrupt('SQLite row of Packages without a blob', `row ${row.id}`);
}

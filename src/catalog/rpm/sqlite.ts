import { asBuffer } from './byte-order.ts';
import { corrupt, type DatabaseRecord } from './record.ts';
import { openPages, type SqlitePages } from './sqlite-pages.ts';
import { readRecord } from './sqlite-record.ts';
import { readTable, type TableRow } from './sqlite-table.ts';
import { readWal } from './sqlite-wal.ts';

/*
 * Of a SQLite database only what rpm's table `Packages (hnum INTEGER PRIMARY KEY, blob BLOB)` needs is read: no index,
 * no SQL. The table is found through the schema, a table at page 1 with columns type, name, tbl_name, rootpage and sql
 * ("Database File Format", clause 2.6).
 */

/** The package headers of an `rpmdb.sqlite`, with what its write-ahead log (`-wal`) adds, in the order of `hnum`. */
export function* readSqlite(file: Uint8Array, log?: Uint8Array): Generator<DatabaseRecord> {
  const wal = log && log.length > 0 ? readWal(asBuffer(log)) : undefined;
  if (wal?.damage) {
    yield wal.damage;
  }
  const pages = openPages(asBuffer(file), wal);
  if ('kind' in pages) {
    yield pages;
    return;
  }
  if (wal && !wal.damage && wal.pageSize !== pages.pageSize) {
    const detail = `${wal.pageSize} bytes, the database ${pages.pageSize}`;
    yield { ...corrupt('write-ahead log with another page size', detail), file: 'log' };
  }
  if (pages.page(pages.count) === undefined) {
    const detail = `${pages.count} pages, of which the last is not there`;
    yield { ...corrupt('SQLite file is cut short', detail), lossy: false };
  }
  let root: number | undefined;
  for (const row of readTable(pages, 1)) {
    if (row.kind === 'damage') {
      yield row;
    } else {
      root ??= packagesRoot(pages, row);
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

/** Root page of `Packages` if this row of the schema says it. */
function packagesRoot(pages: SqlitePages, row: TableRow): number | undefined {
  const [type, , table, root] = readRecord(row.payload, 4) ?? [];
  if (!(type instanceof Uint8Array) || !(table instanceof Uint8Array) || typeof root !== 'number') {
    return undefined;
  }
  if (type.length > 16 || table.length > 16) {
    return undefined;
  }
  const decoder = new TextDecoder(pages.encoding);
  const isPackages = decoder.decode(type) === 'table' && decoder.decode(table).toLowerCase() === 'packages';
  return isPackages ? root : undefined;
}

function packageOf(row: TableRow): DatabaseRecord {
  const blob = readRecord(row.payload, 2)?.[1];
  return blob instanceof Uint8Array
    ? { kind: 'header', number: row.id, bytes: blob }
    : corrupt('SQLite row of Packages without a blob', `row ${row.id}`);
}

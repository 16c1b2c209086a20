import { asBuffer } from '../byte-order.ts';
import { corrupt, type Damage } from '../damage.ts';
import { openPages, type SqlitePages } from './pages.ts';
import { readRecord } from './record.ts';
import { readTable, type TableRow } from './table.ts';
import { readWal } from './wal.ts';

/** A table of a SQLite database, as its schema tells it. */
export interface SqliteTable {
  readonly kind: 'table';
  /** In lower case. */
  readonly name: string;
  readonly root: number;
  /** Names of the columns in their order, in lower case. */
  columns(): string[];
}

/** Longest name of a table that is read, bytes. */
const maxName = 64;
/** Longest `CREATE TABLE` that is read, bytes. */
const maxSql = 16 << 10;

/** Opens a database with its write-ahead log; what is wrong with either is damage, without pages nothing can be read. */
export function openSqlite(
  file: Uint8Array,
  log: Uint8Array | undefined,
): { readonly pages?: SqlitePages; readonly damages: readonly Damage[] } {
  const damages: Damage[] = [];
  const wal = log && log.length > 0 ? readWal(asBuffer(log)) : undefined;
  if (wal?.damage) {
    damages.push(wal.damage);
  }
  const pages = openPages(asBuffer(file), wal);
  if ('kind' in pages) {
    return { damages: [...damages, pages] };
  }
  if (wal && !wal.damage && wal.pageSize !== pages.pageSize) {
    const detail = `${wal.pageSize} bytes, the database ${pages.pageSize}`;
    damages.push({ ...corrupt('write-ahead log with another page size', detail), file: 'log' });
  }
  if (pages.page(pages.count) === undefined) {
    const detail = `${pages.count} pages, of which the last is not there`;
    damages.push({ ...corrupt('SQLite file is cut short', detail), lossy: false });
  }
  return { pages, damages };
}

/**
 * The tables of a database: rows of the schema, a table at page 1 with columns type, name, tbl_name, rootpage and sql
 * ("Database File Format", clause 2.6).
 */
export function* readSchema(pages: SqlitePages): Generator<SqliteTable | Damage> {
  for (const row of readTable(pages, 1)) {
    const table = row.kind === 'damage' ? row : tableOf(pages, row);
    if (table) {
      yield table;
    }
  }
}

function tableOf(pages: SqlitePages, row: TableRow): SqliteTable | undefined {
  const [type, , table, root, sql] = readRecord(row.payload, 5) ?? [];
  if (!(type instanceof Uint8Array) || !(table instanceof Uint8Array) || typeof root !== 'number') {
    return undefined;
  }
  if (type.length > 16 || table.length > maxName) {
    return undefined;
  }
  const decoder = new TextDecoder(pages.encoding);
  if (decoder.decode(type) !== 'table') {
    return undefined;
  }
  const text = sql instanceof Uint8Array && sql.length <= maxSql ? sql : undefined;
  const name = decoder.decode(table).toLowerCase();
  return { kind: 'table', name, root, columns: () => columnsOf(text ? decoder.decode(text) : '') };
}

/** Constraints of the table follow its columns and begin with one of these words. */
const constraints: ReadonlySet<string> = new Set(['constraint', 'primary', 'unique', 'check', 'foreign']);

/** The columns of `CREATE TABLE name (column type …, …, constraint …)`. */
function columnsOf(sql: string): string[] {
  const bare = sql.replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|--[^\n]*/g, ' ');
  const columns: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < bare.length; at++) {
    const char = bare[at];
    if (char === '(' && ++depth === 1) {
      start = at + 1;
    } else if ((char === ',' && depth === 1) || (char === ')' && --depth === 0)) {
      const word = /^[\s"'`[]*(\w+)/.exec(bare.slice(start, at))?.[1]?.toLowerCase();
      if (word === undefined || constraints.has(word)) {
        return columns;
      }
      columns.push(word);
      start = at + 1;
    }
  }
  return columns;
}

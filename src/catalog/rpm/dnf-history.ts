import type { Damage } from '../../internal/damage.ts';
import { corrupt } from '../../internal/damage.ts';
import type { SqlitePages } from '../../internal/sqlite/pages.ts';
import { readRecord } from '../../internal/sqlite/record.ts';
import { openSqlite, readSchema } from '../../internal/sqlite/sqlite.ts';
import { readTable } from '../../internal/sqlite/table.ts';

/*
 * dnf's `history.sqlite` (libdnf, libdnf/transaction/sql/create_tables.sql), of which three tables are read:
 *
 *   repo       = id repoid
 *   rpm        = item_id name epoch version release arch
 *   trans_item = id trans_id item_id repo_id action reason state     ; one line for each package of a transaction
 */

/** An installation that dnf recorded. */
export interface DnfInstallation {
  readonly kind: 'installation';
  readonly name: string;
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
  readonly architecture: string;
  readonly repository: string;
}

/** Actions that put a package in place: install, downgrade, obsolete, upgrade, reinstall (libdnf, `TransactionItemAction`). */
const installing: ReadonlySet<number> = new Set([1, 2, 4, 6, 9]);
/** State of an item whose transaction came to its end (libdnf, `TransactionItemState`). */
const done = 1;

/** Most rows read of one table; ten years of daily updates have some 200,000. */
const maxRows = 500_000;
/** Longest text read, bytes. */
const maxText = 256;

type Item = Omit<DnfInstallation, 'kind' | 'repository'>;

/** The installations that a `history.sqlite` and its write-ahead log tell, oldest first. */
export function* readDnfHistory(file: Uint8Array, log?: Uint8Array): Generator<DnfInstallation | Damage> {
  const { pages, damages } = openSqlite(file, log);
  yield* damages;
  if (pages === undefined) {
    return;
  }
  const tables = new Map<string, { readonly root: number; readonly columns: readonly string[] }>();
  for (const table of readSchema(pages)) {
    if (table.kind === 'damage') {
      yield table;
    } else if (table.name === 'repo' || table.name === 'rpm' || table.name === 'trans_item') {
      tables.set(table.name, { root: table.root, columns: table.columns() });
    }
  }
  const [repo, rpm, transaction] = ['repo', 'rpm', 'trans_item'].map((name) => tables.get(name));
  if (repo === undefined || rpm === undefined || transaction === undefined) {
    yield corrupt("SQLite file without the tables of dnf's history");
    return;
  }
  const repositories = new Map<number, string>();
  for (const row of rowsOf(pages, repo, ['repoid'])) {
    if ('kind' in row) yield row;
    else if (typeof row.values[0] === 'string') repositories.set(row.id, row.values[0]);
  }
  const items = new Map<number, Item>();
  for (const row of rowsOf(pages, rpm, ['item_id', 'name', 'epoch', 'version', 'release', 'arch'])) {
    if ('kind' in row) yield row;
    else addItem(items, row.values);
  }
  for (const row of rowsOf(pages, transaction, ['item_id', 'repo_id', 'action', 'state'])) {
    if ('kind' in row) {
      yield row;
      continue;
    }
    const [item, from, action, state] = row.values;
    const found = items.get(Number(item));
    const repository = repositories.get(Number(from));
    if (found && repository && state === done && installing.has(Number(action))) {
      yield { kind: 'installation', ...found, repository };
    }
  }
}

function addItem(items: Map<number, Item>, values: readonly Value[]): void {
  const [id, name, epoch, version, release, architecture] = values;
  if (
    typeof id === 'number' &&
    typeof name === 'string' &&
    typeof version === 'string' &&
    typeof release === 'string' &&
    typeof architecture === 'string'
  ) {
    items.set(id, { name, epoch: typeof epoch === 'number' ? epoch : 0, version, release, architecture });
  }
}

type Value = string | number | null;

interface Row {
  readonly id: number;
  /** In the order in which their columns were asked for. */
  readonly values: readonly Value[];
}

function* rowsOf(
  pages: SqlitePages,
  { root, columns }: { readonly root: number; readonly columns: readonly string[] },
  names: readonly string[],
): Generator<Row | Damage> {
  const places = names.map((name) => columns.indexOf(name));
  const wanted = Math.max(...places) + 1;
  if (places.includes(-1)) {
    yield corrupt("dnf's history has a table of an unknown form", names.join(', '));
    return;
  }
  const decoder = new TextDecoder(pages.encoding);
  let count = 0;
  for (const row of readTable(pages, root)) {
    if (row.kind === 'damage') {
      yield row;
      continue;
    }
    if (++count > maxRows) {
      yield { ...corrupt("dnf's history is too long", `over ${maxRows} rows`), code: 'too-large' };
      return;
    }
    const record = readRecord(row.payload, wanted) ?? [];
    const values = places.map((place): Value => {
      const value = record[place] ?? null;
      if (typeof value === 'number' || value === null) return value;
      return value.length <= maxText ? decoder.decode(value) : null;
    });
    yield { id: row.id, values };
  }
}

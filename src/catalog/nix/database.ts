/*
 * Nix's database ("nix/var/nix/db/db.sqlite", schema 10), of which these are read:
 *
 *   ValidPaths (id integer primary key, path text, hash text, …, deriver text, …, ca text)
 *   Refs (referrer integer, reference integer)                 ids of ValidPaths
 */
import type { Damage } from '../../internal/damage.ts';
import type { SqlitePages } from '../../internal/sqlite/pages.ts';
import { readRecord } from '../../internal/sqlite/record.ts';
import { openSqlite, readSchema, type SqliteTable } from '../../internal/sqlite/sqlite.ts';
import { readTable } from '../../internal/sqlite/table.ts';

/** A path that is in the store. */
export interface ValidPath {
  readonly kind: 'path';
  readonly id: number;
  readonly path: string;
  /** `sha256:…` of its archive (NAR). */
  readonly hash: string | undefined;
  /** The derivation that built it. */
  readonly deriver: string | undefined;
  /** How it is addressed by content: `text:…`, `fixed:…`. */
  readonly ca: string | undefined;
}

/** That a path names another in its content. */
export interface Reference {
  readonly kind: 'reference';
  readonly from: number;
  readonly to: number;
}

const maximumText = 4096;

/** Paths, then references, in the order of the database; `references` is whether those are asked for. */
export function* readDatabase(
  file: Uint8Array,
  log: Uint8Array | undefined,
  references: boolean,
): Generator<ValidPath | Reference | Damage> {
  const { pages, damages } = openSqlite(file, log);
  yield* damages;
  if (pages === undefined) return;
  const tables = new Map<string, SqliteTable>();
  for (const table of readSchema(pages)) {
    if (table.kind === 'damage') yield table;
    else if (!tables.has(table.name)) tables.set(table.name, table);
  }
  const [paths, refs] = [tables.get('validpaths'), tables.get('refs')];
  if (paths === undefined || refs === undefined) {
    const message = 'Nix database without its tables';
    yield { kind: 'damage', code: 'corrupt', message, lossy: true, file: 'database' };
    return;
  }
  yield* readPaths(pages, paths);
  if (references) yield* readReferences(pages, refs);
}

function* readPaths(pages: SqlitePages, table: SqliteTable): Generator<ValidPath | Damage> {
  const decoder = new TextDecoder(pages.encoding);
  const columns = table.columns();
  const [path, hash, deriver, ca] = ['path', 'hash', 'deriver', 'ca'].map((name) => columns.indexOf(name));
  for (const row of readTable(pages, table.root)) {
    if (row.kind === 'damage') {
      yield row;
      continue;
    }
    const record = readRecord(row.payload, columns.length);
    const text = (at = -1): string | undefined => {
      const value = record?.[at];
      return value instanceof Uint8Array && value.length > 0 && value.length <= maximumText
        ? decoder.decode(value)
        : undefined;
    };
    const named = text(path);
    if (named === undefined) yield rowDamage('Nix database with a path that can not be read', row.id);
    else yield { kind: 'path', id: row.id, path: named, hash: text(hash), deriver: text(deriver), ca: text(ca) };
  }
}

function* readReferences(pages: SqlitePages, table: SqliteTable): Generator<Reference | Damage> {
  for (const row of readTable(pages, table.root)) {
    if (row.kind === 'damage') {
      yield { ...row, lossy: false };
      continue;
    }
    const [from, to] = readRecord(row.payload, 2) ?? [];
    if (typeof from === 'number' && typeof to === 'number') yield { kind: 'reference', from, to };
    else yield { ...rowDamage('Nix database with a reference that can not be read', row.id), lossy: false };
  }
}

function rowDamage(message: string, id: number): Damage {
  return { kind: 'damage', code: 'corrupt', message, detail: `row ${id}`, lossy: true, file: 'database' };
}

/** A package header as one of rpm's database backends stores it. */
export interface HeaderRecord {
  readonly kind: 'header';
  /** Package number in its database (`hnum`, `pkgidx`). */
  readonly number: number;
  /** Header blob without magic; a copy or a view of the database. */
  readonly bytes: Uint8Array;
}

/** Something in a database that can't be read. */
export interface Damage {
  readonly kind: 'damage';
  readonly code: 'corrupt' | 'unsupported' | 'too-large';
  /** Constant text. */
  readonly message: string;
  /** Where and how, in words for the user. */
  readonly detail?: string;
  /** True when packages may be lost by it. */
  readonly lossy: boolean;
  /** The file it is in: the database itself or its write-ahead log. */
  readonly file: 'database' | 'log';
}

/** What a backend's reader gives, in the order of the database. */
export type DatabaseRecord = HeaderRecord | Damage;

/** Damage of the database file by which packages may be lost. */
export function corrupt(message: string, detail?: string): Damage {
  return { kind: 'damage', code: 'corrupt', message, ...(detail && { detail }), lossy: true, file: 'database' };
}

/** A database of a form that this reader does not know. */
export function unsupported(message: string, detail?: string): Damage {
  return { ...corrupt(message, detail), code: 'unsupported' };
}

/** Records read of one database at most; the largest real ones have some 20,000 packages. */
export const maxRecords = 100_000;

/** A database that claims more than `maxRecords`. */
export const tooMany: Damage = {
  ...corrupt('rpm database with too many records', `over ${maxRecords}`),
  code: 'too-large',
};

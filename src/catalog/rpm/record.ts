import { corrupt, type Damage } from '../../internal/damage.ts';

/** A package header as one of rpm's database backends stores it. */
export interface HeaderRecord {
  readonly kind: 'header';
  /** Package number in its database (`hnum`, `pkgidx`). */
  readonly number: number;
  /** Header blob without magic; a copy or a view of the database. */
  readonly bytes: Uint8Array;
}

/** What a backend's reader gives, in the order of the database. */
export type DatabaseRecord = HeaderRecord | Damage;

/** Records read of one database at most; the largest real ones have some 20,000 packages. */
export const maxRecords = 100_000;

/** A database that claims more than `maxRecords`. */
export const tooMany: Damage = {
  ...corrupt('rpm database with too many records', `over ${maxRecords}`),
  code: 'too-large',
};

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipEntries } from '../../src/internal/zip.ts';

/** Feed snapshots laid out as `<host>/<path>`; a user's clone has none. */
export const feeds: string = join(import.meta.dirname, '../../../shared/feeds');

/** Package databases of real images. */
export const fixtures: string = join(import.meta.dirname, '../../../shared/fixtures');

/** Why a test that reads them can't run here, in words for its name. */
export function whyNo(folder: string): string | undefined {
  return existsSync(folder) ? undefined : `no ${folder === feeds ? '../shared/feeds' : '../shared/fixtures'}`;
}

/** The records of an OSV archive, as they are. */
export function* osvRecords<T>(ecosystem: string): Generator<T> {
  const bytes = readFileSync(join(feeds, 'osv-vulnerabilities.storage.googleapis.com', ecosystem, 'all.zip'));
  for (const entry of zipEntries(bytes)) yield JSON.parse(Buffer.from(entry.bytes).toString('utf8'));
}

import { checkDigest, verifyDigest } from '../digest.ts';
import type { Layer } from '../image.ts';
import type { Fetcher } from './fetcher.ts';
import { readZtoc } from './soci-ztoc.ts';
import type { Beside, Table } from './table.ts';

/** A zTOC has 32 KiB for each 4 MiB of the tar, and a few hundred bytes for each of its files. */
const maximumZtocBytes = 128 << 20;

/** The table of a gzip layer that a SOCI index names (a `FindTable`). */
export async function sociTable(layer: Layer, _fetcher: Fetcher, beside: Beside): Promise<Table | undefined> {
  const { table } = layer;
  if (table === undefined || table.blob.size > maximumZtocBytes) return undefined;
  const bytes = await beside(table.blob);
  if (bytes === undefined) return undefined;
  try {
    verifyDigest(bytes, checkDigest(table.digest));
  } catch {
    // The tar is read instead.
    return undefined;
  }
  const ztoc = readZtoc(bytes, layer.size);
  return ztoc && { format: 'soci', codec: 'gzip', entries: ztoc.entries, ztoc, isVouched: table.isVouched };
}

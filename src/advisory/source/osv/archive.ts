import type { PackedEntry, PackedLimits } from '../../../internal/unpack.ts';
import type { Advisory, ParseReport } from '../../advisory.ts';
import { feedEntries } from '../packed.ts';
import { newTally } from '../tally.ts';

/** What one file of an archive comes to: records, or why it has none; undefined for a file that is no record. */
export type FileOutcome = Advisory | readonly Advisory[] | string | undefined;

/**
 * Reads an archive (ZIP, or tar in any packing) with one record per file, one file in memory at a time. Throws
 * `AdvisoryError`, possibly after some records, when the archive as a whole is not one.
 */
export async function readArchive(
  bytes: Uint8Array,
  read: (file: PackedEntry) => FileOutcome,
  keep: (advisory: Advisory) => void,
  limits?: Partial<PackedLimits>,
): Promise<ParseReport> {
  const tally = newTally();
  for await (const file of feedEntries(bytes, limits)) {
    const outcome = read(file);
    if (outcome === undefined) continue;
    if (typeof outcome === 'string') {
      tally.skip(outcome, outcome === 'malformed' ? file.name : undefined);
      continue;
    }
    for (const advisory of Array.isArray(outcome) ? (outcome as readonly Advisory[]) : [outcome as Advisory]) {
      keep(advisory);
      tally.keep();
    }
  }
  return tally.report();
}

/** The JSON of a file; undefined, which no JSON is, when it is none. */
export function jsonIn({ bytes }: PackedEntry): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

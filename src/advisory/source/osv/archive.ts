import type { PackedEntry, PackedLimits } from '../../../internal/unpack.ts';
import type { Advisory, ParseReport } from '../../advisory.ts';
import { feedEntries } from '../packed.ts';
import { newTally } from '../tally.ts';

/** What one file of an archive comes to: records, or why it has none; undefined for a file that is no record. */
export type FileOutcome = Advisory | readonly Advisory[] | string | undefined;

/** What a reader may add. */
export interface ArchiveOptions {
  readonly limits?: Partial<PackedLimits>;
  /** What is known of some files only when all have been read. */
  readonly rest?: () => Iterable<FileOutcome>;
}

/**
 * Reads an archive (ZIP, or tar in any packing) with one record per file, one file in memory at a time. Throws
 * `AdvisoryError`, possibly after some records, when the archive as a whole is not one.
 */
export async function readArchive(
  bytes: Uint8Array,
  read: (file: PackedEntry) => FileOutcome,
  keep: (advisory: Advisory) => void,
  { limits, rest }: ArchiveOptions = {},
): Promise<ParseReport> {
  const tally = newTally();
  const settle = (outcome: FileOutcome, name?: string): void => {
    if (outcome === undefined) return;
    if (typeof outcome === 'string') return tally.skip(outcome, outcome === 'malformed' ? name : undefined);
    for (const advisory of Array.isArray(outcome) ? (outcome as readonly Advisory[]) : [outcome as Advisory]) {
      keep(advisory);
      tally.keep();
    }
  };
  for await (const file of feedEntries(bytes, limits)) settle(read(file), file.name);
  for (const outcome of rest?.() ?? []) settle(outcome);
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

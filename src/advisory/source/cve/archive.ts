import { AdvisoryError, type FlawFact, type ParseReport } from '../../advisory.ts';
import { asObject } from '../document.ts';
import { feedEntries } from '../packed.ts';
import { newTally } from '../tally.ts';

/** What comes of one record: a fact, or why there is none. */
export type Outcome = FlawFact | 'malformed' | 'not-assessed';

type Fields = Readonly<Record<string, unknown>>;

/** Reads the files of an archive that are named as CVE records; the repository's other files are none. */
export async function parseRecords(
  bytes: Uint8Array,
  read: (record: Fields) => Outcome,
  note: (fact: FlawFact) => void,
): Promise<ParseReport> {
  const tally = newTally();
  let others = 0;
  for await (const { name, bytes: text } of feedEntries(bytes)) {
    if (!/(?:^|\/)CVE-\d{4}-\d+\.json$/.test(name)) {
      others++;
      continue;
    }
    const record = asObject(parsed(text));
    const outcome = record === undefined ? 'malformed' : read(record);
    if (typeof outcome === 'string') {
      tally.skip(outcome, outcome === 'malformed' ? name : undefined);
      continue;
    }
    note(outcome);
    tally.keep();
  }
  const report = tally.report();
  // Moved to another place, all records would be missed without a word.
  if (report.read === 0 && others > 0) throw new AdvisoryError('not-the-format', 'the archive holds no CVE records');
  return report;
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

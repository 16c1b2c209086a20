import { safeJson } from '../../internal/terminal-json.ts';
import type { Outcome } from './outcome.ts';
import type { Tally } from './tally.ts';

/**
 * One line of NDJSON for one outcome: `{"schemaVersion","references","report"}`, or with `error`, `sameAs` or `summary`
 * (of an earlier run) in place of the report. Ends with a line break.
 */
export function outcomeLine(outcome: Outcome): string {
  const { references } = outcome;
  const head = { schemaVersion: '1', references };
  if (outcome.kind === 'report') return line({ ...head, report: outcome.report });
  if (outcome.kind === 'failed') return line({ ...head, error: outcome.error });
  if (outcome.kind === 'remembered') return line({ ...head, summary: outcome.summary });
  return line({ ...head, sameAs: { reference: outcome.as, digest: outcome.digest } });
}

/** The last line: `{"schemaVersion","total"}`; where it is missing the run did not come to its end. */
export function totalLine(tally: Tally): string {
  return line({ schemaVersion: '1', total: tally });
}

function line(value: unknown): string {
  return `${safeJson(JSON.stringify(value))}\n`;
}

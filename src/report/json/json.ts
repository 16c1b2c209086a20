import type { Presenter, Report } from '../../finding/finding.ts';
import { safeJson } from '../../internal/terminal-json.ts';
import keyOrder from './key-order.json' with { type: 'json' };

/** The report as it is, keys always in the same order; its schema is `report/report.schema.json`. */
export const json: Presenter = { id: 'json', present };

/**
 * Writes every key that the schema knows, what names a thing before what tells of it, and long lists last; a test holds
 * the list of keys against the schema.
 */
function present(report: Report): string {
  return `${safeJson(JSON.stringify(report, keyOrder, 2))}\n`;
}

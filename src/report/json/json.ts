import type { Presenter, Report } from '../../finding/finding.ts';
import { safeJson } from '../../internal/terminal-json.ts';
import keyOrder from './key-order.json' with { type: 'json' };

/**
 * Every key that a report can hold, in the order in which it is written: what names a thing before what tells of it, and
 * long lists last.
 */
const rank: ReadonlyMap<string, number> = new Map(keyOrder.map((key, i) => [key, i]));

/** The report as it is, keys always in the same order; its schema is `report/report.schema.json`. */
export const json: Presenter = { id: 'json', present };

function present(report: Report): string {
  return `${safeJson(JSON.stringify(report, ordered, 2))}\n`;
}

/** Copies an object with its keys in order; those that the order does not know follow by name. */
function ordered(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function place(key: string): number {
  return rank.get(key) ?? keyOrder.length;
}

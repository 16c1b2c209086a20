import type { Presenter, Report } from '../../finding/finding.ts';
import keyOrder from './key-order.json' with { type: 'json' };

/**
 * Every key that a report can hold, in the order in which it is written: what names a thing before what tells of it, and
 * long lists last.
 */
const rank: ReadonlyMap<string, number> = new Map(keyOrder.map((key, i) => [key, i]));

// C1 controls (0x9b alone starts an escape sequence), bidirectional and zero-width characters: the same string for a
// JSON reader, but nothing that a terminal would obey.
const obeyed = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The report as it is, keys always in the same order; its schema is `report/report.schema.json`. */
export const json: Presenter = { id: 'json', present };

function present(report: Report): string {
  const text = JSON.stringify(report, ordered, 2);
  return `${text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
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

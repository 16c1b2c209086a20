import type { Presenter, Report } from '../../finding/finding.ts';
import { safeJson } from '../../internal/terminal-json.ts';
import keyOrder from './key-order.json' with { type: 'json' };

/**
 * Every key that a report can hold, in the order in which it is written: what names a thing before what tells of it, and
 * long lists last.
 */
const rank: ReadonlyMap<string, number> = new Map(keyOrder.map((key, i) => [key, i]));

/** The report as it is, keys always in the same order; its schema is `report/report.schema.json`. */
export const json: Presenter = { id: 'json', present: (report) => [...pieces(report)].join(''), pieces };

/** Characters that a piece has at least, but the last. */
const pieceLength = 1 << 14;

/** Lists are written item by item: the text of a large report is never there as a whole. */
function* pieces(report: Report): Generator<string> {
  let pending = '';
  for (const part of partsOf(report)) {
    pending += part;
    if (pending.length < pieceLength) continue;
    yield safeJson(pending);
    pending = '';
  }
  yield safeJson(pending);
}

function* partsOf(report: Report): Generator<string> {
  const inOrder = inOrderOfKeys();
  let separator = '{\n';
  for (const [key, value] of Object.entries(inOrder(report, 1) as object)) {
    if (value === undefined) continue;
    yield `${separator}  ${JSON.stringify(key)}: `;
    separator = ',\n';
    if (!Array.isArray(value) || value.length === 0) yield text(inOrder(value), 2);
    else yield* listOf(value, inOrder);
  }
  yield '\n}\n';
}

function* listOf(items: readonly unknown[], inOrder: InOrder): Generator<string> {
  let separator = '[\n    ';
  for (const item of items) {
    yield separator + text(inOrder(item), 4);
    separator = ',\n    ';
  }
  yield '\n  ]';
}

/** JSON of which all lines but the first are indented further. */
function text(value: unknown, indent: number): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${' '.repeat(indent)}`);
}

/** Copies objects with their keys in order, so many levels deep; those that the order does not know follow by name. */
type InOrder = (value: unknown, depth?: number) => unknown;

function inOrderOfKeys(): InOrder {
  // There are few kinds of objects: the order of each is found once.
  const orders = new Map<string, readonly string[]>();
  const keysOf = (value: object): readonly string[] => {
    const keys = Object.keys(value);
    const kind = keys.join();
    const known = orders.get(kind) ?? keys.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
    orders.set(kind, known);
    return known;
  };
  const inOrder: InOrder = (value, depth = Number.POSITIVE_INFINITY) => {
    if (value === null || typeof value !== 'object' || depth === 0) return value;
    if (Array.isArray(value)) return value.map((item) => inOrder(item, depth - 1));
    const copy: Record<string, unknown> = {};
    for (const key of keysOf(value)) copy[key] = inOrder(Reflect.get(value, key), depth - 1);
    return copy;
  };
  return inOrder;
}

function place(key: string): number {
  return rank.get(key) ?? keyOrder.length;
}

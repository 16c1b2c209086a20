/*
 * entry     [id, state, ranges, aliases, covers, versions, severity, note, module, architectures, products, flavour,
 *           service, imports, systems], 0 for what is absent, absent ones at the end left off
 * state     8 × index of the status + index of the fix state
 * range     [type's first letter, event, …]; event = its kind's first letter (i f l m) and the version
 * severity  [label, scheme, value, by]
 * product   its place in the directory's list, or itself when that list is full
 * import    [path, symbol, …]
 */
import type {
  Advisory,
  Affected,
  AffectedRange,
  AffectedStatus,
  FixState,
  Qualifiers,
  Severity,
  SourceRef,
} from '../advisory/advisory.ts';
import type { RangeEvent } from '../version/range.ts';
import type { StoredEntry } from './record.ts';

const STATUSES: readonly AffectedStatus[] = ['affected', 'not-affected', 'undetermined'];
const FIX_STATES: readonly FixState[] = ['fixed', 'not-fixed', 'will-not-fix', 'deferred', 'end-of-life', 'unknown'];
const RANGE_TYPES: readonly AffectedRange['type'][] = ['ecosystem', 'semver', 'git'];
const TYPE_LETTERS = 'esg';

/** Finds the place of a product in a list that it is added to. */
export type ProductIndex = (product: string) => number | string;

/** Most products in the list, which every process reads; there are some hundred. */
const MOST_PRODUCTS = 10_000;

/** An index of products that starts with `known`. */
export function newProductIndex(known: readonly string[]): {
  readonly find: ProductIndex;
  readonly list: () => string[];
} {
  const places = new Map(known.map((product, place) => [product, place]));
  return {
    find(product) {
      const place = places.get(product) ?? places.size;
      if (place >= MOST_PRODUCTS) return product;
      places.set(product, place);
      return place;
    },
    list: () => [...places.keys()],
  };
}

/** The JSON of one entry. */
export function encodeEntry(advisory: Advisory, affected: Affected, placeOf: ProductIndex): string {
  const { ranges, versions, severity, note, qualifiers } = affected;
  const fields: unknown[] = [
    advisory.id,
    STATUSES.indexOf(affected.status) * 8 + FIX_STATES.indexOf(affected.fixState),
    orZero(ranges.map(encodeRange)),
    orZero(advisory.aliases),
    orZero(advisory.covers),
    versions ?? 0,
    severity === undefined ? 0 : encodeSeverity(severity),
    note ?? 0,
    ...(qualifiers === undefined ? [] : qualifierFields(qualifiers, placeOf)),
  ];
  while (fields.at(-1) === 0) fields.pop();
  return JSON.stringify(fields);
}

function qualifierFields(qualifiers: Qualifiers, placeOf: ProductIndex): unknown[] {
  const { module, architectures, products, flavour, service, imports, systems } = qualifiers;
  return [
    module ?? 0,
    architectures ?? 0,
    products?.map(placeOf) ?? 0,
    flavour ?? 0,
    service ?? 0,
    imports?.map(({ path, symbols }) => [path, ...symbols]) ?? 0,
    systems ?? 0,
  ];
}

function orZero<T>(list: readonly T[]): readonly T[] | 0 {
  return list.length === 0 ? 0 : list;
}

function encodeRange(range: AffectedRange): string[] {
  return [range.type.charAt(0), ...range.events.map(encodeEvent)];
}

function encodeEvent(event: RangeEvent): string {
  if ('introduced' in event) return `i${event.introduced}`;
  if ('fixed' in event) return `f${event.fixed}`;
  if ('lastAffected' in event) return `l${event.lastAffected}`;
  return `m${event.limit}`;
}

/** A severity as a list. */
export function encodeSeverity(severity: Severity): EncodedSeverity {
  return [severity.label, severity.scheme, severity.value, severity.by];
}

export type EncodedSeverity = [label: Severity['label'], scheme: string, value: string, by: string];

type EntryFields = [
  id: string,
  state: number,
  ranges?: string[][] | 0,
  aliases?: string[] | 0,
  covers?: string[] | 0,
  versions?: string[] | 0,
  severity?: EncodedSeverity | 0,
  note?: string | 0,
  module?: string | 0,
  architectures?: string[] | 0,
  products?: (string | number)[] | 0,
  flavour?: Qualifiers['flavour'] | 0,
  service?: string | 0,
  imports?: string[][] | 0,
  systems?: string[] | 0,
];

const NONE: readonly never[] = [];

/** What all entries of a row have in common. */
export interface RowContext {
  readonly appliesTo: Affected['appliesTo'];
  readonly feed: number;
  readonly source: SourceRef;
  /** The directory's list. */
  readonly products: readonly string[];
}

/** The entries of a row, `[entry, …]`, whose checksum was right. */
export function decodeEntries(data: string, context: RowContext): StoredEntry[] {
  return (JSON.parse(data) as EntryFields[]).map((fields) => decodeEntry(fields, context));
}

function decodeEntry(fields: EntryFields, { appliesTo, feed, source, products }: RowContext): StoredEntry {
  // By index: in a cold process destructuring takes half as long again, and a scan is one.
  const state = fields[1];
  const ranges = fields[2];
  const versions = fields[5];
  const severity = fields[6];
  const note = fields[7];
  const entry: { -readonly [K in keyof StoredEntry]: StoredEntry[K] } = {
    id: fields[0],
    aliases: fields[3] || NONE,
    covers: fields[4] || NONE,
    appliesTo,
    status: STATUSES[state >> 3] ?? 'undetermined',
    ranges: ranges ? ranges.map(decodeRange) : NONE,
    fixState: FIX_STATES[state & 7] ?? 'unknown',
    feed,
    source,
  };
  if (versions) entry.versions = versions;
  if (severity) entry.severity = decodeSeverity(severity);
  if (typeof note === 'string') entry.note = note;
  if (fields.length > 8) entry.qualifiers = decodeQualifiers(fields, products);
  return entry;
}

function decodeQualifiers(fields: EntryFields, all: readonly string[]): Qualifiers {
  const qualifiers: { -readonly [K in keyof Qualifiers]: Qualifiers[K] } = {};
  const [module, architectures, products] = [fields[8], fields[9], fields[10]];
  if (typeof module === 'string') qualifiers.module = module;
  if (architectures) qualifiers.architectures = architectures;
  if (fields.length <= 10) return qualifiers;
  if (products) qualifiers.products = products.map((one) => (typeof one === 'number' ? (all[one] ?? '') : one));
  const [flavour, service, imports, systems] = [fields[11], fields[12], fields[13], fields[14]];
  if (flavour) qualifiers.flavour = flavour;
  if (typeof service === 'string') qualifiers.service = service;
  if (imports) qualifiers.imports = imports.map(([path = '', ...symbols]) => ({ path, symbols }));
  if (systems) qualifiers.systems = systems;
  return qualifiers;
}

function decodeRange(range: readonly string[]): AffectedRange {
  const events: RangeEvent[] = [];
  for (let index = 1; index < range.length; index++) events.push(decodeEvent(range[index] ?? ''));
  return { type: RANGE_TYPES[TYPE_LETTERS.indexOf(range[0] ?? '')] ?? 'ecosystem', events };
}

function decodeEvent(event: string): RangeEvent {
  const version = event.slice(1);
  switch (event.charAt(0)) {
    case 'i':
      return { introduced: version };
    case 'f':
      return { fixed: version };
    case 'l':
      return { lastAffected: version };
    default:
      return { limit: version };
  }
}

/** The severity of such a list. */
export function decodeSeverity(severity: EncodedSeverity): Severity {
  return { label: severity[0], scheme: severity[1], value: severity[2], by: severity[3] };
}

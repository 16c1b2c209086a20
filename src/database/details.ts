/*
 * An advisory's row has a list of these, one for each record of the feed that has its identifier:
 *
 * details   [summary, published, modified, aliases, covers, severities, references, packages], 0 for what is absent
 * reference its type's first two letters and the address
 * packages  [[ecosystem, name, …], …]; name with `s` (source) or `b` (binary) before it
 */
import type { Advisory, Reference, SourceRef } from '../advisory/advisory.ts';
import { decodeSeverity, type EncodedSeverity, encodeSeverity } from './codec.ts';
import type { AdvisoryDetails, FullDetails, PackageKey } from './record.ts';

/** What the details are made of, beside the packages. */
export type DetailPart = Pick<
  AdvisoryDetails & Advisory,
  'aliases' | 'covers' | 'summary' | 'published' | 'modified' | 'severities' | 'references'
>;

/** The JSON of the details. */
export function encodeDetails(part: DetailPart, packages: readonly PackageKey[]): string {
  const groups = Map.groupBy(packages, ({ ecosystem }) => ecosystem);
  return JSON.stringify([
    part.summary ?? 0,
    part.published ?? 0,
    part.modified ?? 0,
    [...new Set(part.aliases)],
    [...new Set(part.covers)],
    distinct(part.severities.map(encodeSeverity), (one) => one.join('\0')),
    distinct(part.references.map(encodeReference), (one) => one.slice(2)),
    [...groups].map(([ecosystem, keys]) => [
      ecosystem,
      ...new Set(keys.map(({ name, appliesTo }) => appliesTo.charAt(0) + name)),
    ]),
  ] satisfies DetailFields);
}

type DetailFields = [
  summary: string | 0,
  published: string | 0,
  modified: string | 0,
  aliases: readonly string[],
  covers: readonly string[],
  severities: readonly EncodedSeverity[],
  references: readonly string[],
  packages: readonly (readonly string[])[],
];

const REFERENCE_TYPES: readonly Reference['type'][] = ['advisory', 'fix', 'report', 'article', 'web'];
const REFERENCE_LETTERS: readonly string[] = REFERENCE_TYPES.map((type) => type.slice(0, 2));

/**
 * The details of an advisory that came in one or more records of its feed: of two summaries the first stays, of two
 * dates the earlier published and the later modified.
 */
export function decodeDetails(rows: readonly string[], id: string, feed: number, source: SourceRef): AdvisoryDetails {
  return detailsIn(fieldsOf(rows), id, feed, source);
}

/** The same with the packages. */
export function decodeFull(rows: readonly string[], id: string, feed: number, source: SourceRef): FullDetails {
  const fields = fieldsOf(rows);
  return { ...detailsIn(fields, id, feed, source), packages: decodePackages(fields[7]) };
}

function fieldsOf(rows: readonly string[]): DetailFields {
  const all = rows.length === 1 ? parse(rows[0] ?? '[]') : rows.flatMap(parse);
  return all.length === 1 && all[0] !== undefined ? all[0] : joined(all);
}

function detailsIn(fields: DetailFields, id: string, feed: number, source: SourceRef): AdvisoryDetails {
  // By index, as in decodeEntry.
  const [summary, published, modified] = [fields[0], fields[1], fields[2]];
  const details: { -readonly [K in keyof AdvisoryDetails]: AdvisoryDetails[K] } = {
    id,
    aliases: fields[3],
    covers: fields[4],
    severities: fields[5].length === 0 ? NONE : fields[5].map(decodeSeverity),
    references: fields[6].map(decodeReference),
    feed,
    source,
  };
  if (summary !== 0) details.summary = summary;
  if (published !== 0) details.published = published;
  if (modified !== 0) details.modified = modified;
  return details;
}

const NONE: readonly never[] = [];

function parse(row: string): DetailFields[] {
  return JSON.parse(row) as DetailFields[];
}

function joined(all: readonly DetailFields[]): DetailFields {
  const dates = (index: 1 | 2): string[] =>
    all
      .map((fields) => fields[index])
      .filter((date) => date !== 0)
      .toSorted();
  return [
    all.map(([summary]) => summary).find((text) => text !== 0) ?? 0,
    dates(1).at(0) ?? 0,
    dates(2).at(-1) ?? 0,
    [...new Set(all.flatMap((fields) => fields[3]))],
    [...new Set(all.flatMap((fields) => fields[4]))],
    distinct(
      all.flatMap((fields) => fields[5]),
      (one) => one.join('\0'),
    ),
    distinct(
      all.flatMap((fields) => fields[6]),
      (one) => one.slice(2),
    ),
    all.flatMap((fields) => fields[7]),
  ];
}

/** The first of those that have the same key. */
function distinct<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  if (all.length < 2) return all;
  const seen = new Map<string, T>();
  for (const one of all) {
    const key = keyOf(one);
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

/** A reference as one text. */
export function encodeReference({ type, url }: Reference): string {
  return type.slice(0, 2) + url;
}

/** The reference of such a text. */
export function decodeReference(text: string): Reference {
  return { type: REFERENCE_TYPES[REFERENCE_LETTERS.indexOf(text.slice(0, 2))] ?? 'web', url: text.slice(2) };
}

function decodePackages(groups: DetailFields[7]): readonly PackageKey[] {
  const packages = groups.flatMap(([ecosystem = '', ...names]) =>
    names.map((name): PackageKey => {
      return { ecosystem, name: name.slice(1), appliesTo: name.startsWith('s') ? 'source' : 'binary' };
    }),
  );
  return distinct(packages, ({ ecosystem, name, appliesTo }) => `${ecosystem}\0${appliesTo}\0${name}`);
}

/*
 * An advisory's row has a list of these, one for each record of the feed that has its identifier:
 *
 * details   [summary, published, modified, aliases, covers, severities, references, packages], 0 for what is absent
 * reference its type's first two letters and the address
 * packages  [[ecosystem, name, …], …]; name with `s` (source) or `b` (binary) before it
 */
import type { Advisory, Reference, SourceRef } from '../advisory/advisory.ts';
import { decodeSeverity, type EncodedSeverity, encodeSeverity } from './codec.ts';
import type { AdvisoryDetails, PackageKey } from './record.ts';

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
    part.aliases,
    part.covers,
    part.severities.map(encodeSeverity),
    part.references.map(encodeReference),
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
  severities: EncodedSeverity[],
  references: string[],
  packages: string[][],
];

const REFERENCE_TYPES: readonly Reference['type'][] = ['advisory', 'fix', 'report', 'article', 'web'];

/**
 * The details of an advisory that came in one or more records of its feed: of two summaries the first stays, of two
 * dates the earlier published and the later modified.
 */
export function decodeDetails(rows: readonly string[], id: string, feed: number, source: SourceRef): AdvisoryDetails {
  const all = rows.flatMap((row) => JSON.parse(row) as DetailFields[]);
  const summary = all.map((fields) => fields[0]).find((text) => text !== 0);
  const published = all
    .map((fields) => fields[1])
    .filter((date) => date !== 0)
    .toSorted()
    .at(0);
  const modified = all
    .map((fields) => fields[2])
    .filter((date) => date !== 0)
    .toSorted()
    .at(-1);
  return {
    id,
    aliases: [...new Set(all.flatMap((fields) => fields[3]))],
    covers: [...new Set(all.flatMap((fields) => fields[4]))],
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    severities: distinct(
      all.flatMap((fields) => fields[5].map(decodeSeverity)),
      (one) => encodeSeverity(one).join('\0'),
    ),
    references: distinct(
      all.flatMap((fields) => fields[6].map(decodeReference)),
      (one) => one.url,
    ),
    packages: distinct(
      all.flatMap((fields) => decodePackages(fields[7])),
      (one) => Object.values(one).join('\0'),
    ),
    feed,
    source,
  };
}

/** The first of those that have the same key. */
function distinct<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
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
  const type = REFERENCE_TYPES.find((name) => name.startsWith(text.slice(0, 2))) ?? 'web';
  return { type, url: text.slice(2) };
}

function decodePackages(groups: DetailFields[7]): PackageKey[] {
  return groups.flatMap(([ecosystem = '', ...names]) =>
    names.map((name): PackageKey => {
      return { ecosystem, name: name.slice(1), appliesTo: name.startsWith('s') ? 'source' : 'binary' };
    }),
  );
}

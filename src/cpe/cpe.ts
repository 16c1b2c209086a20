import { type CpeRelation, relationOfNames, relationOfValues } from './relation.ts';
import { readUri, writeUri } from './uri.ts';
import { ANY, NA, partsOf, readValue } from './value.ts';

export type { CpeRelation } from './relation.ts';

/**
 * A name of a product, or of a set of products (NISTIR 7695). Each attribute is `*` for any, `-` for none, or a text in
 * lower case as in a formatted string: punctuation but `._-` behind a backslash, unquoted `*` and `?` as wildcards.
 */
export interface Cpe {
  /** `a` application, `o` operating system, `h` hardware. */
  readonly part: string;
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly update: string;
  readonly edition: string;
  readonly language: string;
  readonly softwareEdition: string;
  readonly targetSoftware: string;
  readonly targetHardware: string;
  readonly other: string;
}

const ATTRIBUTES = [
  'part',
  'vendor',
  'product',
  'version',
  'update',
  'edition',
  'language',
  'softwareEdition',
  'targetSoftware',
  'targetHardware',
  'other',
] as const satisfies readonly (keyof Cpe)[];

const LONGEST = 4096;

/** Reads a formatted string of CPE 2.3 or a URI of CPE 2.2; undefined for what is neither. */
export function parseCpe(text: string): Cpe | undefined {
  if (text.length > LONGEST) return undefined;
  if (/^cpe:\//i.test(text)) return named(readUri(text.slice(5)));
  return /^cpe:2\.3:/i.test(text) ? named(readFormatted(text.slice(8))) : undefined;
}

/** `cpe:2.3:a:vendor:product:1.0:*:*:*:*:*:*:*`. */
export function formatCpe(cpe: Cpe): string {
  return `cpe:2.3:${valuesOf(cpe).join(':')}`;
}

/** `cpe:/a:vendor:product:1.0`. */
export function formatCpeUri(cpe: Cpe): string {
  return writeUri(valuesOf(cpe));
}

/** How the set of products that `source` names relates to that of `target`, which has no wildcards (NISTIR 7696). */
export function compareCpe(source: Cpe, target: Cpe): CpeRelation {
  return relationOfNames(ATTRIBUTES.map((name) => relationOfValues(source[name], target[name])));
}

/** An attribute's text without quoting, or undefined where it is any, none, or has wildcards. */
export function plainText(value: string): string | undefined {
  if (value === ANY || value === NA) return undefined;
  const { before, text, after } = partsOf(value);
  return before + after === 0 ? text : undefined;
}

function readFormatted(text: string): string[] | undefined {
  const values = fieldsOf(text).map(readValue);
  if (values.length !== ATTRIBUTES.length) return undefined;
  return values.every((value) => value !== undefined) ? values : undefined;
}

/** Between colons that no backslash quotes. */
function fieldsOf(text: string): string[] {
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ':') {
      fields.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...fields, text.slice(start)];
}

function named(values: readonly string[] | undefined): Cpe | undefined {
  if (values === undefined || !/^[aoh*-]$/.test(values[0] ?? '')) return undefined;
  const cpe = Object.fromEntries(ATTRIBUTES.map((name, index) => [name, values[index] ?? ANY]));
  return cpe as unknown as Cpe;
}

function valuesOf(cpe: Cpe): string[] {
  return ATTRIBUTES.map((name) => cpe[name]);
}

/*
 * OpenVEX 0.2 (and 0.0.1, of which products and vulnerabilities are mere texts):
 *
 *   document  = { "@context", "@id", author, timestamp, last_updated?, statements: [ statement ] }
 *   statement = { vulnerability: { name, aliases?, "@id"? } | text, timestamp?, last_updated?, status,
 *                 products: [ component & { subcomponents?: [ component ] } | text ], subcomponents?: [ text ],
 *                 justification?, impact_statement?, action_statement?, status_notes? }
 *   component = { "@id", identifiers?: { purl?, cpe22?, cpe23? }, hashes?: { algorithm: value } }
 */
import { component, digestOf, type Fields, fieldsOf, given, listOf, textOf, textsOf } from './fields.ts';
import type { VexComponent, VexDocument, VexProduct, VexStatement, VexStatus } from './statement.ts';

/** What a reader of one format gives: the document but for where it was. */
export type ReadDocument = Omit<VexDocument, 'place' | 'digest'>;

const STATUSES: ReadonlySet<unknown> = new Set<VexStatus>(['not_affected', 'affected', 'fixed', 'under_investigation']);

/** Whether it is an OpenVEX document. */
export function isOpenVex(document: Fields): boolean {
  return textOf(document['@context'])?.startsWith('https://openvex.dev/ns') === true;
}

/** Reads an OpenVEX document. */
export function readOpenVex(document: Fields): ReadDocument {
  const timestamp = textOf(document['last_updated']) ?? textOf(document['timestamp']);
  const author = textOf(document['author']);
  const statements: VexStatement[] = [];
  const unread: string[] = [];
  for (const [index, item] of listOf(document['statements']).entries()) {
    const statement = readStatement(fieldsOf(item), index, timestamp);
    if (typeof statement === 'string') unread.push(`statement ${index + 1}: ${statement}`);
    else statements.push(statement);
  }
  return {
    id: textOf(document['@id']) ?? '',
    format: 'openvex',
    ...(author === undefined ? {} : { author }),
    ...(timestamp === undefined ? {} : { timestamp }),
    statements,
    unread,
  };
}

function readStatement(fields: Fields, index: number, documentTime: string | undefined): VexStatement | string {
  const { status } = fields;
  if (!isStatus(status)) return 'its status is none of OpenVEX';
  const names = namesOf(fields['vulnerability']);
  if (names.length === 0) return 'it names no vulnerability';
  const products = productsOf(fields);
  if (products.length === 0) return 'it names no product';
  const justification = textOf(fields['justification']);
  const text =
    textOf(fields['impact_statement']) ?? textOf(fields['action_statement']) ?? textOf(fields['status_notes']);
  const timestamp = textOf(fields['last_updated']) ?? textOf(fields['timestamp']) ?? documentTime;
  return { index, names, products, status, ...given({ justification, text, timestamp }) };
}

function isStatus(status: unknown): status is VexStatus {
  return STATUSES.has(status);
}

function namesOf(vulnerability: unknown): readonly string[] {
  const whole = textOf(vulnerability);
  if (whole !== undefined) return [whole];
  const fields = fieldsOf(vulnerability);
  const name = textOf(fields['name']) ?? textOf(fields['@id']);
  // Some list addresses of pages about the flaw among its aliases.
  const aliases = textsOf(fields['aliases']).filter((alias) => !alias.includes('://'));
  return [...(name === undefined ? [] : [name]), ...aliases];
}

function productsOf(fields: Fields): readonly VexProduct[] {
  // In version 0.0.1 the parts stand beside the products and go for each.
  const shared = listOf(fields['subcomponents']).map(componentOf);
  return listOf(fields['products']).map((item) => {
    const own = listOf(fieldsOf(item)['subcomponents']).map(componentOf);
    return { ...componentOf(item), parts: own.length > 0 ? own : shared };
  });
}

function componentOf(value: unknown): VexComponent {
  const fields = fieldsOf(value);
  const identifiers = fieldsOf(fields['identifiers']);
  const digests = Object.entries(fieldsOf(fields['hashes'])).flatMap(
    ([algorithm, digest]) => digestOf(algorithm, textOf(digest)) ?? [],
  );
  const named = [textOf(value), textOf(fields['@id']), ...Object.values(identifiers).map(textOf)];
  return component(named, digests);
}

/*
 * CycloneDX 1.4 to 1.7, vulnerabilities of a bill of materials or of a document of their own:
 *
 *   vulnerability = { id, references?: [ { id } ], affects: [ { ref, versions?: [ { version?, range?, status? } ] } ],
 *                     analysis: { state, justification?, detail?, lastUpdated? } }
 *   ref           = bom-ref of this document | "urn:cdx:" serial "/" version "#" bom-ref of another
 */
import { component, digestOf, type Fields, fieldsOf, given, listOf, textOf } from './fields.ts';
import type { ReadDocument } from './openvex.ts';
import type { VexProduct, VexStatement, VexStatus } from './statement.ts';

const STATUSES: ReadonlyMap<unknown, VexStatus> = new Map([
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['exploitable', 'affected'],
  ['in_triage', 'under_investigation'],
  ['false_positive', 'not_affected'],
  ['not_affected', 'not_affected'],
]);

/** Deeper bills are cut: no tool nests components so far. */
const DEEPEST = 20;

/** Whether it is a CycloneDX document. */
export function isCycloneDx(document: Fields): boolean {
  return document['bomFormat'] === 'CycloneDX';
}

/** Reads what a CycloneDX document says of vulnerabilities. */
export function readCycloneDx(document: Fields): ReadDocument {
  const metadata = fieldsOf(document['metadata']);
  const timestamp = textOf(metadata['timestamp']);
  const known = componentsOf(document);
  const statements: VexStatement[] = [];
  const unread: string[] = [];
  for (const [index, item] of listOf(document['vulnerabilities']).entries()) {
    const statement = readStatement(fieldsOf(item), index, known, timestamp);
    if (typeof statement === 'string') unread.push(`vulnerability ${index + 1}: ${statement}`);
    else if (statement) statements.push(statement);
  }
  const author = textOf(fieldsOf(metadata['supplier'])['name']);
  return {
    id: textOf(document['serialNumber']) ?? '',
    format: 'cyclonedx',
    ...(author === undefined ? {} : { author }),
    ...(timestamp === undefined ? {} : { timestamp }),
    statements,
    unread,
  };
}

/** Undefined for a vulnerability that is only listed, without analysis. */
function readStatement(
  fields: Fields,
  index: number,
  known: ReadonlyMap<string, Fields>,
  documentTime: string | undefined,
): VexStatement | string | undefined {
  const analysis = fieldsOf(fields['analysis']);
  if (textOf(analysis['state']) === undefined) return undefined;
  const status = STATUSES.get(analysis['state']);
  if (status === undefined) return 'its state is none of CycloneDX';
  const references = listOf(fields['references']).map((item) => textOf(fieldsOf(item)['id']));
  const names = [textOf(fields['id']), ...references].filter((name) => name !== undefined);
  if (names.length === 0) return 'it has no id';
  const products = listOf(fields['affects']).flatMap((item) => productsOf(fieldsOf(item), known, status));
  if (products.length === 0) return 'it names no component that it affects';
  const justification = textOf(analysis['justification']);
  const text = textOf(analysis['detail']);
  const timestamp = textOf(analysis['lastUpdated']) ?? textOf(fields['updated']) ?? documentTime;
  return { index, names, products, status, ...given({ justification, text, timestamp }) };
}

/** Versions listed for a component narrow it down; ranges are not understood and name no version that could match. */
function productsOf(affected: Fields, known: ReadonlyMap<string, Fields>, status: VexStatus): VexProduct[] {
  const ref = textOf(affected['ref']);
  if (ref === undefined) return [];
  const fragment = ref.startsWith('urn:cdx:') ? decoded(ref.slice(ref.indexOf('#') + 1)) : ref;
  const found = known.get(fragment) ?? {};
  const digests = listOf(found['hashes']).flatMap((item) => {
    const hash = fieldsOf(item);
    return digestOf(textOf(hash['alg']), textOf(hash['content'])) ?? [];
  });
  const product = component([textOf(found['purl']), fragment], digests);
  const listed = listOf(affected['versions']).map(fieldsOf);
  if (listed.length === 0) return [{ ...product, parts: [] }];
  const versions = listed.filter((one) => goesFor(textOf(one['status']), status));
  return versions.flatMap((one) => {
    const version = textOf(one['version']);
    if (version === undefined) return [];
    return [{ ...product, purls: product.purls.map((purl) => ({ ...purl, version })), parts: [] }];
  });
}

/** `affects[].versions[].status` is `affected` where it is absent; the analysis tells what became of it. */
function goesFor(versionStatus: string | undefined, status: VexStatus): boolean {
  if (versionStatus === 'unaffected') return status === 'not_affected' || status === 'fixed';
  return versionStatus !== 'unknown';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function componentsOf(document: Fields): ReadonlyMap<string, Fields> {
  const known = new Map<string, Fields>();
  const add = (value: unknown, depth: number): void => {
    const fields = fieldsOf(value);
    const ref = textOf(fields['bom-ref']);
    if (ref !== undefined) known.set(ref, fields);
    if (depth < DEEPEST) for (const inner of listOf(fields['components'])) add(inner, depth + 1);
  };
  add(fieldsOf(document['metadata'])['component'], 0);
  for (const item of listOf(document['components'])) add(item, 0);
  return known;
}

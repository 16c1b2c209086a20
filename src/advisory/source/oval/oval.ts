import type { Advisory, ParseReport, Reference } from '../../advisory.ts';
import { unpackedFeed } from '../packed.ts';
import { newTally } from '../tally.ts';
import { type Statement, statementsOf } from './criteria.ts';
import { readOval } from './document.ts';
import { childOf, childrenOf, textIn, type XmlElement } from './xml.ts';

export { affectedIn, type StatedVersions } from './affected.ts';
export type { Condition, Statement } from './criteria.ts';
export type { Product } from './leaf.ts';
export { cvssIn, wordIn } from './severity.ts';
export { childOf, childrenOf, textIn, type XmlElement } from './xml.ts';

/** One definition of an OVAL document. */
export interface Definition {
  /** `oval:com.oracle.elsa:def:20219151`. */
  readonly id: string;
  readonly title: string;
  readonly metadata: XmlElement | undefined;
  /** `metadata/advisory`. */
  readonly advisory: XmlElement | undefined;
  readonly statements: readonly Statement[];
}

/** Why a definition becomes no advisory. */
export interface Skipped {
  readonly skipped: string;
}

/** The largest is SUSE's for all service packs of one release, which has doubled in four years. */
const LARGEST = 3 * 2 ** 30;

/**
 * Reads a packed OVAL document: each definition is given to `read`, and what becomes of it is kept or counted. Throws
 * `AdvisoryError` when the document as a whole is none.
 */
export async function parseOval(
  bytes: Uint8Array,
  keep: (advisory: Advisory) => void,
  read: (definition: Definition) => Advisory | Skipped,
): Promise<ParseReport> {
  const tally = newTally();
  const document = readOval(await unpackedFeed(bytes, LARGEST));
  for (const element of document.definitions()) {
    if (typeof element === 'string' || element.name !== 'definition') {
      tally.skip('malformed', typeof element === 'string' ? element : element.name);
      continue;
    }
    const result = outcome(element, document.test, read);
    if (!('skipped' in result)) {
      keep(result);
      tally.keep();
    } else if (result.skipped === 'malformed') tally.skip('malformed', element.attributes.get('id') ?? 'a definition');
    else tally.skip(result.skipped);
  }
  return tally.report();
}

function outcome(
  element: XmlElement,
  test: Parameters<typeof statementsOf>[1],
  read: (definition: Definition) => Advisory | Skipped,
): Advisory | Skipped {
  const { attributes } = element;
  const kind = attributes.get('class') ?? '';
  if (!['vulnerability', 'patch'].includes(kind)) return { skipped: kind === '' ? 'malformed' : 'not-security' };
  if (attributes.get('deprecated') === 'true') return { skipped: 'withdrawn' };
  const metadata = childOf(element, 'metadata');
  return read({
    id: attributes.get('id') ?? '',
    title: textIn(metadata, 'title')?.replace(/\s+/g, ' ') ?? '',
    metadata,
    advisory: childOf(metadata, 'advisory'),
    statements: statementsOf(childOf(element, 'criteria'), test),
  });
}

const CVE = /CVE-\d{4}-\d{4,}/;

/** The CVEs that a definition names as its references or in its advisory, each once, in their order. */
export function cvesOf({ metadata, advisory }: Definition): readonly string[] {
  const named = [
    ...childrenOf(metadata, 'reference').map(({ attributes }) => attributes.get('ref_id') ?? ''),
    ...childrenOf(advisory, 'cve').map(({ text }) => text),
  ];
  return [...new Set(named.flatMap((text) => CVE.exec(text)?.[0] ?? []))];
}

/** Its references that are web addresses; the type is told by `source`. */
export function referencesOf(
  { metadata }: Definition,
  typeOf: (source: string) => Reference['type'],
): readonly Reference[] {
  const references = new Map<string, Reference>();
  for (const { attributes } of childrenOf(metadata, 'reference')) {
    // Some addresses are broken over two lines.
    const url = attributes.get('ref_url')?.replace(/\s+/g, '') ?? '';
    if (/^https?:\/\/./.test(url)) references.set(url, { type: typeOf(attributes.get('source') ?? ''), url });
  }
  return [...references.values()];
}

/** `date` of a child of the advisory: `issued`, `updated`. */
export function dateIn(advisory: XmlElement | undefined, name: string): string | undefined {
  const date = childOf(advisory, name)?.attributes.get('date') ?? '';
  return /^\d{4}-\d{2}-\d{2}/.test(date) ? date : undefined;
}

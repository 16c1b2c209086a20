import type { Advisory, Reference } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { summaryLine } from '../summary.ts';
import { readAffected } from './affected.ts';
import type { Ecosystem } from './ecosystem.ts';
import { identifierKind, otherNames } from './identifier.ts';
import { severitiesOf } from './severity.ts';

/** Why a record of the database is not kept. */
export type SkipReason = 'withdrawn' | 'not-security' | 'no-package' | 'malformed';

const REFERENCE_TYPES: ReadonlyMap<unknown, Reference['type']> = new Map([
  ['ADVISORY', 'advisory'],
  ['FIX', 'fix'],
  ['REPORT', 'report'],
  ['ARTICLE', 'article'],
]);

const MOST_REFERENCES = 100;

/** Reads one OSV record (schema 1.7) as it stands in a database of these ecosystems: what it says of others is left out. */
export function readRecord(value: unknown, ecosystems: readonly Ecosystem[]): Advisory | SkipReason {
  const record = asObject(value);
  const id = asText(record?.['id']);
  if (record === undefined || id === undefined) return 'malformed';
  if (asText(record['withdrawn']) !== undefined) return 'withdrawn';
  const kind = identifierKind(id);
  const affected = readAffected(record, ecosystems, kind.by);
  if (affected === undefined) return 'malformed';
  const { aliases, covers } = otherNames(record, kind.notice);
  if (kind.notSecurity && covers.length === 0) return 'not-security';
  if (affected.length === 0) return 'no-package';
  const summary = summaryLine(record['summary']) ?? summaryLine(record['details']);
  const published = asText(record['published']);
  const modified = asText(record['modified']);
  return {
    id,
    aliases: aliases.filter((alias) => alias !== id),
    covers,
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    severities: severitiesOf(record, kind),
    affected,
    references: readReferences(record['references']),
  };
}

/** The first hundred that are web addresses; others (`javascript:`) would be a danger to who shows them. */
function readReferences(value: unknown): readonly Reference[] {
  if (!Array.isArray(value)) return [];
  const references: Reference[] = [];
  for (const item of value) {
    const fields = asObject(item);
    const url = asText(fields?.['url']);
    if (url === undefined || !/^https?:\/\/[^\s<>"]+$/.test(url)) continue;
    references.push({ type: REFERENCE_TYPES.get(fields?.['type']) ?? 'web', url });
    if (references.length === MOST_REFERENCES) break;
  }
  return references;
}

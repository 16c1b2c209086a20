import type { Reference, Severity, SeverityLabel } from '../advisory.ts';
import { cvssSeverity } from '../severity.ts';
import { asObject, asText } from './document.ts';

const MOST_REFERENCES = 20;
const MOST_WEAKNESSES = 20;

const LABELS: ReadonlyMap<unknown, SeverityLabel> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['NONE', 'negligible'],
]);

/** The objects of a list; anything else in it is passed over, where nothing depends on single ones. */
export function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(asObject).filter((one) => one !== undefined) : [];
}

/** The English text of a list of `{ lang, value }`. */
export function englishIn(texts: unknown): unknown {
  return objectsIn(texts).find(({ lang }) => typeof lang === 'string' && /^en\b/i.test(lang))?.['value'];
}

/**
 * A rating out of FIRST's JSON of CVSS (`vectorString`, `baseSeverity`). The label is computed from the vector; the one that
 * is given stands only where the vector cannot be read.
 */
export function cvssIn(data: unknown, scheme: string, by: string, word?: unknown): Severity | undefined {
  const fields = asObject(data);
  const value = asText(fields?.['vectorString']);
  if (fields === undefined || value === undefined) return undefined;
  const label = LABELS.get(fields['baseSeverity'] ?? word) ?? 'unknown';
  return cvssSeverity(value, by) ?? { label, scheme, value: value.slice(0, 300), by };
}

/** References that are web addresses, each once, at most twenty: those whose kind is known first. */
export function referencesFrom(references: Iterable<Reference>): readonly Reference[] {
  const byUrl = new Map<string, Reference>();
  for (const reference of references) {
    if (!/^https?:\/\/[^\s<>"]+$/.test(reference.url)) continue;
    const known = byUrl.get(reference.url);
    if (known === undefined || known.type === 'web') byUrl.set(reference.url, reference);
  }
  return [...byUrl.values()]
    .toSorted((a, b) => Number(a.type === 'web') - Number(b.type === 'web'))
    .slice(0, MOST_REFERENCES);
}

/** Weaknesses by number (`CWE-79`), each once; the NVD's `NVD-CWE-noinfo` and words are none. */
export function weaknessesFrom(values: Iterable<unknown>): readonly string[] {
  const found = new Set<string>();
  for (const value of values) {
    const text = asText(value);
    if (text !== undefined && /^CWE-\d{1,6}$/.test(text)) found.add(text);
    if (found.size === MOST_WEAKNESSES) break;
  }
  return [...found];
}

/** A time as UTC with a zone (the NVD's are without one), or undefined for what is none. */
export function timeIn(value: unknown): string | undefined {
  const text = asText(value);
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) || text.length > 40) return undefined;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`;
  const time = new Date(zoned);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

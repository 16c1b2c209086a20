import type { Severity, SeverityLabel } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import type { IdentifierKind } from './identifier.ts';

const LABELS: ReadonlyMap<string, SeverityLabel> = new Map([
  ['critical', 'critical'],
  ['important', 'high'],
  ['high', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['negligible', 'negligible'],
]);

/**
 * What the record says of its severity, the publisher's own word first, then scores. A CVSS vector is kept as it is, with
 * label `unknown`: whoever reads it computes the score.
 */
export function severitiesOf(record: Readonly<Record<string, unknown>>, kind: IdentifierKind): readonly Severity[] {
  const severities: Severity[] = [];
  const own = asText(asObject(record['database_specific'])?.['severity']);
  const impact = kind.impact ? impactIn(asText(record['summary']) ?? '') : undefined;
  if (kind.malware) severities.push({ label: 'critical', scheme: 'malware', value: 'malicious package', by: kind.by });
  if (impact !== undefined) severities.push(severity(impact, 'redhat-impact', kind.by));
  if (own !== undefined) severities.push(severity(own, `${kind.by}-severity`, kind.by));
  return [...severities, ...scoresIn(record['severity'], kind.by)];
}

/** The severity given for one package (`affected[].severity`): the publisher's own word, else the CVSS 3 score. */
export function severityOfPackage(scores: unknown, by: string): Severity | undefined {
  const severities = scoresIn(scores, by);
  const own = severities.find(({ scheme }) => scheme === 'ubuntu-priority');
  return own ?? severities.find(({ scheme }) => scheme === 'CVSS_V3') ?? severities[0];
}

function scoresIn(scores: unknown, by: string): Severity[] {
  if (!Array.isArray(scores)) return [];
  const severities: Severity[] = [];
  for (const score of scores) {
    const fields = asObject(score);
    const [type, value] = [asText(fields?.['type']), asText(fields?.['score'])];
    if (type === undefined || value === undefined) continue;
    severities.push(type === 'Ubuntu' ? severity(value, 'ubuntu-priority', by) : severity(value, type, by));
  }
  return severities.toSorted((a, b) => Number(isScore(a)) - Number(isScore(b)));
}

function isScore({ scheme }: Severity): boolean {
  return scheme.startsWith('CVSS_');
}

function severity(value: string, scheme: string, by: string): Severity {
  return { label: LABELS.get(value.toLowerCase()) ?? 'unknown', scheme, value, by };
}

/** `Important: …` of Red Hat and those who rebuild it; some records have it behind: `… (Important)`. */
function impactIn(summary: string): string | undefined {
  const found = /^(Critical|Important|Moderate|Low):|\((Critical|Important|Moderate|Low)\)$/.exec(summary);
  return found?.[1] ?? found?.[2];
}

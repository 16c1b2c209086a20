import type { Severity, SeverityLabel } from '../../advisory.ts';
import type { CsafDocument, CsafVulnerability } from '../csaf/csaf.ts';
import impacts from './impacts.json' with { type: 'json' };

const LABELS: ReadonlyMap<string, string> = new Map(Object.entries(impacts));

/** Red Hat's word for an impact. */
export function severityOf(impact: string): Severity {
  const label = (LABELS.get(impact.toLowerCase()) ?? 'unknown') as SeverityLabel;
  return { label, scheme: 'redhat-impact', value: impact, by: 'redhat' };
}

/** Red Hat's impact of a flaw as a whole, and the score of most of the products; a vector's label is for its reader. */
export function severitiesOf({ severity }: CsafDocument, { scores }: CsafVulnerability): readonly Severity[] {
  const [most] = scores.toSorted((a, b) => b.products.length - a.products.length);
  return [
    ...(severity === undefined ? [] : [severityOf(severity)]),
    ...(most === undefined
      ? []
      : [{ label: 'unknown', scheme: `CVSS_V${most.version}`, value: most.vector, by: 'redhat' } as const]),
  ];
}

import { cvssOf } from '../../../cvss/cvss.ts';
import type { Severity, SeverityLabel } from '../../advisory.ts';
import words from './severities.json' with { type: 'json' };
import type { XmlElement } from './xml.ts';

const LABELS: ReadonlyMap<string, string> = new Map(Object.entries(words));

/** A publisher's word for how bad it is, with its scheme named after the publisher; undefined without a word. */
export function wordIn(word: string | undefined, by: string): Severity | undefined {
  if (word === undefined || word === '') return undefined;
  const label = (LABELS.get(word.toLowerCase()) ?? 'unknown') as SeverityLabel;
  return { label, scheme: `${by}-severity`, value: word, by };
}

/** The CVSS vectors of a `cve` element: `cvss3="7/CVSS:3.1/AV:L/…"`, the score before the vector. */
export function cvssIn(cve: XmlElement | undefined, by: string): readonly Severity[] {
  const severities: Severity[] = [];
  for (const [attribute, scheme] of [
    ['cvss4', 'CVSS_V4'],
    ['cvss3', 'CVSS_V3'],
    ['cvss2', 'CVSS_V2'],
  ] as const) {
    const value =
      cve?.attributes
        .get(attribute)
        ?.trim()
        .replace(/^[\d.]+\//, '') ?? '';
    const cvss = cvssOf(value);
    if (cvss === undefined) continue;
    severities.push({ label: cvss.label === 'none' ? 'negligible' : cvss.label, scheme, value, by });
  }
  return severities;
}

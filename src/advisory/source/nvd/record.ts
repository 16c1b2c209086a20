/*
 * A record of the NVD, as far as it speaks of the flaw itself:
 *
 *   { id, published, lastModified, vulnStatus: Analyzed / Modified / Awaiting Analysis / Rejected / …,
 *     cveTags?: [ { tags: [ disputed / unsupported-when-assigned / … ] } ], descriptions: [ { lang, value } ],
 *     metrics: { cvssMetricV2 / V30 / V31 / V40: [ { source, type, cvssData: { vectorString, baseSeverity? } } ] },
 *     weaknesses?: [ { description: [ { lang, value } ] } ], references: [ { url, tags? } ] }
 */
import type { FlawFact, Reference, Severity } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { cvssIn, englishIn, objectsIn, referencesFrom, timeIn, weaknessesFrom } from '../flaw.ts';
import { isCve } from '../flaw-id.ts';
import { summaryLine } from '../summary.ts';
import raters from './raters.json' with { type: 'json' };

type Fields = Readonly<Record<string, unknown>>;

const RATERS: ReadonlyMap<string, string> = new Map(Object.entries(raters));

const METRICS: readonly (readonly [name: string, scheme: string])[] = [
  ['cvssMetricV40', 'CVSS_V4'],
  ['cvssMetricV31', 'CVSS_V3'],
  ['cvssMetricV30', 'CVSS_V3'],
  ['cvssMetricV2', 'CVSS_V2'],
];

/** The first tag of these that a reference has says what it is. */
const REFERENCE_TYPES: readonly (readonly [tag: string, type: Reference['type']])[] = [
  ['Patch', 'fix'],
  ['Vendor Advisory', 'advisory'],
  ['Third Party Advisory', 'advisory'],
  ['Issue Tracking', 'report'],
  ['Technical Description', 'article'],
  ['Press/Media Coverage', 'article'],
];

/** What a record says of the flaw; undefined when it is malformed. */
export function flawOf(record: Fields): FlawFact | undefined {
  const key = asText(record['id']);
  if (key === undefined || !isCve(key)) return undefined;
  const summary = summaryLine(englishIn(record['descriptions']));
  const published = timeIn(record['published']);
  const modified = timeIn(record['lastModified']);
  const state = stateOf(record);
  return {
    kind: 'flaw',
    key,
    ...(summary === undefined ? {} : { summary }),
    severities: severitiesIn(asObject(record['metrics']) ?? {}),
    weaknesses: weaknessesFrom(
      objectsIn(record['weaknesses']).flatMap((one) => objectsIn(one['description']).map(({ value }) => value)),
    ),
    ...(state === undefined ? {} : { state }),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    references: referencesFrom(objectsIn(record['references']).map(referenceOf)),
  };
}

function stateOf(record: Fields): FlawFact['state'] {
  if (record['vulnStatus'] === 'Rejected') return 'rejected';
  const tags = objectsIn(record['cveTags']).flatMap((one) => (Array.isArray(one['tags']) ? one['tags'] : []));
  return tags.includes('disputed') ? 'disputed' : undefined;
}

function severitiesIn(metrics: Fields): readonly Severity[] {
  const severities: Severity[] = [];
  for (const [name, scheme] of METRICS) {
    for (const metric of objectsIn(metrics[name])) {
      const by = raterOf(asText(metric['source']) ?? '');
      const severity = cvssIn(metric['cvssData'], scheme, by, metric['baseSeverity']);
      if (severity !== undefined) severities.push(severity);
    }
  }
  return severities;
}

function raterOf(source: string): string {
  return RATERS.get(source) ?? `cna:${source}`;
}

function referenceOf(fields: Fields): Reference {
  const tags = Array.isArray(fields['tags']) ? fields['tags'] : [];
  const type = REFERENCE_TYPES.find(([tag]) => tags.includes(tag))?.[1] ?? 'web';
  return { type, url: asText(fields['url']) ?? '' };
}

/*
 * A CVE record (CVE JSON 5.0 to 5.2), as far as it speaks of the flaw itself:
 *
 *   { cveMetadata: { cveId, state: PUBLISHED / REJECTED, datePublished?, dateUpdated? },
 *     containers: { cna: container, adp?: [ container ] } }
 *   container = { providerMetadata: { orgId, shortName? }, title?, descriptions?: [ { lang, value } ],
 *                 rejectedReasons?: [ { lang, value } ], tags?: [ disputed / … ], problemTypes?: [ { descriptions: [ { cweId? } ] } ],
 *                 references?: [ { url, tags? } ], metrics?: [ { cvssV2_0 / V3_0 / V3_1 / V4_0?: { vectorString, baseSeverity? },
 *                 other?: { type: ssvc, content: { timestamp, options: [ { Exploitation } { Automatable } { "Technical Impact" } ] } } } ] }
 */
import type { FlawFact, Reference, Severity } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { cvssIn, englishIn, objectsIn, referencesFrom, timeIn, weaknessesFrom } from '../flaw.ts';
import { isCve } from '../flaw-id.ts';
import { summaryLine } from '../summary.ts';
import type { Outcome } from './archive.ts';

type Fields = Readonly<Record<string, unknown>>;

const CISA = '134c704f-9b21-4f2e-91b3-4a467353bcc0';

const METRICS: readonly (readonly [name: string, scheme: string])[] = [
  ['cvssV4_0', 'CVSS_V4'],
  ['cvssV3_1', 'CVSS_V3'],
  ['cvssV3_0', 'CVSS_V3'],
  ['cvssV2_0', 'CVSS_V2'],
];

const REFERENCE_TYPES: readonly (readonly [tag: string, type: Reference['type']])[] = [
  ['patch', 'fix'],
  ['vendor-advisory', 'advisory'],
  ['third-party-advisory', 'advisory'],
  ['government-resource', 'advisory'],
  ['issue-tracking', 'report'],
  ['technical-description', 'article'],
  ['media-coverage', 'article'],
];

const EXPLOITATIONS: ReadonlySet<string> = new Set(['none', 'poc', 'active'] as const);

/** What a record says of the flaw, by all who contribute to it. */
export function flawOf(record: Fields): Outcome {
  const key = keyOf(record);
  const containers = asObject(record['containers']);
  const cna = asObject(containers?.['cna']);
  if (key === undefined || cna === undefined) return 'malformed';
  const all = [cna, ...objectsIn(containers?.['adp'])];
  const summary =
    summaryLine(cna['title']) ??
    summaryLine(englishIn(cna['descriptions'])) ??
    summaryLine(englishIn(cna['rejectedReasons']));
  const decision = decisionIn(all.filter(isCisa));
  const state = stateOf(record, all);
  return {
    kind: 'flaw',
    key,
    ...(summary === undefined ? {} : { summary }),
    ...assessmentIn(all),
    ...(state === undefined ? {} : { state }),
    ...datesOf(record),
    references: referencesFrom(all.flatMap((one) => objectsIn(one['references']).map(referenceOf))),
    ...(decision === undefined ? {} : { decision }),
  };
}

/** What CISA alone adds to a record: its scores, weaknesses and decision points; `not-assessed` where it adds none. */
export function cisaFlawOf(record: Fields): Outcome {
  const key = keyOf(record);
  const containers = asObject(record['containers']);
  if (key === undefined || containers === undefined) return 'malformed';
  const own = objectsIn(containers['adp']).filter(isCisa);
  const decision = decisionIn(own);
  const assessment = assessmentIn(own);
  if (decision === undefined && assessment.severities.length + assessment.weaknesses.length === 0)
    return 'not-assessed';
  const state = stateOf(record, []);
  return {
    kind: 'flaw',
    key,
    ...assessment,
    ...(state === undefined ? {} : { state }),
    references: [],
    ...(decision === undefined ? {} : { decision }),
  };
}

function keyOf(record: Fields): string | undefined {
  const key = asText(asObject(record['cveMetadata'])?.['cveId']);
  return key !== undefined && isCve(key) ? key : undefined;
}

function stateOf(record: Fields, containers: readonly Fields[]): FlawFact['state'] {
  if (asObject(record['cveMetadata'])?.['state'] === 'REJECTED') return 'rejected';
  return containers.some(({ tags }) => Array.isArray(tags) && tags.includes('disputed')) ? 'disputed' : undefined;
}

function datesOf(record: Fields): Pick<FlawFact, 'published' | 'modified'> {
  const metadata = asObject(record['cveMetadata']);
  const published = timeIn(metadata?.['datePublished']);
  const modified = timeIn(metadata?.['dateUpdated']);
  return { ...(published === undefined ? {} : { published }), ...(modified === undefined ? {} : { modified }) };
}

function assessmentIn(containers: readonly Fields[]): Pick<FlawFact, 'severities' | 'weaknesses'> {
  const types = containers.flatMap((one) => objectsIn(one['problemTypes']));
  return {
    severities: containers.flatMap(severitiesIn),
    weaknesses: weaknessesFrom(types.flatMap((type) => objectsIn(type['descriptions']).map(({ cweId }) => cweId))),
  };
}

function severitiesIn(container: Fields): readonly Severity[] {
  const by = raterOf(asObject(container['providerMetadata']));
  return objectsIn(container['metrics']).flatMap((metric) =>
    METRICS.flatMap(([name, scheme]) => cvssIn(metric[name], scheme, by) ?? []),
  );
}

/** CISA by its number, the others by their short names, which they choose themselves. */
function raterOf(provider: Fields | undefined): string {
  if (provider?.['orgId'] === CISA) return 'cisa-adp';
  return `cna:${(asText(provider?.['shortName']) ?? asText(provider?.['orgId']) ?? 'unnamed').toLowerCase().slice(0, 64)}`;
}

function isCisa(container: Fields): boolean {
  return asObject(container['providerMetadata'])?.['orgId'] === CISA;
}

/** SSVC 2.0.3, CISA Coordinator: three of its four decision points; the latest where there are several. */
function decisionIn(containers: readonly Fields[]): FlawFact['decision'] {
  let latest: FlawFact['decision'];
  for (const metric of containers.flatMap((one) => objectsIn(one['metrics']))) {
    const other = asObject(metric['other']);
    const decision = other?.['type'] === 'ssvc' ? decisionOf(asObject(other['content'])) : undefined;
    if (decision !== undefined && (latest === undefined || decision.at > latest.at)) latest = decision;
  }
  return latest;
}

/** Undefined unless all three are told, and when. */
function decisionOf(content: Fields | undefined): FlawFact['decision'] {
  const options = new Map(objectsIn(content?.['options']).flatMap((option) => Object.entries(option)));
  const word = (name: string): string | undefined => asText(options.get(name))?.toLowerCase();
  const exploitation = word('Exploitation');
  const automatable = word('Automatable');
  const technicalImpact = word('Technical Impact');
  const at = timeIn(content?.['timestamp']);
  if (!isExploitation(exploitation) || (automatable !== 'yes' && automatable !== 'no') || at === undefined)
    return undefined;
  if (technicalImpact !== 'partial' && technicalImpact !== 'total') return undefined;
  return { exploitation, automatable: automatable === 'yes', technicalImpact, at };
}

function isExploitation(word: string | undefined): word is 'none' | 'poc' | 'active' {
  return word !== undefined && EXPLOITATIONS.has(word);
}

function referenceOf(fields: Fields): Reference {
  const tags = Array.isArray(fields['tags']) ? fields['tags'] : [];
  const type = REFERENCE_TYPES.find(([tag]) => tags.includes(tag))?.[1] ?? 'web';
  return { type, url: asText(fields['url']) ?? '' };
}

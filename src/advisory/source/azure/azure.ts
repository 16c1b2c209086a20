/*
 * Azure Linux (before: CBL-Mariner) as OVAL vulnerability definitions, one per CVE and source package, one document per release.
 * Beside the criteria, `patchable` says what is to be had of a fix:
 *
 *   true             fixed in the version of "less than"
 *   false            no fix; "less than or equal" has the version of the day the document was made, and the next one is affected too
 *   Not Applicable   the flaw is not in the package, or no longer thought to be
 *
 * Versions have an epoch of 0 throughout, whatever the package's is; it is left out.
 */
import type { Advisory, AdvisorySource, Affected, Feed, Severity } from '../../advisory.ts';
import {
  affectedIn,
  cvesOf,
  type Definition,
  parseOval,
  referencesOf,
  type Skipped,
  type Statement,
  textIn,
  wordIn,
} from '../oval/oval.ts';
import releases from './releases.json' with { type: 'json' };

const HOME = 'https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/';
const DOCUMENTS: ReadonlyMap<string, string> = new Map(Object.entries(releases));

/** Microsoft's data on Azure Linux and CBL-Mariner, with flaws that have no fix. */
export const azure: AdvisorySource = {
  id: 'azure',
  lists: () => 'disclosures',
  feeds: feedsOf,
  parse: (feed, bytes, keep) =>
    parseOval(bytes, keep, (definition) => advisoryOf(definition, feed.ecosystems[0] ?? '')),
};

/** A release newer than the list can be asked for by its name. */
function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  const wanted = new Set<string>();
  for (const ecosystem of ecosystems ?? ['Azure Linux']) {
    if (ecosystem === 'Azure Linux') for (const release of DOCUMENTS.keys()) wanted.add(release);
    const release = /^Azure Linux:(\d+)$/.exec(ecosystem)?.[1];
    if (release !== undefined) wanted.add(release);
  }
  return [...wanted].map((release) => ({
    url: HOME + (DOCUMENTS.get(release) ?? `azurelinux-${release}.0-oval.xml`),
    ecosystems: [`Azure Linux:${release}`],
  }));
}

function advisoryOf(definition: Definition, ecosystem: string): Advisory | Skipped {
  const { metadata, statements } = definition;
  const [id, ...more] = cvesOf(definition);
  if (id === undefined || statements.length === 0) return { skipped: 'malformed' };
  const severity = wordIn(textIn(metadata, 'severity'), 'azure');
  const published = textIn(metadata, 'advisory_date');
  return {
    id,
    aliases: aliasOf(textIn(metadata, 'advisory_id')),
    covers: more,
    ...(published !== undefined && /^\d{4}-\d{2}-\d{2}/.test(published) && { published }),
    severities: [],
    affected: affectedBy(statements, ecosystem, textIn(metadata, 'patchable') ?? '', severity),
    references: referencesOf(definition, () => 'web'),
  };
}

/** OSV has the same records under this name. */
function aliasOf(identifier: string | undefined): readonly string[] {
  const number = /^(\d+)(?:-\d+)?$/.exec(identifier ?? '')?.[1];
  return number === undefined ? [] : [`AZL-${number}`];
}

function affectedBy(
  statements: readonly Statement[],
  ecosystem: string,
  patchable: string,
  severity: Severity | undefined,
): readonly Affected[] {
  const packages = Map.groupBy(statements, (statement) => statement.package);
  return [...packages].flatMap(([name, stated]) => {
    const named = { ecosystem, package: name, appliesTo: 'source' as const, ...(severity && { severity }) };
    if (patchable === 'Not Applicable') {
      const note = 'This CVE either no longer is or was never applicable';
      return [{ ...named, status: 'not-affected' as const, ranges: [], fixState: 'unknown' as const, note }];
    }
    return affectedIn(
      { ...named, ...noteOf(stated, patchable) },
      stated.map(({ claim, when: { unclear } }) => ({ claim: claim && withoutEpoch(claim, patchable), unclear })),
      'not-fixed',
    );
  });
}

function noteOf([first]: readonly Statement[], patchable: string): { readonly note?: string } {
  const last = first?.claim?.kind === 'range' ? first.claim.last : undefined;
  return patchable === 'false' && last !== undefined ? { note: `no fix as of ${plain(last)}` } : {};
}

type Claim = NonNullable<Statement['claim']>;

function withoutEpoch(claim: Claim, patchable: string): Claim {
  if (claim.kind !== 'range') return claim.kind === 'never' ? claim : { ...claim, version: plain(claim.version) };
  const { introduced, fixed, last } = claim;
  return {
    kind: 'range',
    ...(introduced === undefined ? {} : { introduced: plain(introduced) }),
    ...(fixed === undefined ? {} : { fixed: plain(fixed) }),
    ...(last === undefined || patchable === 'false' ? {} : { last: plain(last) }),
  };
}

function plain(version: string): string {
  return version.replace(/^0:/, '');
}

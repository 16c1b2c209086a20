import type { EcosystemInfo, StoredEntry } from '../../../database/database.ts';
import type { Package } from '../../../inventory/inventory.ts';
import { type Advisories, assess } from '../../../scan/assess.ts';
import type { Advisory, AdvisorySource, Feed } from '../../advisory.ts';

/** A document of a source, at the feed that it is of. */
export interface Loaded {
  readonly source: AdvisorySource;
  readonly feed: Feed;
  readonly document: Uint8Array;
}

/** The documents as a database would answer from them. */
export async function databaseOf(loaded: readonly Loaded[]): Promise<Advisories> {
  const records: { readonly source: AdvisorySource; readonly advisory: Advisory }[] = [];
  for (const { source, feed, document } of loaded) {
    await source.parse(
      feed,
      document,
      (advisory) => records.push({ source, advisory }),
      () => {},
    );
  }
  const refOf = ({ id }: AdvisorySource): StoredEntry['source'] => ({
    name: id,
    url: 'https://x.test/',
    digest: 'sha256:0',
    fetchedAt: '2026-11-24T00:00:00Z',
  });
  return {
    lookup: (ecosystem, name, appliesTo) =>
      records.flatMap(({ source, advisory: { id, aliases, covers, affected } }) =>
        affected
          .filter((one) => one.ecosystem === ecosystem && one.package === name && one.appliesTo === appliesTo)
          .map((one) => ({
            ...one,
            id,
            aliases,
            covers,
            feed: loaded.findIndex((x) => x.source === source),
            source: refOf(source),
          })),
      ),
    details: () => undefined,
    ecosystem: (ecosystem): EcosystemInfo => ({
      ecosystem,
      sources: loaded
        .filter(({ feed }) => feed.ecosystems.includes(ecosystem))
        .map(({ source }) => ({ ...refOf(source), lists: source.lists(ecosystem), advisories: 1 })),
      missing: [],
    }),
    facts: () => [],
    close: () => undefined,
  };
}

/** What is found in one package, as `CVE-… affected 1.0-1`; the order of the documents is the precedence of their sources. */
export async function foundIn(loaded: readonly Loaded[], found: Package): Promise<readonly string[]> {
  const precedence = [...new Set(loaded.map(({ source }) => source.id))];
  const { findings, unjudged } = assess([found], await databaseOf(loaded), { precedence });
  const lines = findings.flatMap((finding) =>
    finding.kind === 'vulnerability'
      ? [`${finding.vulnerability.id} ${finding.verdict} ${finding.fix.version ?? finding.fix.state}`]
      : [],
  );
  return [...lines, ...unjudged.map(({ reason }) => reason)];
}

/** A package that is installed. */
export function installed(
  type: 'rpm' | 'apk' | 'alpm',
  ecosystem: string,
  name: string,
  version: string,
  more: Partial<Package> & { readonly label?: string } = {},
): Package {
  const { label, ...rest } = more;
  const release = version.slice(version.lastIndexOf('-') + 1);
  const metadata: Package['metadata'] =
    type === 'rpm'
      ? { kind: 'rpm', release, ...(label === undefined ? {} : { modularityLabel: label }) }
      : { kind: 'language' };
  return {
    id: `pkg:${type}/${name}@${version}`,
    name,
    version,
    ecosystem,
    type,
    kind: 'binary',
    purl: `pkg:${type}/${name}@${version}`,
    architecture: 'x86_64',
    locations: [{ path: '/db', layer: { index: 0, diffId: '' } }],
    licenses: [],
    foundBy: type,
    metadata,
    ...rest,
  };
}

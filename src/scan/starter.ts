import type { Advisory, Affected, SourceRef } from '../advisory/advisory.ts';
import { starterAdvisories, starterInfo } from '../advisory/source/starter/starter.ts';
import type { AdvisoryDetails, EcosystemInfo, StoredEntry } from '../database/database.ts';
import type { Advisories } from './assess.ts';

/** The starter set, and what the report says of it. */
export interface StarterSet {
  readonly advisories: Advisories;
  readonly digest: string;
  readonly asOf: string;
}

/** No feed of a database has this number. */
export const starterFeed = -1;

/** The small advisory set inside the program, in the form of a database. */
export function starterSet(): StarterSet {
  const info = starterInfo();
  const source: SourceRef = {
    name: 'starter',
    url: 'seaworthy:starter',
    digest: info.digest,
    fetchedAt: info.asOf,
    publishedAt: info.asOf,
  };
  const entries = new Map<string, StoredEntry[]>();
  const details = new Map<string, AdvisoryDetails>();
  const counts = new Map<string, Set<string>>();
  for (const advisory of starterAdvisories()) {
    details.set(advisory.id, detailsOf(advisory, source));
    for (const affected of advisory.affected) {
      const key = keyOf(affected.ecosystem, affected.package, affected.appliesTo);
      const known = entries.get(key) ?? [];
      entries.set(key, [...known, entryOf(advisory, affected, source)]);
      counts.set(affected.ecosystem, (counts.get(affected.ecosystem) ?? new Set()).add(advisory.id));
    }
  }
  const advisories: Advisories = {
    lookup: (ecosystem, name, appliesTo) => entries.get(keyOf(ecosystem, name, appliesTo)) ?? [],
    details: (id) => details.get(id),
    ecosystem: (ecosystem) => ecosystemOf(ecosystem, counts.get(ecosystem)?.size ?? 0, source),
    facts: () => [],
    close: () => undefined,
  };
  return { advisories, digest: info.digest, asOf: info.asOf };
}

function ecosystemOf(ecosystem: string, advisories: number, source: SourceRef): EcosystemInfo {
  const sources = advisories === 0 ? [] : [{ ...source, lists: 'fixes' as const, advisories }];
  return { ecosystem, sources, missing: [] };
}

function keyOf(ecosystem: string, name: string, appliesTo: Affected['appliesTo']): string {
  return `${appliesTo} ${ecosystem} ${name}`;
}

function entryOf(advisory: Advisory, affected: Affected, source: SourceRef): StoredEntry {
  const { ecosystem: _ecosystem, package: _package, ...rest } = affected;
  const { id, aliases, covers } = advisory;
  return { ...rest, id, aliases, covers, feed: starterFeed, source };
}

function detailsOf(advisory: Advisory, source: SourceRef): AdvisoryDetails {
  const { affected: _, ...rest } = advisory;
  return { ...rest, feed: starterFeed, source };
}

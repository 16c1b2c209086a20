import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import type { VersionScheme } from '../version/version.ts';
import { judge, type Match } from './judge.ts';

export type { Match } from './judge.ts';

/** What the matcher asks of the advisory database. */
export interface AdvisoryLookup {
  /** Every record that speaks of a package of an ecosystem, sources in their order of precedence. */
  lookup(ecosystem: string, name: string, appliesTo: 'source' | 'binary'): readonly StoredEntry[];
}

/** Why a package as a whole can't be judged. */
export interface Unjudged {
  readonly package: Package;
  readonly reason: 'version-unparsable';
  readonly detail: string;
}

/** What came of matching. */
export interface Matches {
  /** All verdicts, also `not-affected`. */
  readonly matches: readonly Match[];
  readonly unjudged: readonly Unjudged[];
}

/** Matches packages that have an ecosystem against all records that speak of them or of their source package. */
export function matchPackages(
  packages: readonly Package[],
  database: AdvisoryLookup,
  schemes: ReadonlyMap<string, VersionScheme>,
): Matches {
  const matches: Match[] = [];
  const unjudged: Unjudged[] = [];
  const entriesOf = remember(database);
  for (const found of packages) {
    const scheme = schemes.get(found.type);
    if (found.ecosystem === undefined || scheme === undefined) continue;
    const version = scheme.parse(found.version);
    if (version.kind === 'unparsable') {
      unjudged.push({ package: found, reason: 'version-unparsable', detail: `${found.version}: ${version.reason}` });
    }
    for (const appliesTo of ['source', 'binary'] as const) {
      const target = targetOf(found, appliesTo);
      for (const entry of entriesOf(found.ecosystem, target.name, appliesTo)) {
        const match = judge(found, target.version, entry, scheme);
        if (match) matches.push(match);
      }
    }
  }
  return { matches, unjudged };
}

/** Debian Policy 5.6.1: without a `Source` field the source has the name and version of the binary package. */
function targetOf(found: Package, appliesTo: 'source' | 'binary'): { name: string; version: string } {
  return appliesTo === 'source' ? (found.source ?? found) : found;
}

/** Many binary packages come of one source: each name is looked up once. */
function remember(database: AdvisoryLookup): AdvisoryLookup['lookup'] {
  const known = new Map<string, readonly StoredEntry[]>();
  return (ecosystem, name, appliesTo) => {
    const key = `${appliesTo} ${ecosystem} ${name}`;
    let entries = known.get(key);
    if (entries === undefined) {
      entries = database.lookup(ecosystem, name, appliesTo);
      known.set(key, entries);
    }
    return entries;
  };
}

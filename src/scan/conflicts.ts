import type { Database, StoredEntry } from '../database/database.ts';
import { packageFormatOf } from '../distro/distro.ts';
import { judge } from '../match/match.ts';
import type { VersionScheme } from '../version/version.ts';
import types from './ecosystem-types.json' with { type: 'json' };
import { byName } from './flaws.ts';
import { versionSchemes } from './formats.ts';

/** Records of two publishers that disagree on whether some version of a package has a flaw. */
export interface Conflict {
  readonly ecosystem: string;
  readonly package: string;
  readonly flaw: string;
  /** One of the versions on which they disagree. */
  readonly version: string;
  readonly affected: ConflictSide;
  readonly notAffected: ConflictSide;
}

/** A record and who publishes it. */
export interface ConflictSide {
  readonly advisory: string;
  readonly source: string;
}

/** What came of looking for disagreements. */
export interface ConflictList {
  readonly conflicts: readonly Conflict[];
  /** Packages of which several records speak. */
  readonly packages: number;
  /** Ecosystems whose order of versions is not known, so that nothing could be compared. */
  readonly unordered: readonly string[];
}

const typeOf: ReadonlyMap<string, string> = new Map(Object.entries(types));

/** All disagreements among the loaded records; of one ecosystem, package or flaw where a name is given. */
export function listConflicts(database: Pick<Database, 'info' | 'lookup' | 'packages'>, name?: string): ConflictList {
  const ecosystems = new Set(database.info.feeds.flatMap((feed) => feed.ecosystems));
  const wanted = name?.toLowerCase();
  const one = [...ecosystems].filter((ecosystem) => ecosystem.toLowerCase() === wanted);
  const conflicts: Conflict[] = [];
  const unordered: string[] = [];
  let packages = 0;
  for (const ecosystem of (one.length > 0 ? one : [...ecosystems]).toSorted()) {
    const scheme = versionSchemes.get(typeOf.get(ecosystem) ?? packageFormatOf(ecosystem) ?? '');
    if (scheme === undefined) {
      unordered.push(ecosystem);
      continue;
    }
    for (const key of database.packages(ecosystem)) {
      const entries = database.lookup(ecosystem, key.name, key.appliesTo);
      if (entries.length < 2) continue;
      packages++;
      conflicts.push(...conflictsOf(ecosystem, key.name, entries, scheme));
    }
  }
  const asked = conflicts.filter((conflict) => one.length > 0 || isAbout(conflict, wanted));
  return { conflicts: asked, packages, unordered };
}

function isAbout({ package: name, flaw, affected, notAffected }: Conflict, wanted: string | undefined): boolean {
  const names = [name, flaw, affected.advisory, notAffected.advisory];
  return wanted === undefined || names.some((one) => one.toLowerCase() === wanted);
}

/** Most versions that are tried for one flaw. */
const MOST_VERSIONS = 500;

/**
 * Finds the disagreements among the records of one package: the versions that any of them names are judged by each, so
 * whatever they differ in shows at one of these. Verdicts that are `unknown` are no disagreement, and records of one
 * publisher add to each other: a second notice, another module stream.
 */
export function conflictsOf(
  ecosystem: string,
  name: string,
  entries: readonly StoredEntry[],
  scheme: VersionScheme,
): Conflict[] {
  const conflicts: Conflict[] = [];
  for (const [flaw, records] of byName(entries)) {
    if (records.length < 2) continue;
    const found = firstDisagreement(records, scheme);
    if (found) conflicts.push({ ecosystem, package: name, flaw, ...found });
  }
  return conflicts;
}

function firstDisagreement(
  records: readonly StoredEntry[],
  scheme: VersionScheme,
): Pick<Conflict, 'version' | 'affected' | 'notAffected'> | undefined {
  for (const text of versionsNamed(records)) {
    const version = scheme.parse(text);
    if (version.kind === 'unparsable') continue;
    const said = Map.groupBy(records, (entry) => judge(version, entry, scheme).verdict);
    const affected = said.get('affected') ?? [];
    const speaking = new Set(affected.map(publisherOf));
    const against = said.get('not-affected')?.find((entry) => !speaking.has(publisherOf(entry)));
    const [first] = affected;
    if (first && against) return { version: text, affected: sideOf(first), notAffected: sideOf(against) };
  }
  return undefined;
}

/** Whose record it is: one source may carry those of several, told by how identifiers begin; notices are of one. */
function publisherOf({ id, source, covers }: StoredEntry): string {
  return `${source.name} ${covers.length > 0 ? 'notices' : (/^[A-Za-z]+/.exec(id)?.[0] ?? '')}`;
}

function sideOf({ id, source }: StoredEntry): ConflictSide {
  return { advisory: id, source: source.name };
}

function versionsNamed(records: readonly StoredEntry[]): ReadonlySet<string> {
  const versions = new Set<string>();
  for (const { ranges, versions: listed = [] } of records) {
    for (const { type, events } of ranges) {
      if (type !== 'git')
        for (const text of events.flatMap((event) => Object.values<string>(event))) versions.add(text);
    }
    for (const version of listed) versions.add(version);
    if (versions.size > MOST_VERSIONS) break;
  }
  return versions;
}

import type { StoredEntry } from '../database/database.ts';
import { judge } from '../match/match.ts';
import type { VersionScheme } from '../version/version.ts';
import { byName } from './flaws.ts';

/** Two records that disagree on whether some version of a package has a flaw. */
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

/** Most versions that are tried for one flaw. */
const MOST_VERSIONS = 500;

/**
 * Finds the disagreements among the records of one package: the versions that any of them names are judged by each, so
 * whatever they differ in shows at one of these. Verdicts that are `unknown` are no disagreement.
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
    const [affected, notAffected] = [said.get('affected')?.[0], said.get('not-affected')?.[0]];
    if (affected && notAffected) return { version: text, affected: sideOf(affected), notAffected: sideOf(notAffected) };
  }
  return undefined;
}

function sideOf({ id, source }: StoredEntry): ConflictSide {
  return { advisory: id, source: source.name };
}

function versionsNamed(records: readonly StoredEntry[]): ReadonlySet<string> {
  const versions = new Set<string>();
  for (const { ranges, versions: listed = [] } of records) {
    for (const { type, events } of ranges) {
      if (type !== 'git') for (const text of events.flatMap((event) => Object.values<string>(event))) versions.add(text);
    }
    for (const version of listed) versions.add(version);
    if (versions.size > MOST_VERSIONS) break;
  }
  return versions;
}

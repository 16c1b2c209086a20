import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import type { VersionScheme } from '../version/version.ts';
import { type Judgement, judge } from './judge.ts';
import { qualifies } from './qualifier.ts';

export { elsewhere } from './elsewhere.ts';
export { explain } from './explain.ts';
export { type Judgement, judge } from './judge.ts';
export { qualifies } from './qualifier.ts';

/** What the matcher asks of the advisory database. */
export interface AdvisoryLookup {
  /** Every record that speaks of a package of an ecosystem. */
  lookup(ecosystem: string, name: string, appliesTo: 'source' | 'binary'): readonly StoredEntry[];
}

/** What one record says of one package, and why. */
export interface Match extends Judgement {
  readonly entry: StoredEntry;
  /** Name and version that were looked up: those of the package or of its source. */
  readonly searched: { readonly name: string; readonly version: string };
}

/** Everything that is said of one package, `not-affected` too. */
export interface PackageMatches {
  readonly package: Package;
  readonly matches: readonly Match[];
}

/** Why a package as a whole can't be judged. */
export interface Unjudged {
  readonly package: Package;
  readonly reason: 'version-unparsable';
  readonly detail: string;
}

/** What came of matching. */
export interface Matches {
  /** Only packages of which some record says other than `not-affected`. */
  readonly packages: readonly PackageMatches[];
  readonly unjudged: readonly Unjudged[];
}

/** Matches packages that have an ecosystem against all records that speak of them or of their source package. */
export function matchPackages(
  packages: readonly Package[],
  database: AdvisoryLookup,
  schemes: ReadonlyMap<string, VersionScheme>,
): Matches {
  const matched: PackageMatches[] = [];
  const unjudged: Unjudged[] = [];
  const judgeAll = judgeOnce(database);
  for (const found of packages) {
    const scheme = schemes.get(found.type);
    if (found.ecosystem === undefined) continue;
    if (scheme === undefined) {
      const detail = `no order of versions is known for packages of ${found.type}`;
      unjudged.push({ package: found, reason: 'version-unparsable', detail });
      continue;
    }
    const version = scheme.parse(found.version);
    if (version.kind === 'unparsable') {
      const detail = `${found.version}: ${version.reason}`;
      unjudged.push({ package: found, reason: 'version-unparsable', detail });
    }
    const matches: Match[] = [];
    for (const appliesTo of ['source', 'binary'] as const) {
      for (const match of judgeAll(found.ecosystem, targetOf(found, appliesTo), appliesTo, scheme)) {
        const qualified = match.entry.qualifiers === undefined ? match : qualify(found, match);
        if (qualified) matches.push(qualified);
      }
    }
    if (matches.some(({ verdict }) => verdict !== 'not-affected')) matched.push({ package: found, matches });
  }
  return { packages: matched, unjudged };
}

/** Debian Policy 5.6.1: without a `Source` field the source has the name and version of the binary package. */
function targetOf(found: Package, appliesTo: 'source' | 'binary'): Match['searched'] {
  return appliesTo === 'source' ? (found.source ?? found) : found;
}

type JudgeAll = (
  ecosystem: string,
  searched: Match['searched'],
  appliesTo: 'source' | 'binary',
  scheme: VersionScheme,
) => readonly Match[];

/** Many binary packages come of one source: each name is looked up once, each version of it judged once. */
function judgeOnce(database: AdvisoryLookup): JudgeAll {
  const looked = new Map<string, readonly StoredEntry[]>();
  const judged = new Map<string, readonly Match[]>();
  return (ecosystem, { name, version }, appliesTo, scheme) => {
    const key = `${appliesTo}\n${ecosystem}\n${name}`;
    const entries = looked.get(key) ?? database.lookup(ecosystem, name, appliesTo);
    looked.set(key, entries);
    if (entries.length === 0) return none;
    const versionKey = `${scheme.id}\n${key}\n${version}`;
    let matches = judged.get(versionKey);
    if (matches === undefined) {
      const searched = { name, version };
      const parsed = scheme.parse(version);
      matches = entries.map((entry) => ({ ...judge(parsed, entry, scheme), entry, searched }));
      judged.set(versionKey, matches);
    }
    return matches;
  };
}

const none: readonly Match[] = [];

/** Leaves out what is said of other builds; what may be of another build is not known to be of this one. */
function qualify(found: Package, match: Match): Match | undefined {
  const answer = qualifies(found, match.entry.qualifiers);
  if (answer === 'no') return undefined;
  if (answer === 'yes' || match.verdict !== 'affected') return match;
  const unknownReason = 'The package is of a module, but the package database does not say of which stream';
  return { ...match, verdict: 'unknown', unknownReason };
}

import type { Database } from '../database/database.ts';
import type { Package, Problem } from '../inventory/inventory.ts';
import type { VersionScheme } from '../version/version.ts';

/** What of an inventory is judged by its own advisories, and what is not and why. */
export interface Judged {
  readonly packages: readonly Package[];
  /** Files of a distribution's package that is assessed: they are judged with it. */
  readonly owned: readonly Package[];
  /** Named by lock files only, to build or test, and not installed. */
  readonly development: readonly Package[];
  /** The image's own applications, which have no version that could be compared. */
  readonly own: readonly Package[];
  /** In the distribution's format, built by somebody else: its advisories speak of other builds. */
  readonly foreign: readonly Package[];
}

/** What is asked to sort packages. */
export interface Standing {
  readonly advisories: Pick<Database, 'lookup' | 'ecosystem'>;
  readonly schemes: ReadonlyMap<string, VersionScheme>;
}

/** Sorts packages by whether they are judged on their own. */
export function judgedOf(packages: readonly Package[], { advisories, schemes }: Standing): Judged {
  const byId = new Map(packages.map((found) => [found.id, found]));
  const answers = answering(advisories);
  const judged: Package[] = [];
  const owned: Package[] = [];
  const development: Package[] = [];
  const own: Package[] = [];
  const foreign: Package[] = [];
  for (const found of packages) {
    const owner = found.ownedBy === undefined ? undefined : byId.get(found.ownedBy);
    if (owner !== undefined && answers(owner, found)) owned.push(found);
    else if (found.presence === 'locked' && found.usage?.scope === 'dev') development.push(found);
    else if (isForeign(found)) foreign.push(found);
    else if (found.usage?.root && schemes.get(found.type)?.parse(found.version).kind !== 'version') own.push(found);
    else judged.push(found);
  }
  return { packages: judged, owned, development, own, foreign };
}

/** Whether somebody else than the distribution built its package: then its advisories do not speak of what is in it. */
export function isForeign({ metadata, ecosystem }: Package): boolean {
  if (!('thirdParty' in metadata) || metadata.thirdParty === undefined) return false;
  // Its builder has notices of its own on what it builds.
  return ecosystem?.split(':', 1)[0] !== metadata.thirdParty;
}

/**
 * Whether what a distribution says of its own package is enough for one of another ecosystem in it: where it lists also
 * what has no fix and has ever spoken of the package. That it never did says nothing of what others packed.
 */
function answering(advisories: Standing['advisories']): (owner: Package, owned?: Package) => boolean {
  const spoken = new Map<string, boolean>();
  const speaksOf = ({ id, name, source }: Package, ecosystem: string): boolean => {
    const known =
      spoken.get(id) ??
      (advisories.lookup(ecosystem, source?.name ?? name, 'source').length > 0 ||
        advisories.lookup(ecosystem, name, 'binary').length > 0);
    spoken.set(id, known);
    return known;
  };
  return (owner, owned) => {
    if (owner.ecosystem === undefined || isForeign(owner)) return false;
    const { sources } = advisories.ecosystem(owner.ecosystem);
    if (owned !== undefined && owned.ecosystem === undefined) return sources.length > 0;
    return sources.some(({ lists }) => lists === 'disclosures') && speaksOf(owner, owner.ecosystem);
  };
}

/** Problems of which nothing is lost where the package that shipped the file answers for what is in it. */
export function judgedProblems(
  problems: readonly Problem[],
  packages: readonly Package[],
  advisories: Standing['advisories'],
): readonly Problem[] {
  if (!problems.some(({ ownedBy }) => ownedBy !== undefined)) return problems;
  const byId = new Map(packages.map((found) => [found.id, found]));
  const answers = answering(advisories);
  return problems.map((problem) => {
    const owner = problem.ownedBy === undefined ? undefined : byId.get(problem.ownedBy);
    return owner !== undefined && answers(owner) ? { ...problem, lossy: false } : problem;
  });
}

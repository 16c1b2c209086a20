import type { Package } from '../inventory/inventory.ts';
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
}

/** What is asked to sort packages. */
export interface Standing {
  /** Whether what the advisories of an owner's ecosystem say is enough for a package of another that it owns. */
  readonly answersFor: (owner: string, owned: string | undefined) => boolean;
  readonly schemes: ReadonlyMap<string, VersionScheme>;
}

/** Sorts packages by whether they are judged on their own. */
export function judgedOf(packages: readonly Package[], { answersFor, schemes }: Standing): Judged {
  const byId = new Map(packages.map((found) => [found.id, found]));
  const judged: Package[] = [];
  const owned: Package[] = [];
  const development: Package[] = [];
  const own: Package[] = [];
  for (const found of packages) {
    const owner = found.ownedBy === undefined ? undefined : byId.get(found.ownedBy);
    if (owner?.ecosystem !== undefined && answersFor(owner.ecosystem, found.ecosystem)) owned.push(found);
    else if (found.presence === 'locked' && found.usage?.scope === 'dev') development.push(found);
    else if (found.usage?.root && schemes.get(found.type)?.parse(found.version).kind !== 'version') own.push(found);
    else judged.push(found);
  }
  return { packages: judged, owned, development, own };
}

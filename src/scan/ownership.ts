import { createHash } from 'node:crypto';
import type { Snapshot, SquashedFile } from '../image/tree/squash.ts';
import type { OwnedFile, Ownership, Package, Problem, Relationship } from '../inventory/inventory.ts';
import { isForeign } from './judged.ts';
import { unpackaged } from './unpackaged.ts';

/** Of which files it is asked whose they are. */
export interface OwnerIndex {
  readonly size: number;
  /** Whether the owner of the absolute path is asked for. */
  asks(path: string): boolean;
}

/** Asks for the files that show the given packages, and for those that could not be understood. */
export function ownerIndex(packages: readonly Package[], problems: readonly Problem[]): OwnerIndex {
  const paths = new Set(packages.flatMap(({ locations }) => locations.map(({ path }) => merged(path))));
  for (const { path } of problems) if (path !== undefined) paths.add(merged(path));
  return { size: paths.size, asks: (path) => paths.has(merged(path)) };
}

/**
 * Says of each package whose files belong to another's (a distribution's, conda's) that it is that one's, unless one of
 * its files is not, or has other content than was shipped; programs that are a package's are left out. One look-up for each
 * place.
 */
export function owned(
  packages: readonly Package[],
  ownership: readonly Ownership[],
  problems: readonly Problem[],
  files: Snapshot['files'],
): { readonly packages: Package[]; readonly relationships: Relationship[]; readonly problems: Problem[] } {
  const owners = ownersOf(packages, ownership);
  const relationships: Relationship[] = [];
  const shippedBy = (path: string): Package | undefined => shipperOf(path, owners, files);
  const told = unpackaged(packages, { shippedBy, listed: owners.size > 0 }).map((found) => {
    const owner = owners.size === 0 ? undefined : ownerOf(found, owners, files);
    if (owner === undefined) return found;
    relationships.push({ kind: 'owned-by', from: found.id, to: owner });
    return { ...found, ownedBy: owner };
  });
  return { packages: told, relationships, problems: problems.map((one) => withOwner(one, owners, files)) };
}

/** Whose the file is, as its package shipped it: whether that one answers for it is known where there are advisories. */
function withOwner(problem: Problem, owners: ReadonlyMap<string, Owner>, files: Snapshot['files']): Problem {
  const owner = problem.lossy && problem.path !== undefined ? owners.get(merged(problem.path)) : undefined;
  if (owner === undefined || problem.by === owner.package.foundBy) return problem;
  if (owner.package.ecosystem === undefined || isForeign(owner.package)) return problem;
  const file = files.get(problem.path?.slice(1) ?? '');
  if (file === undefined || !asShipped(file, owner)) return problem;
  const owned = `it is of ${owner.package.name}`;
  const detail = problem.detail === undefined ? owned : `${problem.detail}; ${owned}`;
  return { ...problem, detail, ownedBy: owner.package.id };
}

interface Owner {
  readonly package: Package;
  readonly digest?: string;
}

function ownersOf(packages: readonly Package[], ownership: readonly Ownership[]): Map<string, Owner> {
  const byId = new Map(packages.map((found) => [found.id, found]));
  const owners = new Map<string, Owner>();
  for (const { package: id, files } of ownership) {
    const found = byId.get(id);
    if (found) for (const file of files) owners.set(merged(file.path), ownerWith(found, file));
  }
  return owners;
}

function ownerWith(found: Package, { digest }: OwnedFile): Owner {
  return digest === undefined ? { package: found } : { package: found, digest };
}

/** The package to which every place of this one belongs; of several rather one that the distribution does not answer for. */
function ownerOf(found: Package, owners: ReadonlyMap<string, Owner>, files: Snapshot['files']): string | undefined {
  let first: Package | undefined;
  for (const { path } of found.locations) {
    const owner = shipperOf(path, owners, files);
    if (owner === undefined || owner.type === found.type) return undefined;
    if (first === undefined || isForeign(owner)) first = owner;
  }
  return first?.id;
}

/** The package that owns the file at a path, unless the file has other content than it shipped. */
function shipperOf(path: string, owners: ReadonlyMap<string, Owner>, files: Snapshot['files']): Package | undefined {
  const owner = owners.get(merged(path));
  const file = owner && files.get(path.slice(1));
  return owner !== undefined && file !== undefined && asShipped(file, owner) ? owner.package : undefined;
}

/** Without a digest to compare, a file is as shipped when no layer after the package's own has written it. */
function asShipped(file: SquashedFile, { digest, package: owner }: Owner): boolean {
  const algorithm = digest?.slice(0, digest.indexOf(':'));
  if (digest !== undefined && algorithm !== undefined) {
    if (file.extractor === undefined)
      return `${algorithm}:${createHash(algorithm).update(file.bytes).digest('hex')}` === digest;
    const known = file.digests?.find((one) => one.startsWith(`${algorithm}:`));
    if (known !== undefined) return known === digest;
  }
  return file.layer <= (owner.provenance?.changed.index ?? 0);
}

/** With a merged `/usr` (file-hierarchy(7)) `/lib` is `/usr/lib`, and package lists name either. */
function merged(path: string): string {
  return path.startsWith('/usr/') && rootFolders.has(path.slice(5, path.indexOf('/', 5))) ? path.slice(4) : path;
}

const rootFolders: ReadonlySet<string> = new Set(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']);

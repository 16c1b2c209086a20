import type { ImageFile } from '../catalog.ts';
import { DocumentError } from '../document.ts';
import { shownOrigin } from '../origin.ts';
import { bindingOf } from './marker.ts';
import type { PythonPackages } from './packages.ts';

/** What a locked package needs. */
export interface LockedDependency {
  /** Normalised. */
  readonly name: string;
  /** Where the lock has several versions of it and says which. */
  readonly version?: string | undefined;
  readonly marker?: string | undefined;
  /** Only with an extra of the package that needs it. */
  readonly extra?: string | undefined;
  /** Extras that are asked for. */
  readonly extras?: readonly string[];
}

/** A package of a lock file. */
export interface LockedPackage {
  /** Normalised. */
  readonly name: string;
  /** Absent where the file names only a place: a repository, a folder. */
  readonly version?: string | undefined;
  readonly scope?: 'dev' | 'optional' | undefined;
  readonly root?: boolean;
  readonly direct?: boolean;
  readonly marker?: string | undefined;
  readonly hashes?: readonly string[];
  readonly origin?: string | undefined;
  readonly dependencies: readonly LockedDependency[];
}

/** More than any lock file has; what is beyond is told. */
const maximumPackages = 50_000;
const maximumOrigin = 1000;

/** Adds what a lock file lists and what needs what. */
export function addLock(into: PythonPackages, file: ImageFile, packages: readonly LockedPackage[]): void {
  if (packages.length > maximumPackages)
    throw new DocumentError('too-large', 'Too many packages', `${packages.length} in one lock file`);
  const purls = packages.map((locked) => addLocked(into, file, locked));
  const find = indexOf(packages);
  for (const [index, locked] of packages.entries()) {
    const from = purls[index];
    if (from === undefined) continue;
    for (const dependency of locked.dependencies) {
      const binding = dependency.extra === undefined ? bindingOf(dependency.marker) : 'optional';
      for (const found of find(dependency)) {
        const to = purls[found];
        const scope = locked.root ? scopeOf(packages[found]) : binding === 'needed' ? undefined : 'optional';
        if (to !== undefined) into.relate('depends-on', from, to, scope);
      }
    }
  }
}

function addLocked(into: PythonPackages, file: ImageFile, locked: LockedPackage): string | undefined {
  const { name, version, root, direct, hashes = [], origin } = locked;
  if (version === undefined) {
    into.versionless(name, file);
    return undefined;
  }
  const scope = scopeOf(locked);
  const [integrity, second] = hashes;
  return into.add(
    {
      name,
      version,
      presence: 'locked',
      usage: { ...(root ? { root } : {}), ...(direct ? { direct } : {}), ...(scope === undefined ? {} : { scope }) },
      metadata: {
        // One of several files would be a guess.
        ...(integrity === undefined || second !== undefined ? {} : { integrity }),
        ...(origin === undefined ? {} : { origin: shownOrigin(origin).slice(0, maximumOrigin) }),
      },
    },
    file,
  );
}

/** What is for another platform, or for an extra, may be missing. */
function scopeOf(locked: LockedPackage | undefined): LockedPackage['scope'] {
  return locked?.scope ?? (bindingOf(locked?.marker) === 'needed' ? undefined : 'optional');
}

/** Finds the packages that a dependency means, by their places in the list. */
function indexOf(packages: readonly LockedPackage[]): (dependency: LockedDependency) => readonly number[] {
  const byName = new Map<string, number[]>();
  const byVersion = new Map<string, number[]>();
  for (const [index, { name, version }] of packages.entries()) {
    put(byName, name, index);
    if (version !== undefined) put(byVersion, `${name} ${version}`, index);
  }
  return ({ name, version }) => {
    const named = byName.get(name) ?? [];
    return version === undefined || named.length < 2 ? named : (byVersion.get(`${name} ${version}`) ?? []);
  };
}

function put(map: Map<string, number[]>, key: string, index: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [index]);
  else if (known.length < maximumForks) known.push(index);
}

/** Versions of one package for different platforms. */
const maximumForks = 20;

/** Where to begin a walk, and by what claim. */
export interface Start {
  readonly dependency: LockedDependency;
  readonly scope: 'dev' | 'optional' | undefined;
}

/** Needed to run beats optional beats dev. */
const order = [undefined, 'optional', 'dev'] as const;

/**
 * The same packages with their scopes, as far as they can be reached from what the project itself asks for: what is
 * needed only by a dependency for another platform is optional. Packages that nothing asks for stay as they are.
 */
export function withScopes(packages: readonly LockedPackage[], starts: readonly Start[]): readonly LockedPackage[] {
  const find = indexOf(packages);
  const scopes = new Map<number, 'dev' | 'optional' | undefined>();
  const later: LockedDependency[] = [];
  const visited = new Set<string>();
  for (const scope of order) {
    const queue = starts.filter((start) => start.scope === scope).map(({ dependency }) => dependency);
    // What waits for other platforms comes with the optional ones.
    if (scope === 'optional') queue.push(...later);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (scope === undefined && bindingOf(next.marker) === 'never') {
        later.push(next);
        continue;
      }
      for (const index of find(next)) {
        if (!scopes.has(index)) scopes.set(index, scope);
        for (const extra of ['', ...(next.extras ?? [])]) {
          const key = `${index} ${extra}`;
          if (visited.has(key)) continue;
          visited.add(key);
          queue.push(...(packages[index]?.dependencies ?? []).filter((needed) => (needed.extra ?? '') === extra));
        }
      }
    }
  }
  return packages.map((locked, index) => (scopes.has(index) ? { ...locked, scope: scopes.get(index) } : locked));
}

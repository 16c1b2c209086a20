import { DocumentError } from '../document.ts';
import { itemsOf, readTerms, type Term, textOf, valueOf } from './terms.ts';

/** A package as a lock file names it. */
export interface LockedPackage {
  /** Name of its application, by which others speak of it. */
  readonly application: string;
  /** Name at the registry. */
  readonly name: string;
  /** Version, or the revision of what is from a repository. */
  readonly version: string;
  /** Repository of the registry when it is not the public one: `hexpm:acme`, `private`. */
  readonly repository?: string;
  /** Where the revision is from. */
  readonly address?: string;
  readonly integrity?: string;
  /** Whether the project asks for it itself; `rebar.lock` says so. */
  readonly direct?: true;
  readonly dependencies: readonly { readonly application: string; readonly optional: boolean }[];
}

/** What a lock file says, and what of it could not be understood. */
export interface Lock {
  readonly packages: readonly LockedPackage[];
  readonly faults: readonly string[];
}

/**
 * The lock file of Mix, one map of Elixir:
 *
 *   {:hex, package, version, inner hash, managers, dependencies, repository, outer hash}   later parts are newer
 *   {:git, address, revision, options}
 *   dependency = {application, requirement, [hex: package, repo: repository, optional: boolean]}
 */
export function readMixLock(text: string): Lock {
  const [map] = readTerms(text);
  if (map?.kind !== 'map') throw new DocumentError('corrupt', 'A lock file of Mix is no map');
  const packages: LockedPackage[] = [];
  const faults: string[] = [];
  for (const [key, value] of map.entries) {
    const application = textOf(key) ?? '';
    const read = readMixEntry(application, itemsOf(value));
    if (read === undefined) faults.push(application);
    else packages.push(read);
  }
  return { packages, faults };
}

function readMixEntry(application: string, parts: readonly Term[]): LockedPackage | undefined {
  const [kind, second, third, hash, , needs, repo, outerHash] = parts;
  const [first, version] = [textOf(second), textOf(third)];
  if (first === undefined || version === undefined) return undefined;
  if (textOf(kind) !== 'hex') {
    return { application, name: application, version, address: first, dependencies: [] };
  }
  const repository = textOf(repo);
  const integrity = textOf(outerHash) ?? textOf(hash);
  const dependencies = itemsOf(needs).flatMap((need) => {
    const [name, , options] = itemsOf(need);
    const needed = textOf(name);
    return needed === undefined
      ? []
      : [{ application: needed, optional: textOf(valueOf(options, 'optional')) === 'true' }];
  });
  return {
    application,
    name: first,
    version,
    ...(repository === undefined || repository === 'hexpm' ? {} : { repository }),
    ...(integrity === undefined ? {} : { integrity: `sha256:${integrity}` }),
    dependencies,
  };
}

/**
 * The lock file of Rebar 3, terms of Erlang; older ones have no version and no hashes:
 *
 *   {version, [entry, …]}. [{pkg_hash, [{name, hash}, …]}, {pkg_hash_ext, …}].   |   [entry, …].
 *   entry = {name, {pkg, package, version [, hash]} | {git, address, {ref, revision}} | {git_subdir, …} | {hg, …}, level}
 */
export function readRebarLock(text: string): Lock {
  const [first, second] = readTerms(text);
  const entries = first?.kind === 'tuple' ? first.items[1] : first;
  if (entries?.kind !== 'list') throw new DocumentError('corrupt', 'A lock file of Rebar is no list');
  const hashes = new Map<string, string>();
  for (const key of ['pkg_hash', 'pkg_hash_ext'])
    for (const pair of itemsOf(valueOf(second, key))) {
      const [name, hash] = itemsOf(pair).map(textOf);
      if (name !== undefined && hash !== undefined) hashes.set(name, hash);
    }
  const packages: LockedPackage[] = [];
  const faults: string[] = [];
  for (const entry of entries.items) {
    const [key, source, level] = itemsOf(entry);
    const application = textOf(key) ?? '';
    const read = readRebarEntry(application, itemsOf(source), hashes.get(application));
    const direct = level?.kind === 'number' && level.text === '0' ? { direct: true as const } : {};
    if (read === undefined) faults.push(application);
    else packages.push({ ...read, ...direct });
  }
  return { packages, faults };
}

function readRebarEntry(
  application: string,
  source: readonly Term[],
  hash: string | undefined,
): LockedPackage | undefined {
  const [kind, second, third] = source;
  const first = textOf(second);
  if (first === undefined) return undefined;
  if (textOf(kind) === 'pkg') {
    const version = textOf(third);
    const integrity = hash === undefined ? {} : { integrity: `sha256:${hash.toLowerCase()}` };
    return version === undefined ? undefined : { application, name: first, version, ...integrity, dependencies: [] };
  }
  const revision = textOf(itemsOf(third)[1]);
  return revision === undefined
    ? undefined
    : { application, name: application, version: revision, address: first, dependencies: [] };
}

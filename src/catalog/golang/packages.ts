import type { BuildInfo } from './build-info.ts';

/** The packages of each module that are in a program, by the path under which it imports them. */
export interface BuiltPackages {
  /** Of a module, without the module's path, `.` for the package of that path; `undefined` where they can't be told. */
  of(modulePath: string): readonly string[] | undefined;
  /** Of the standard library. */
  readonly library: readonly string[] | undefined;
}

/** What the packages are called that a program has of a module; more of them are not kept. */
const maximumPackages = 5000;
/** The last released standard library is all in small letters; tools that hide names make others. */
const standard = /^(?:[a-z][a-z0-9]*)(?:\/|$)/;
/** A copy of the cryptographic module as it was validated; its packages are those without the version. */
const validated = /^crypto\/internal\/fips140\/v[^/]+\//;

/** Sorts the packages of a program by its modules. */
export function builtPackages(info: BuildInfo, packages: readonly string[] | undefined): BuiltPackages {
  const modules = new Map<string, Set<string>>();
  for (const { path } of [...(info.main ? [info.main] : []), ...info.modules]) modules.set(path, new Set());
  const library = new Set<string>();
  let hidden = packages === undefined;
  for (const name of packages ?? []) {
    const path = name === 'main' ? (info.path ?? name) : name;
    const module = moduleOf(path, modules);
    if (module !== undefined) modules.get(module)?.add(path === module ? '.' : path.slice(module.length + 1));
    else if (standard.test(path)) library.add(path.replace(validated, 'crypto/internal/fips140/'));
    // Linkers and C compilers make up names too, but with other signs in them.
    else if (/^[\w-]+(?:\/|$)/.test(path) && path !== info.path) hidden = true;
  }
  const listed = (set: ReadonlySet<string> | undefined): readonly string[] | undefined =>
    hidden || set === undefined || set.size === 0 || set.size > maximumPackages ? undefined : [...set].toSorted();
  return { of: (path) => listed(modules.get(path)), library: listed(library) };
}

/** The module with the longest path that a package is in. */
function moduleOf(path: string, modules: ReadonlyMap<string, unknown>): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const prefix = path.slice(0, end);
    if (modules.has(prefix)) return prefix;
  }
  return undefined;
}

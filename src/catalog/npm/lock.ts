import type { ImageFile } from '../catalog.ts';
import type { Gatherer } from '../gather.ts';
import { shownOrigin } from '../origin.ts';
import type { Modules } from './installed.ts';
import { type Edge, type Reach, reach } from './resolution.ts';
import { addPackage, usageOf } from './sighting.ts';

/** A package that a lock file names. */
export interface LockEntry {
  readonly name: string | undefined;
  /** Absent where the file gives none, as for a folder or a commit. */
  readonly version?: string | undefined;
  /** What stands where the version would, if it is none: `git+ssh://…#commit`, `file:../lib`. */
  readonly reference?: string | undefined;
  /** Where the package lies in the project, `node_modules/a`, if the file says so. */
  readonly at?: string | undefined;
  readonly integrity?: string | undefined;
  readonly resolved?: string | undefined;
  readonly licenses?: readonly string[] | undefined;
  readonly root?: boolean | undefined;
  /** For what it is needed, where the file says so itself. */
  readonly reached?: Reach | undefined;
  /** It is there, not only named. */
  readonly installed?: boolean | undefined;
  readonly dependencies: readonly Edge[];
  /** Key of the package that it was delivered in. */
  readonly inside?: string | undefined;
}

/** What a lock file says. */
export interface Lock {
  readonly entries: ReadonlyMap<string, LockEntry>;
  /** What the project and its workspaces ask for; absent where that is not known. */
  readonly asked?: readonly Edge[] | undefined;
}

/** What the reader of a lock file is given. */
export interface LockInput {
  readonly file: ImageFile;
  /** Of the project. */
  readonly folder: string;
  readonly modules: Modules;
  readonly gatherer: Gatherer;
}

/** Adds the packages of a lock file and their relations; gives their purls by key. */
export function addLock({ entries, asked }: Lock, input: LockInput): ReadonlyMap<string, string> {
  const { file, gatherer } = input;
  const reached = asked && reach(asked, (key) => entries.get(key)?.dependencies ?? []);
  const direct = new Set(asked?.map(({ to }) => to));
  const purls = new Map<string, string>();
  const known = installedByName(entries, input);
  for (const [key, entry] of entries) {
    const usage = usageOf(entry.reached ?? reached?.get(key), direct.has(key), entry.root === true);
    const { name, integrity, licenses } = entry;
    const version = entry.version ?? known(entry) ?? (entry.reference && shownOrigin(entry.reference));
    const presence = entry.installed ? 'installed' : 'locked';
    const resolved = entry.resolved ?? entry.reference;
    const purl = addPackage(gatherer, file, { name, version, presence, usage, licenses, integrity, resolved });
    if (purl !== undefined) purls.set(key, purl);
  }
  for (const [key, { dependencies, inside }] of entries) {
    const purl = purls.get(key);
    if (purl === undefined) continue;
    for (const { to, scope } of dependencies) {
      const other = purls.get(to);
      if (other !== undefined) gatherer.relate('depends-on', purl, other, scope);
    }
    const outer = inside === undefined ? undefined : purls.get(inside);
    if (outer !== undefined) gatherer.relate('contains', outer, purl);
  }
  return purls;
}

/** Finds the versions of folders and commits, which lock files don't tell, in what is installed in the project. */
function installedByName(
  entries: Lock['entries'],
  { folder, modules }: LockInput,
): (entry: LockEntry) => string | undefined {
  const wanted = new Set<string>();
  for (const { name, version } of entries.values()) if (version === undefined && name !== undefined) wanted.add(name);
  const within = folder === '' ? '' : `${folder}/`;
  const versions = new Map<string, Set<string>>();
  for (const { folder: at, role, manifest } of wanted.size === 0 ? [] : modules.values()) {
    const { name, version } = manifest;
    if (role.kind !== 'package' || name === undefined || version === undefined) continue;
    if (wanted.has(name) && at.startsWith(within)) versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return ({ name, at, reference }) => {
    if (name === undefined) return undefined;
    const own = at === undefined ? undefined : modules.get(within + at)?.manifest;
    if (own?.name === name) return own.version;
    const linked = /^(?:file|link|portal):(?:\.\/)?([^#:]+)/.exec(reference ?? '')?.[1];
    const target = linked === undefined ? undefined : modules.get(within + linked)?.manifest;
    if (target?.version !== undefined) return target.version;
    return onlyOf(versions.get(name));
  };
}

/** The only one of a set; `undefined` where there are several or none. */
export function onlyOf(all: ReadonlySet<string> | undefined): string | undefined {
  return all?.size === 1 ? all.values().next().value : undefined;
}

/** A version as the registry has them, not an address, a path or a range. */
export function isVersion(text: string): boolean {
  return /^[v=]?\d+\.\d+\.\d+(?:[-+.][\w.+-]*)?$/.test(text);
}

/** `name@rest` cut at the `@` behind the name; `undefined` when there is none. */
export function splitAt(text: string): readonly [string, string] | undefined {
  const at = text.indexOf('@', 1);
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

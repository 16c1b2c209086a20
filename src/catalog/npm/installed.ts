import { isUtf8 } from 'node:buffer';
import type { ImageFile } from '../catalog.ts';
import { readJson } from '../document.ts';
import type { Gatherer } from '../gather.ts';
import { debianFolderOf, type Role } from './layout.ts';
import { type Manifest, manifestOf } from './manifest.ts';
import { type Edge, lookupFrom, reach, shelvesOf } from './resolution.ts';
import { addPackage, usageOf } from './sighting.ts';

/** A `package.json` by its place. */
export interface Module {
  readonly folder: string;
  readonly file: ImageFile;
  readonly role: Extract<Role, { kind: 'package' | 'root' }>;
  readonly manifest: Manifest;
}

/** The modules of an image by folder. */
export type Modules = ReadonlyMap<string, Module>;

/** Reads every `package.json`; those that can't be read are problems. */
export function readModules(files: readonly (readonly [ImageFile, Module['role']])[], gatherer: Gatherer): Modules {
  const modules = new Map<string, Module>();
  for (const [file, role] of files)
    gatherer.read(file, () => {
      const manifest = manifestOf(readJson(asNodeReads(file.bytes)));
      if (manifest !== undefined) modules.set(role.folder, { folder: role.folder, file, role, manifest });
      else gatherer.problem('corrupt', 'A file is not the JSON that it should be', file, 'no object');
    });
  return modules;
}

/** Node takes what is not UTF-8 for replacement characters, which old packages have in the names of their authors. */
function asNodeReads(bytes: Uint8Array): Uint8Array {
  return isUtf8(bytes) ? bytes : Buffer.from(Buffer.from(bytes).toString('utf8'));
}

/** Adds the packages that the modules are and their relations; gives their purls by folder. */
export function addModules(modules: Modules, gatherer: Gatherer): ReadonlyMap<string, string> {
  const edges = edgesOf(modules);
  const roots = [...modules.values()].filter(({ role }) => role.kind === 'root');
  const asked = roots.flatMap(({ folder }) => edges.get(folder) ?? []);
  const reached = reach(asked, (folder) => edges.get(folder) ?? []);
  const direct = new Set(asked.map(({ to }) => to));
  const purls = new Map<string, string>();
  for (const { folder, file, role, manifest } of modules.values()) {
    const { version, licenses, integrity, resolved, homepage } = manifest;
    const root = role.kind === 'root';
    const name =
      manifest.name ?? (role.kind === 'package' && role.strict ? nameByFolder(folder, role.base) : undefined);
    if (root && (name === undefined || version === undefined)) continue;
    // Test data of a package looks like modules but for a version.
    if (!root && !role.strict && (name === undefined || version === undefined)) continue;
    const usage = usageOf(reached.get(folder), direct.has(folder), root);
    const found = { name, version, presence: 'installed', usage, licenses, integrity, resolved, homepage } as const;
    const purl = addPackage(gatherer, file, found);
    if (purl !== undefined) purls.set(folder, purl);
  }
  for (const [from, targets] of edges) {
    const purl = purls.get(from);
    for (const { to, scope } of purl === undefined ? [] : targets) {
      const other = purls.get(to);
      if (purl !== undefined && other !== undefined) gatherer.relate('depends-on', purl, other, scope);
    }
  }
  for (const [outer, inner] of bundles(modules, edges)) {
    const [from, to] = [purls.get(outer), purls.get(inner)];
    if (from !== undefined && to !== undefined) gatherer.relate('contains', from, to);
  }
  return purls;
}

/** npm calls a package without a name by its folder. */
function nameByFolder(folder: string, base: string): string | undefined {
  const name = folder.slice(base.length + 1);
  return name.startsWith('.') ? undefined : name;
}

/** What each module's dependencies are by Node's lookup; those of development only for roots. */
function edgesOf(modules: Modules): ReadonlyMap<string, readonly Edge[]> {
  const debian = new Set<string>();
  const places: (readonly [string, string])[] = [];
  for (const { folder, role } of modules.values()) {
    if (role.kind !== 'package') continue;
    places.push([folder, role.base]);
    if (debianFolderOf(folder) === role.base) debian.add(role.base);
  }
  const shelves = shelvesOf(places);
  // Debian's Node looks into the folders of its modules last, those of the architecture first.
  const last = [...debian].toSorted((a, b) => rankOf(a) - rankOf(b));
  const edges = new Map<string, readonly Edge[]>();
  for (const { folder, role, manifest } of modules.values()) {
    const lookup = lookupFrom(folder, shelves, debianFolderOf(folder) === undefined ? [] : last);
    const found = manifest.wanted.flatMap(({ name, scope }): Edge[] => {
      if (scope === 'dev' && role.kind === 'package') return [];
      const to = lookup(name);
      return to === undefined || to === folder ? [] : [{ to, scope }];
    });
    edges.set(folder, found);
  }
  return edges;
}

function rankOf(debianFolder: string): number {
  return debianFolder === 'usr/share/nodejs' ? 1 : debianFolder === 'usr/lib/nodejs' ? 2 : 0;
}

/** Pairs of a module and one that was delivered inside it. */
function bundles(modules: Modules, edges: ReadonlyMap<string, readonly Edge[]>): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const { folder, role, manifest } of modules.values()) {
    const inside = `${folder}/node_modules/`;
    if (role.kind !== 'package') continue;
    const seen = new Set<string>();
    const queue = manifest.bundled.map((name) => inside + name).filter((at) => modules.has(at));
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      pairs.push([folder, at]);
      queue.push(...(edges.get(at) ?? []).map(({ to }) => to).filter((to) => to.startsWith(inside)));
    }
    // All that Debian lays below a module is of that module's package.
    const outer = debianFolderOf(folder);
    if (outer === undefined || role.base === outer) continue;
    const owner = folder.slice(0, folder.indexOf('/node_modules/'));
    if (modules.has(owner)) pairs.push([owner, folder]);
  }
  return pairs;
}

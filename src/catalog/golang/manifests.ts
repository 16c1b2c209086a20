import { posix } from 'node:path';
import type { ImageFile } from '../catalog.ts';
import { readText } from '../document.ts';
import type { Gatherer } from '../gather.ts';
import { highestOf, readGoSum, type SummedModule } from './go-sum.ts';
import { type ModFile, type Replacement, readModFile } from './mod-file.ts';
import { moduleSighting, type Stand } from './module.ts';
import { readModulesTxt } from './modules-txt.ts';
import { develVersion } from './versions.ts';

/** Modules of Go's own source: their dependencies are part of the standard library, which is listed as that. */
const ownModules: ReadonlySet<string> = new Set(['std', 'cmd']);

interface Manifest {
  readonly file: ImageFile;
  readonly mod: ModFile;
  /** Of workspaces that use it; they come before its own. */
  replaces: readonly Replacement[];
}

/** Adds what the manifests of modules, workspaces and vendored sources name; nothing of it is a program. */
export function addManifests(files: readonly ImageFile[], into: Gatherer): void {
  const manifests = new Map<string, Manifest>();
  const ofName = (name: string): readonly ImageFile[] => files.filter(({ path }) => posix.basename(path) === name);
  for (const file of ofName('go.mod')) {
    readModule(file, into, (mod) => manifests.set(posix.dirname(file.path), { file, mod, replaces: mod.replaces }));
  }
  for (const file of ofName('go.work')) readModule(file, into, (work) => applyWorkspace(file, work, manifests, into));
  const sums = readSums(ofName('go.sum'), manifests, into);
  for (const [folder, manifest] of manifests) addManifest(manifest, sums.get(folder), into);
  for (const file of ofName('modules.txt')) addVendored(file, manifests, into);
}

function readModule(file: ImageFile, into: Gatherer, use: (mod: ModFile) => void): void {
  into.read(file, () => {
    const mod = readModFile(readText(file.bytes));
    const named = mod.module !== undefined || mod.uses.length > 0;
    const [fault = named ? undefined : 'no module'] = mod.faults;
    if (fault !== undefined) into.problem('corrupt', 'A line of a Go manifest cannot be understood', file, fault);
    use(mod);
  });
}

/** Modules used together are built from their folders, and the replacements of the workspace hold for all of them. */
function applyWorkspace(
  file: ImageFile,
  work: ModFile,
  manifests: ReadonlyMap<string, Manifest>,
  into: Gatherer,
): void {
  const folder = posix.dirname(file.path);
  const used = work.uses.map((use) => [use, manifests.get(posix.join(folder, use))] as const);
  const missing = used.find(([, manifest]) => manifest === undefined);
  if (missing) into.problem('unreadable', 'A module of a Go workspace is not there', file, missing[0]);
  const together = used.flatMap(([use, manifest]): Replacement[] =>
    manifest?.mod.module === undefined ? [] : [{ path: manifest.mod.module, with: { path: use } }],
  );
  for (const [, manifest] of used) {
    if (manifest) manifest.replaces = [...together, ...work.replaces, ...manifest.replaces];
  }
}

function readSums(
  files: readonly ImageFile[],
  manifests: ReadonlyMap<string, Manifest>,
  into: Gatherer,
): ReadonlyMap<string, readonly SummedModule[]> {
  const sums = new Map<string, readonly SummedModule[]>();
  for (const file of files) {
    const folder = posix.dirname(file.path);
    into.read(file, () => {
      const { modules, faults } = readGoSum(readText(file.bytes));
      if (faults.length > 0) into.problem('corrupt', 'A line of go.sum cannot be understood', file, faults[0]);
      // It names whatever was ever looked at, so alone it does not tell what is used.
      if (!manifests.has(folder)) into.problem('unsupported', 'There is no go.mod beside go.sum', file);
      sums.set(folder, modules);
    });
  }
  return sums;
}

function addManifest(
  { file, mod, replaces }: Manifest,
  sums: readonly SummedModule[] | undefined,
  into: Gatherer,
): void {
  if (mod.module === undefined || ownModules.has(mod.module)) return;
  const integrities = new Map(sums?.map(({ path, version, sum }) => [`${path} ${version}`, sum]));
  const find = finderOf(replaces);
  const root = into.add(
    moduleSighting({ path: mod.module, version: develVersion }, { presence: 'locked', usage: { root: true } }),
    file,
  );
  const add = (path: string, version: string, direct: boolean): void => {
    const replacement = find(path, version);
    const built = replacement ?? { path, version };
    const integrity = integrities.get(`${built.path} ${built.version}`);
    const usage = direct ? { direct: true as const } : {};
    const metadata = integrity === undefined ? {} : { integrity };
    const to = into.add(moduleSighting({ path, version, replacement }, { presence: 'locked', usage, metadata }), file);
    if (root !== undefined && to !== undefined && direct) into.relate('depends-on', root, to);
  };
  for (const { path, version, indirect } of mod.requires) add(path, version, !indirect);
  if (mod.requires.length === 0 || namesAll(mod.go)) return;
  if (sums === undefined) {
    into.problem('unsupported', 'A go.mod of before Go 1.17 names only a part of the modules', file);
    return;
  }
  const named = new Set(mod.requires.map(({ path }) => path));
  for (const { with: stand } of replaces) named.add(stand.path);
  for (const { path, version } of highestOf(sums).values()) if (!named.has(path)) add(path, version, false);
}

/** Since Go 1.17 a `go.mod` names every module that gives a package to the build (Go modules reference, "go directive"). */
function namesAll(go: string | undefined): boolean {
  const [major = 1, minor = 0] = (go ?? '1.16').split('.').map((part) => Number.parseInt(part, 10));
  return major > 1 || minor >= 17;
}

/** Of a version before of all versions; of a workspace before the module's own. */
function finderOf(replaces: readonly Replacement[]): (path: string, version: string) => Stand | undefined {
  const stands = new Map<string, Stand>();
  for (const { path, version = '', with: stand } of replaces) {
    const key = `${path} ${version}`;
    if (!stands.has(key)) stands.set(key, stand);
  }
  return (path, version) => stands.get(`${path} ${version}`) ?? stands.get(`${path} `);
}

function addVendored(file: ImageFile, manifests: ReadonlyMap<string, Manifest>, into: Gatherer): void {
  const owner = manifests.get(posix.dirname(posix.dirname(file.path)))?.mod.module;
  if (owner !== undefined && ownModules.has(owner)) return;
  into.read(file, () => {
    const { modules, faults } = readModulesTxt(readText(file.bytes));
    if (faults.length > 0) into.problem('corrupt', 'A line of modules.txt cannot be understood', file, faults[0]);
    for (const { path, version, replacement, explicit } of modules) {
      const usage = explicit ? { direct: true as const } : {};
      into.add(moduleSighting({ path, version, replacement }, { presence: 'locked', usage }), file);
    }
  });
}

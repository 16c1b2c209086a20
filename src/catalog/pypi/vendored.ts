import type { ImageFile } from '../catalog.ts';
import importNames from './import-names.json' with { type: 'json' };
import type { Sites } from './installed.ts';
import { normalizeName } from './names.ts';
import type { PythonPackages } from './packages.ts';
import { folderOf, kindOf, lastOf, packagesFolderOf } from './paths.ts';
import { readRequirements } from './requirements-file.ts';

const importNameOf: ReadonlyMap<string, string> = new Map(Object.entries(importNames));

/** Adds the packages that lists of copies name (`pip/_vendor/vendor.txt`), and tells what contains them. */
export function addVendored(into: PythonPackages, files: readonly ImageFile[], sites: Sites): void {
  const modules = modulesOf(files);
  for (const file of files) {
    if (kindOf(file.path) === 'vendor-list')
      into.read(file, () => {
        addListed(into, file, modules.get(folderOf(file.path)) ?? new Set(), sites);
      });
  }
  for (const [site, distributions] of sites) {
    const owner = ownerOf(site, sites);
    if (owner === undefined) continue;
    for (const { purl } of distributions.values()) into.relate('contains', owner, purl);
  }
}

/** Importable modules of each folder of copies, their names normalised as a package's. */
function modulesOf(files: readonly ImageFile[]): ReadonlyMap<string, ReadonlySet<string>> {
  const modules = new Map<string, Set<string>>();
  for (const { path } of files) {
    if (kindOf(path) !== 'vendored-module') continue;
    const module = path.endsWith('/__init__.py') ? folderOf(path) : path.slice(0, -'.py'.length);
    const known = modules.get(folderOf(module)) ?? new Set();
    modules.set(folderOf(module), known.add(normalizeName(lastOf(module))));
  }
  return modules;
}

function addListed(into: PythonPackages, file: ImageFile, modules: ReadonlySet<string>, sites: Sites): void {
  const { entries, faults } = readRequirements(file.bytes);
  const owner = ownerOf(folderOf(file.path), sites);
  const [fault] = faults;
  if (fault !== undefined) into.problem('corrupt', 'A list of copied packages is damaged', file, fault);
  for (const entry of entries) {
    if (entry.kind !== 'requirement') continue;
    const { name, version } = entry.requirement;
    // Distributions take the copies out and leave the list.
    const certainty = certaintyOf(name, modules);
    if (version === undefined || certainty === undefined) continue;
    const metadata = { identifiedBy: lastOf(file.path), ...(certainty === 'certain' ? {} : { certainty }) };
    const purl = into.add({ name, version, presence: 'installed', metadata }, file);
    if (owner !== undefined && purl !== undefined) into.relate('contains', owner, purl);
  }
}

/** Of a package with another module only that module may be copied (`pkg_resources` of setuptools). */
function certaintyOf(name: string, modules: ReadonlySet<string>): 'certain' | 'likely' | undefined {
  if (modules.has(name)) return 'certain';
  const imported = importNameOf.get(name);
  return imported !== undefined && modules.has(normalizeName(imported)) ? 'likely' : undefined;
}

/** The package whose folder a folder of copies is in: `pip` of `…/site-packages/pip/_vendor`. */
function ownerOf(folder: string, sites: Sites): string | undefined {
  const { site, inside } = packagesFolderOf(folder) ?? { site: '', inside: [] };
  const distributions = sites.get(site);
  if (distributions === undefined) return undefined;
  for (let count = Math.min(inside.length - 1, 3); count > 0; count--) {
    const name = normalizeName(inside.slice(0, count).join('-'));
    const owner = distributions.get(name === 'pkg-resources' ? 'setuptools' : name);
    if (owner !== undefined) return owner.purl;
  }
  return undefined;
}

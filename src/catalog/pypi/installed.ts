import type { ImageFile } from '../catalog.ts';
import { readDirectUrl } from './direct-url.ts';
import { bindingOf } from './marker.ts';
import { type CoreMetadata, readMetadata } from './metadata.ts';
import { isName, isSameVersion, isVersion, normalizeName, readFolderName } from './names.ts';
import type { PythonPackages } from './packages.ts';
import { folderOf, kindOf, lastOf, pythonOf } from './paths.ts';
import { readRequirement } from './requirement.ts';
import { readRequires } from './requires.ts';

/** An installed package, in the folder that Python imports it from. */
export interface Distribution {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  /** The folder: `usr/lib/python3/dist-packages`. */
  readonly site: string;
  /** The folder, or file, of its metadata. */
  readonly base: string;
  readonly requires: readonly string[];
  readonly file: ImageFile;
}

/** Installed packages by folder, then by name. */
export type Sites = ReadonlyMap<string, ReadonlyMap<string, Distribution>>;

/** Adds every package that has metadata installed, and what each depends on in its own folder. */
export function addInstalled(into: PythonPackages, files: readonly ImageFile[]): Sites {
  const beside = new Map(files.map((file) => [file.path, file]));
  const sites = new Map<string, Map<string, Distribution>>();
  for (const file of files) {
    if (kindOf(file.path) !== 'metadata') continue;
    into.read(file, () => {
      const found = addDistribution(into, file, beside);
      if (found === undefined) return;
      const site = sites.get(found.site) ?? new Map<string, Distribution>();
      sites.set(found.site, site);
      site.set(found.name, found);
    });
  }
  for (const [site, distributions] of sites) {
    const python = pythonOf(site);
    for (const distribution of distributions.values()) relateRequired(into, distribution, distributions, python);
  }
  return sites;
}

function addDistribution(
  into: PythonPackages,
  file: ImageFile,
  beside: ReadonlyMap<string, ImageFile>,
): Distribution | undefined {
  const { base, site, folder } = placeOf(file.path);
  const metadata = readMetadata(file.bytes);
  const identity = identityOf(into, file, metadata, folder);
  if (identity === undefined) return undefined;
  const requires = beside.get(`${base}/requires.txt`);
  const origin = originOf(into, beside.get(`${base}/direct_url.json`));
  const { homepage, licenses } = metadata;
  const purl = into.add(
    {
      ...identity,
      presence: 'installed',
      // pip and others leave the mark where the user named the package (PEP 376).
      usage: beside.has(`${base}/REQUESTED`) ? { direct: true } : undefined,
      licenses,
      metadata: { ...(homepage === undefined ? {} : { homepage }), ...(origin === undefined ? {} : { origin }) },
    },
    file,
  );
  if (purl === undefined) return undefined;
  const required = requires === undefined ? metadata.requires : [...metadata.requires, ...readRequires(requires.bytes)];
  return { ...identity, name: normalizeName(identity.name), purl, site, base, requires: required, file };
}

/** `S/x.dist-info/METADATA`, `S/x.egg-info/PKG-INFO`, `S/x.egg-info`, `S/x.egg/EGG-INFO/PKG-INFO`. */
function placeOf(path: string): { base: string; site: string; folder: string } {
  const base = path.endsWith('.egg-info') ? path : folderOf(path);
  const folder = base.endsWith('.egg/EGG-INFO') ? folderOf(base) : base;
  return { base, site: folderOf(folder), folder: lastOf(folder) };
}

/** Name and version by the metadata, or by the folder's name where those are damaged, which is told. */
function identityOf(
  into: PythonPackages,
  file: ImageFile,
  { name, version }: CoreMetadata,
  folder: string,
): { name: string; version: string } | undefined {
  const named = readFolderName(folder);
  const said = `${name ?? 'no name'} ${version ?? 'no version'} in ${folder}`;
  if (name !== undefined && isName(name) && version !== undefined && isVersion(version)) {
    const same =
      (named === undefined || normalizeName(named.name) === normalizeName(name)) &&
      (named?.version === undefined || isSameVersion(named.version, version));
    if (!same) into.problem('corrupt', 'The name of a folder and the metadata in it disagree', file, said);
    return { name, version };
  }
  into.problem('corrupt', 'The metadata of an installed package are damaged', file, said);
  return named?.version === undefined ? undefined : { name: named.name, version: named.version };
}

function originOf(into: PythonPackages, file: ImageFile | undefined): string | undefined {
  if (file === undefined) return undefined;
  const origin = readDirectUrl(file.bytes);
  if (origin === undefined)
    into.problem('corrupt', 'A note of where a package comes from is damaged', file, undefined, false);
  return origin;
}

function relateRequired(
  into: PythonPackages,
  { purl, requires }: Distribution,
  site: ReadonlyMap<string, Distribution>,
  python: string | undefined,
): void {
  for (const text of requires) {
    const requirement = readRequirement(text);
    const required = requirement && site.get(requirement.name);
    if (required === undefined) continue;
    const binding = bindingOf(requirement?.marker, python);
    if (binding !== 'never')
      into.relate('depends-on', purl, required.purl, binding === 'optional' ? binding : undefined);
  }
}

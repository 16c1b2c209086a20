import { program } from '../catalog/program/program.ts';
import type { Location, Package } from '../inventory/inventory.ts';
import { formats } from './formats.ts';
import { isForeign } from './judged.ts';

const distributions: ReadonlySet<string> = new Set(
  formats.flatMap(({ type, distribution }) => (distribution ? [type] : [])),
);
/** Where distributions put programs. */
const folders = /^\/(?:usr\/)?(?:s?bin|lib(?:32|64|x32|exec)?)\//;

/** What is known of the packages of an image that may have a program. */
export interface Packaged {
  /** The package whose file is at a path as that package shipped it. */
  readonly shippedBy: (path: string) => Package | undefined;
  /** Whether the distribution says of any file whose it is. */
  readonly listed: boolean;
}

/**
 * Leaves out programs, and places of them, that a package of the distribution or of Bitnami is: these are judged as that
 * package, by whoever built it. What others built in the distribution's format stays, for no advisories speak of it.
 */
export function unpackaged(packages: readonly Package[], packaged: Packaged): readonly Package[] {
  if (!packages.some(isProgram)) return packages;
  const bitnami = packages.filter(({ type }) => type === 'bitnami').map((one) => ({ folders: foldersOf(one), ...one }));
  const builds = packages.filter(({ type }) => distributions.has(type));
  return packages.flatMap((found) => {
    if (!isProgram(found)) return [found];
    const places = found.locations.filter(({ path }) => {
      const owner = packaged.shippedBy(path);
      if (owner !== undefined && distributions.has(owner.type) && !isForeign(owner)) return false;
      if (!packaged.listed && folders.test(path) && builds.some((build) => isBuildOf(build, found))) return false;
      return !bitnami.some((one) => one.folders.some((folder) => path.startsWith(folder)) && isBuildOf(one, found));
    });
    return places.length === 0 ? [] : [at(found, places)];
  });
}

function isProgram({ foundBy }: Package): boolean {
  return foundBy === program.id;
}

/** Where a document about a package of Bitnami lies, there the package is. */
function foldersOf({ locations }: Package): readonly string[] {
  return locations.flatMap(({ path }) => (path.endsWith('.spdx') ? [path.slice(0, path.lastIndexOf('/') + 1)] : []));
}

/** Whether the version of a package is a build of the program's: `1:1.22.1-9+deb12u1` of `1.22.1`. */
function isBuildOf({ version }: Package, found: Package): boolean {
  const rest = version.replace(/^\d+:/, '');
  return rest.startsWith(found.version) && !/^[.\d]/.test(rest.slice(found.version.length));
}

function at(found: Package, places: readonly Location[]): Package {
  const [first] = places;
  if (places.length === found.locations.length || first === undefined) return found;
  const moved = first !== found.locations[0] && found.provenance !== undefined;
  const { layer } = first;
  return { ...found, locations: places, ...(moved ? { provenance: { introduced: layer, changed: layer } } : {}) };
}

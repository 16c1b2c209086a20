/*
 * `x.egg-link` in a folder of packages (setuptools): path of a folder with `x.egg-info`, LF, path of its source.
 */
import type { ImageFile } from '../catalog.ts';
import type { Distribution, Sites } from './installed.ts';
import { bindingOf } from './marker.ts';
import { normalizeName } from './names.ts';
import type { PythonPackages } from './packages.ts';
import { folderOf, kindOf, lastOf, pythonOf, resolvePath } from './paths.ts';
import { readRequirement } from './requirement.ts';

const maximumPath = 4096;

/** Adds the place of each link to the package that it leads to, and what that one needs of where the link is. */
export function addEggLinks(into: PythonPackages, files: readonly ImageFile[], sites: Sites): void {
  for (const file of files) {
    if (kindOf(file.path) === 'egg-link')
      into.read(file, () => {
        addEggLink(into, file, sites);
      });
  }
}

function addEggLink(into: PythonPackages, file: ImageFile, sites: Sites): void {
  const text = Buffer.from(file.bytes.subarray(0, maximumPath)).toString('utf8');
  const written = text.split('\n', 1)[0]?.trim() ?? '';
  const folder = resolvePath(folderOf(file.path), written);
  const name = normalizeName(lastOf(file.path).slice(0, -'.egg-link'.length));
  const target = folder === undefined || written === '' ? undefined : sites.get(folder)?.get(name);
  if (target === undefined) {
    into.problem('unreadable', 'The project that an egg-link leads to is not there', file, `${name} in ${written}`);
    return;
  }
  into.add({ name, version: target.version, presence: 'installed', metadata: { origin: `file:///${folder}` } }, file);
  relateAround(into, target, folderOf(file.path), sites);
}

function relateAround(into: PythonPackages, target: Distribution, site: string, sites: Sites): void {
  for (const text of target.requires) {
    const requirement = readRequirement(text);
    const required = requirement && sites.get(site)?.get(requirement.name);
    const binding = bindingOf(requirement?.marker, pythonOf(site));
    if (required && binding !== 'never')
      into.relate('depends-on', target.purl, required.purl, binding === 'optional' ? binding : undefined);
  }
}

import type { Cataloger, CatalogInput, CatalogResult } from '../catalog.ts';
import { addEggLinks } from './egg-links.ts';
import { addInstalled } from './installed.ts';
import { addLocks } from './locks.ts';
import { pythonPackages } from './packages.ts';
import { kindOf, type PythonFile } from './paths.ts';
import { addRequirements } from './requirements.ts';
import { addVendored } from './vendored.ts';
import { addWheels } from './wheels.ts';

/** What tells no name and no version. */
const details: ReadonlySet<PythonFile> = new Set(['direct-url', 'requested', 'requires']);

/** Python's packages: installed (pip, setuptools, distutils), copied into others, in wheels and eggs, and locked. */
export const pypi: Cataloger = {
  id: 'pypi',
  needs: [],
  endings: [
    'metadata',
    'json',
    'requested',
    'pkg-info',
    'txt',
    'pipfile',
    'lock',
    'toml',
    'py',
    'egg-info',
    'egg-link',
  ],
  selects(path, detail) {
    const kind = kindOf(path);
    return kind !== undefined && (detail !== 'names' || !details.has(kind));
  },
  catalog,
};

function catalog({ files }: CatalogInput): CatalogResult {
  const packages = pythonPackages(pypi.id);
  const sites = addInstalled(packages, files);
  addEggLinks(packages, files, sites);
  addVendored(packages, files, sites);
  addWheels(packages, files);
  addRequirements(packages, files);
  addLocks(packages, files);
  return packages.result();
}

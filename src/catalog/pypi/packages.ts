import type { Usage } from '../../inventory/inventory.ts';
import type { ImageFile } from '../catalog.ts';
import { type Gatherer, gather, type Sighting } from '../gather.ts';
import { isName, isVersion, normalizeName } from './names.ts';

/** A package as one file of Python's shows it. */
export interface PythonSighting {
  /** As written. */
  readonly name: string;
  readonly version: string;
  readonly presence: Sighting['presence'];
  readonly usage?: Usage | undefined;
  readonly licenses?: readonly string[] | undefined;
  readonly metadata?: Sighting['metadata'];
  readonly within?: Sighting['within'];
}

/** Puts together what the files of Python's package managers show. */
export interface PythonPackages extends Omit<Gatherer, 'add'> {
  /** Gives the purl; `undefined`, and a problem, when name or version can't be one. */
  add(sighting: PythonSighting, file: ImageFile): string | undefined;
  /**
   * A package that a file names without saying which version: told at the end, once for each file, unless the package
   * was found elsewhere.
   */
  versionless(name: string, file: ImageFile): void;
}

const maximumNames = 10;
const maximumVersionless = 100_000;

/** An empty collection of Python's packages. */
export function pythonPackages(by: string): PythonPackages {
  const gathered = gather(by);
  const known = new Set<string>();
  const versionless = new Map<ImageFile, Set<string>>();
  let count = 0;
  return {
    ...gathered,
    add({ name: written, version, ...more }, file) {
      if (!isName(written) || !isVersion(version)) {
        const detail = JSON.stringify(`${written.slice(0, 80)} ${version.slice(0, 80)}`);
        gathered.problem('corrupt', 'A package has no usable name or version', file, detail);
        return undefined;
      }
      const name = normalizeName(written);
      known.add(name);
      return gathered.add({ name, version, purl: { type: 'pypi', name }, ecosystem: 'PyPI', ...more }, file);
    },
    versionless(name, file) {
      const names = versionless.get(file) ?? new Set();
      if (names.size === 0) versionless.set(file, names);
      if (count < maximumVersionless && !names.has(name)) {
        names.add(name.slice(0, 200));
        count++;
      }
    },
    result() {
      for (const [file, names] of versionless) {
        const missing = [...names].filter((name) => !known.has(name));
        if (missing.length === 0) continue;
        const more = missing.length > maximumNames ? ` and ${missing.length - maximumNames} more` : '';
        const detail = `${missing.slice(0, maximumNames).join(', ')}${more}`;
        gathered.problem('unsupported', 'Packages are asked for without an exact version', file, detail, false);
      }
      return gathered.result();
    },
  };
}

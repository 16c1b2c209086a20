// lock       = [version] *package [root] [metadata]                    (Cargo, Cargo.lock, versions 1 to 4; TOML)
// package    = name version [source] [checksum] [dependencies]         ; no source: of the workspace, or from a path
// dependency = name [" " version [" (" source ")"]]                    ; as much as tells it from the others
// source     = ("registry+" / "sparse+" / "git+") URL
// metadata   = "checksum " name " " version " (" source ")" = checksum ; version 1
import { asArray, asObject, asText, entriesOf, readToml, textsOf } from '../document.ts';

/** A package of a lock file. */
export interface LockedCrate {
  readonly name: string;
  readonly version: string;
  /** Absent for the workspace's own. */
  readonly source?: string;
  readonly checksum?: string;
  /** Indices of the packages that it depends on. */
  readonly dependencies: readonly number[];
}

/** A lock file, and what in it could not be understood. */
export interface CargoLock {
  readonly crates: readonly LockedCrate[];
  readonly faults: readonly string[];
}

const crateName = /^[\w-]{1,200}$/;
const checksum = /^[\da-f]{64}$/;

/** Reads a lock file. Throws `DocumentError`. */
export function readLock(bytes: Uint8Array): CargoLock {
  const document = readToml(bytes);
  const faults: string[] = [];
  const rows = [...(asArray(document['package']) ?? []), ...(document['root'] === undefined ? [] : [document['root']])];
  if (rows.length === 0) faults.push('no package');
  const sums = new Map(entriesOf(document['metadata']));
  const read = rows.map((row) => {
    const [name = '', version = ''] = [asText(asObject(row)?.['name']), asText(asObject(row)?.['version'])];
    const right = crateName.test(name) && isCrateVersion(version);
    if (!right) faults.push(`${name} ${version}`.slice(0, 100));
    return right ? { name, version, row: asObject(row) ?? {} } : undefined;
  });
  const find = finderOf(read);
  const crates = read.flatMap((found): LockedCrate[] => {
    if (found === undefined) return [];
    const source = asText(found.row['source']);
    const sum = asText(found.row['checksum'] ?? sums.get(`checksum ${found.name} ${found.version} (${source})`));
    const dependencies = textsOf(found.row['dependencies']).flatMap((text) => {
      const index = find(text);
      if (index === undefined) faults.push(`${found.name} depends on ${text}`.slice(0, 100));
      return index ?? [];
    });
    const crate = { name: found.name, version: found.version, dependencies };
    return [
      { ...crate, ...(source && { source }), ...(sum !== undefined && checksum.test(sum) ? { checksum: sum } : {}) },
    ];
  });
  return { crates, faults };
}

/** Whether a text is a version of a crate (Semantic Versioning 2.0.0). */
export function isCrateVersion(text: string): boolean {
  return text.length <= 200 && /^\d+\.\d+\.\d+(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?$/.test(text);
}

interface Named {
  readonly name: string;
  readonly version: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Finds what a dependency means, by its name alone where that is enough; indices count only usable rows. */
function finderOf(rows: readonly (Named | undefined)[]): (text: string) => number | undefined {
  const found = new Map<string, number>();
  let index = 0;
  for (const row of rows) {
    if (row === undefined) continue;
    const { name, version, row: fields } = row;
    const source = asText(fields['source']);
    for (const key of [name, `${name} ${version}`, `${name} ${version} (${source})`]) {
      if (!found.has(key)) found.set(key, index);
    }
    index++;
  }
  // A path has no source to be told by, and a commit may be left out behind its branch.
  return (text) => found.get(text) ?? found.get(text.split(' ').slice(0, 2).join(' '));
}

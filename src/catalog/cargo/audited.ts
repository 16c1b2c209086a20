// list    = {"packages": [package], "format": number}                  (cargo-auditable, its JSON schema)
// package = {"name", "version", "source", "kind"?, "dependencies"?: [index], "root"?}
// source  = "crates.io" / "git" / "local" / "registry" / …   kind = "runtime" (the default) / "build"
import type { ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, readJson } from '../document.ts';
import { readProgram } from '../executable/read-program.ts';
import type { Gatherer, Sighting } from '../gather.ts';
import { isCrateVersion } from './lock.ts';

/** Crates of one program; far above what any has. */
const maximumCrates = 20_000;

/** Adds the crates that were built into a program. */
export function addProgram(file: ImageFile, into: Gatherer): void {
  const program = readProgram(file);
  for (const { of, code, message, detail, lossy } of program?.faults ?? []) {
    if (of === 'rust') into.problem(code, message, file, detail, lossy);
  }
  if (program?.rust === undefined) return;
  const list = asArray(asObject(readJson(Buffer.from(program.rust)))?.['packages']);
  if (list === undefined || list.length === 0 || list.length > maximumCrates) {
    const code = (list?.length ?? 0) > maximumCrates ? 'too-large' : 'corrupt';
    into.problem(code, 'The list of crates in a Rust program is not usable', file);
    return;
  }
  const crates = list.map((item) => asObject(item) ?? {});
  const indices = crates.map(({ dependencies }) => (asArray(dependencies) ?? []).filter(isIndex));
  const direct = new Set(indices.filter((_, index) => crates[index]?.['root'] === true).flat());
  const purls = crates.map((crate, index) => {
    const sighting = sightingOf(crate, direct.has(index));
    if (sighting === undefined) into.problem('corrupt', 'A crate in a Rust program cannot be understood', file);
    return sighting && into.add(sighting, file);
  });
  for (const [index, from] of purls.entries()) {
    for (const to of indices[index] ?? []) {
      const target = purls[to];
      const scope = crates[to]?.['kind'] === 'build' ? 'dev' : undefined;
      if (from !== undefined && target !== undefined) into.relate('depends-on', from, target, scope);
    }
  }
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function sightingOf(crate: Readonly<Record<string, unknown>>, direct: boolean): Sighting | undefined {
  const [name = '', version = '', source = ''] = [
    asText(crate['name']),
    asText(crate['version']),
    asText(crate['source']),
  ];
  if (!/^[\w-]{1,200}$/.test(name) || !isCrateVersion(version)) return undefined;
  return {
    name,
    version,
    purl: { type: 'cargo', name },
    ecosystem: 'crates.io',
    presence: 'installed',
    usage: {
      ...(crate['root'] === true ? { root: true } : {}),
      ...(direct ? { direct: true } : {}),
      ...(crate['kind'] === 'build' ? { scope: 'dev' } : {}),
    },
    // What comes from elsewhere has most often the name that it has in the usual registry.
    metadata: source === 'crates.io' ? {} : { origin: source.slice(0, 100), certainty: 'likely' },
  };
}

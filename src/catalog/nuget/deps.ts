import type { ImageFile } from '../catalog.ts';
import { asObject, asText, DocumentError, entriesOf, readJson } from '../document.ts';
import type { Gatherer, Sighting } from '../gather.ts';

/**
 * The list of what a program of .NET was built with, `<name>.deps.json` ("runtime configuration files" of the SDK):
 *
 *   {"runtimeTarget": {"name": target}, "targets": {target: {library: {"dependencies": {name: version},
 *     "runtime" | "native" | "runtimeTargets" | "resources": {asset: …}}}},
 *    "libraries": {library: {"type": "package" | "project" | "reference" | "runtimepack" | …, "sha512": …}}}
 *
 *   library = name "/" version;  target = framework [ "/" runtime identifier ]
 *
 * A library without assets has no file in the image: it served to build, or the framework has it.
 */
export interface DependencyList {
  readonly libraries: readonly Library[];
  /** Runtime identifier, `linux-x64`; absent where the program runs on any. */
  readonly runtime?: string;
}

interface Library {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly integrity?: string;
  readonly dependencies: readonly string[];
  /** Paths of its files, from the folder of the list. */
  readonly assets: readonly string[];
}

/** Reads a `deps.json`. Throws `DocumentError`. */
function readDependencyList(bytes: Uint8Array): DependencyList {
  const document = asObject(readJson(bytes));
  const libraries = asObject(document?.['libraries']);
  const targetName =
    asText(asObject(document?.['runtimeTarget'])?.['name']) ?? asText(document?.['runtimeTarget']) ?? '';
  const targets = new Map(entriesOf(document?.['targets']));
  if (libraries === undefined || targets.size === 0)
    throw new DocumentError('corrupt', 'A list of dependencies has no libraries or no targets');
  const target = new Map(entriesOf(targets.get(targetName) ?? [...targets.values()].at(-1)));
  const runtime = /\/(.+)$/.exec(targetName)?.[1];
  return {
    ...(runtime === undefined ? {} : { runtime }),
    libraries: entriesOf(libraries).map(([key, value]): Library => {
      const slash = key.indexOf('/');
      const used = asObject(target.get(key));
      const integrity = asText(asObject(value)?.['sha512']);
      return {
        name: slash < 0 ? key : key.slice(0, slash),
        version: slash < 0 ? '' : key.slice(slash + 1),
        type: asText(asObject(value)?.['type'])?.toLowerCase() ?? 'package',
        ...(integrity === undefined ? {} : { integrity }),
        dependencies: entriesOf(used?.['dependencies']).map(([name]) => name),
        assets: assetsOf(used),
      };
    }),
  };
}

function assetsOf(used: Readonly<Record<string, unknown>> | undefined): string[] {
  // They are put into the program's folder, unless they are there for several runtimes.
  const near = ['runtime', 'native'].flatMap((kind) => entriesOf(used?.[kind]).map(([path]) => baseName(path)));
  const far = ['runtimeTargets', 'resources'].flatMap((kind) => entriesOf(used?.[kind]).map(([path]) => path));
  // An asset `_._` stands for none.
  return [...near, ...far].filter((path) => baseName(path) !== '_._');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What the readers share: names as first written, and the files that lists speak of. */
export interface NugetReading {
  readonly gatherer: Gatherer;
  /** NuGet's names are the same in any case: the spelling met first. */
  readonly spell: (name: string) => string;
  /** Lower-case paths of the assemblies that a list names. */
  readonly listed: Set<string>;
}

const framework = /(?:^|\/)shared\/([^/]+)\/(\d[^/]*)\/([^/]+)\.deps\.json$/;

/** Adds what a `deps.json` lists. */
export function addDependencyList(file: ImageFile, { gatherer, spell, listed }: NugetReading): void {
  const list = readDependencyList(file.bytes);
  const [, shared, sharedVersion, sharedFile] = framework.exec(file.path) ?? [];
  const isFramework = shared !== undefined && shared === sharedFile;
  const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
  const ownName = file.path.slice(folder.length, -'.deps.json'.length);
  const purls = new Map<string, string>();
  const root = list.libraries.find(({ name, type }) => type === 'project' && name === ownName);
  const direct = new Set(root?.dependencies.map((name) => name.toLowerCase()));
  for (const library of list.libraries) {
    for (const asset of library.assets) listed.add(`${folder}${asset}`.toLowerCase());
    // What the framework itself was built with is in no image.
    if (isFramework && library.assets.length === 0) continue;
    const seen = sightingOf(library, spell, direct.has(library.name.toLowerCase()), library === root);
    const purl = gatherer.add(seen, file);
    if (purl !== undefined) purls.set(library.name.toLowerCase(), purl);
  }
  for (const { name, dependencies } of list.libraries) {
    const from = purls.get(name.toLowerCase());
    for (const needed of from === undefined ? [] : dependencies) {
      const to = purls.get(needed.toLowerCase());
      if (from !== undefined && to !== undefined) gatherer.relate('depends-on', from, to);
    }
  }
  if (!isFramework || sharedVersion === undefined) return;
  if (list.runtime === undefined)
    gatherer.problem('unsupported', 'A shared framework does not say for which system it is', file, shared);
  else gatherer.add(packageOf(spell(`${shared}.Runtime.${list.runtime}`), sharedVersion, 'installed'), file);
}

/** A package by its name as NuGet has it. */
export function packageOf(name: string, version: string, presence: Sighting['presence']): Sighting {
  return { name, version, purl: { type: 'nuget', name }, ecosystem: 'NuGet', presence };
}

function sightingOf(library: Library, spell: NugetReading['spell'], direct: boolean, root: boolean): Sighting {
  const { name, version, type, integrity, assets } = library;
  // Programs that bring their runtime list its package under this name.
  const isPack = type === 'runtimepack';
  const packageName = spell(isPack && name.startsWith('runtimepack.') ? name.slice('runtimepack.'.length) : name);
  const isThere = isPack || type === 'project' || assets.length > 0;
  return {
    ...packageOf(packageName, version, isThere ? 'installed' : 'locked'),
    usage: { ...(root ? { root: true } : {}), ...(direct ? { direct: true } : {}) },
    metadata: {
      ...(integrity === undefined ? {} : { integrity }),
      // A reference to an assembly has the assembly's name and version.
      ...(type.startsWith('reference') ? { identifiedBy: 'assembly reference', certainty: 'guessed' } : {}),
    },
  };
}

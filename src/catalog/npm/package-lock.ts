import { asObject, asText, DocumentError, entriesOf, readJson } from '../document.ts';
import { isVersion, type Lock, type LockEntry, type LockInput, splitAt } from './lock.ts';
import { licensesOf, type Wanted, wantedOf } from './manifest.ts';
import { type Edge, lookupFrom, type Reach, shelvesOf } from './resolution.ts';

/**
 * package-lock.json (npm documentation, "package-lock.json"): `packages` by folder since version 2, else the tree of
 * `dependencies` by name. `npm-shrinkwrap.json` is the same; `node_modules/.package-lock.json` has `packages` only, of
 * what npm laid there.
 */
type Json = Readonly<Record<string, unknown>>;

/** A package before its dependencies are looked up. */
interface Place {
  readonly entry: Omit<LockEntry, 'dependencies'>;
  readonly wanted: readonly Wanted[];
}

/** Trees deeper than any that npm makes. */
const maximumDepth = 100;

/** Reads a lock file of npm. Throws `DocumentError`. */
export function readPackageLock({ file, folder, modules }: LockInput, hidden: boolean): Lock {
  const object = asObject(readJson(file.bytes));
  const version = object?.['lockfileVersion'];
  if (object === undefined || (typeof version !== 'number' && object['dependencies'] === undefined))
    throw new DocumentError('corrupt', 'A file is not the lock file that it should be', 'no lockfileVersion');
  if (typeof version === 'number' && version > 3 && asObject(object['packages']) === undefined)
    throw new DocumentError('unsupported', 'A lock file is of a version that is not known', `version ${version}`);
  const links = new Map<string, string>();
  const packages = asObject(object['packages']);
  const places = packages === undefined ? placesOfTree(object) : placesOfPackages(packages, hidden, links);
  const own = modules.get(folder)?.manifest;
  if (packages === undefined && own !== undefined)
    places.set('', { entry: { name: own.name, version: own.version, root: true }, wanted: own.wanted });
  return lockOf(places, links);
}

function placesOfPackages(packages: Json, hidden: boolean, links: Map<string, string>): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [at, value] of Object.entries(packages)) {
    const object = asObject(value);
    const resolved = asText(object?.['resolved']);
    if (object?.['link'] === true) {
      if (resolved !== undefined) links.set(at, resolved);
      continue;
    }
    const root = !isModule(at);
    const inBundle = object?.['inBundle'] === true;
    const entry = {
      name: asText(object?.['name']) ?? nameOf(at),
      version: asText(object?.['version']),
      at,
      resolved,
      integrity: asText(object?.['integrity']),
      licenses: object === undefined ? [] : licensesOf(object),
      root,
      reached: root ? undefined : reachedOf(object ?? {}),
      installed: hidden,
      inside: inBundle ? outerOf(at, packages) : undefined,
    };
    places.set(at, { entry, wanted: object === undefined ? [] : wantedOf(object) });
  }
  return places;
}

/** The package that a bundled one was delivered in: the nearest around it that is not bundled itself. */
function outerOf(at: string, packages: Json): string | undefined {
  for (let end = at.lastIndexOf('/node_modules/'); end > 0; end = at.lastIndexOf('/node_modules/', end - 1)) {
    const outer = at.slice(0, end);
    if (asObject(Object.hasOwn(packages, outer) ? packages[outer] : undefined)?.['inBundle'] !== true) return outer;
  }
  return undefined;
}

function placesOfTree(object: Json): Map<string, Place> {
  const places = new Map<string, Place>();
  const waiting: { readonly tree: unknown; readonly at: string; readonly depth: number }[] = [
    { tree: object['dependencies'], at: '', depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.depth > maximumDepth)
      throw new DocumentError('too-large', 'Dependencies are nested too deep', `over ${maximumDepth}`);
    for (const [key, value] of entriesOf(next.tree)) {
      const at = `${next.at === '' ? '' : `${next.at}/`}node_modules/${key}`;
      const dependency = asObject(value) ?? {};
      const wanted = entriesOf(dependency['requires']).map(([name, range]) => ({ name, range: asText(range) ?? '' }));
      places.set(at, { entry: entryOfTree(key, dependency, at, next.at), wanted });
      waiting.push({ tree: dependency['dependencies'], at, depth: next.depth + 1 });
    }
  }
  return places;
}

function entryOfTree(key: string, dependency: Json, at: string, outer: string): Omit<LockEntry, 'dependencies'> {
  const written = asText(dependency['version']);
  const [name, version] = (written?.startsWith('npm:') ? splitAt(written.slice(4)) : undefined) ?? [key, written];
  const common = {
    name,
    at,
    integrity: asText(dependency['integrity']),
    reached: reachedOf(dependency),
    inside: dependency['bundled'] === true && outer !== '' ? outer : undefined,
  };
  return version === undefined || isVersion(version)
    ? { ...common, version, resolved: asText(dependency['resolved']) }
    : { ...common, reference: version };
}

function reachedOf(object: Json): Reach {
  if (object['dev'] === true) return 'dev';
  return object['optional'] === true || object['devOptional'] === true ? 'optional' : 'needed';
}

function lockOf(places: ReadonlyMap<string, Place>, links: ReadonlyMap<string, string>): Lock {
  const shelves = shelvesOf(
    [...places.keys(), ...links.keys()].flatMap((at) => {
      const base = at.lastIndexOf('node_modules/');
      return base < 0 ? [] : [[at, at.slice(0, base + 12)] as const];
    }),
  );
  const entries = new Map<string, LockEntry>();
  const asked: Edge[] = [];
  for (const [at, { entry, wanted }] of places) {
    const lookup = lookupFrom(at, shelves);
    const dependencies = wanted.flatMap(({ name, scope }): Edge[] => {
      const found = scope === 'dev' && entry.root !== true ? undefined : lookup(name);
      return found === undefined ? [] : [{ to: links.get(found) ?? found, scope }];
    });
    if (entry.root) asked.push(...dependencies);
    // The project itself needs no version.
    if (entry.root && (entry.version === undefined || entry.name === undefined)) continue;
    entries.set(at, { ...entry, dependencies });
  }
  return { entries, asked };
}

function isModule(at: string): boolean {
  return at.startsWith('node_modules/') || at.includes('/node_modules/');
}

/** The name of a package by its folder, as npm takes it where the lock file gives none. */
function nameOf(at: string): string | undefined {
  const parts = at.slice(at.lastIndexOf('node_modules/') < 0 ? 0 : at.lastIndexOf('node_modules/') + 13).split('/');
  const scope = parts.at(-2);
  return asText(scope?.startsWith('@') ? `${scope}/${parts.at(-1)}` : parts.at(-1));
}

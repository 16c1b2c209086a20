/** A dependency that was found: which, and whether it is needed only to build or may be missing. */
export interface Edge {
  readonly to: string;
  readonly scope?: 'dev' | 'optional' | undefined;
}

/** For what a package is needed, by those who ask for it. */
export type Reach = 'needed' | 'optional' | 'dev';

/** Finds the folder of a module by its name; `undefined` when there is none. */
export type Lookup = (name: string) => string | undefined;

/** The folders of modules by the `node_modules` folder that holds them, then by name. */
export type Shelves = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Real trees are some ten folders deep; what is beyond is not searched, so that no file can ask for endless work. */
const maximumLevels = 512;
const maximumSearched = 64;

/** Sorts the folders of modules by where they lie: `[folder, its "node_modules"]`. */
export function shelvesOf(folders: Iterable<readonly [folder: string, base: string]>): Shelves {
  const shelves = new Map<string, Map<string, string>>();
  for (const [folder, base] of folders) {
    const shelf = shelves.get(base) ?? new Map<string, string>();
    shelves.set(base, shelf.set(folder.slice(base.length + 1), folder));
  }
  return shelves;
}

/**
 * Node's lookup of modules: `node_modules/<name>` in the folder itself and in each folder above it, but never
 * `node_modules/node_modules` (Node's documentation, "Loading from node_modules folders"). `last` are searched after them.
 */
export function lookupFrom(folder: string, shelves: Shelves, last: readonly string[] = []): Lookup {
  const searched: ReadonlyMap<string, string>[] = [];
  let at = folder;
  for (let level = 0; level < maximumLevels && searched.length < maximumSearched; level++) {
    const shelf = shelves.get(at === '' ? 'node_modules' : `${at}/node_modules`);
    if (shelf !== undefined) searched.push(shelf);
    if (at === '') break;
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
  }
  for (const base of last) searched.push(shelves.get(base) ?? new Map<string, string>());
  return (name) => searched.find((shelf) => shelf.has(name))?.get(name);
}

/**
 * For what each package is needed: `needed` over a way of plain dependencies, `optional` over one with optional ones,
 * `dev` when only a way that starts with a development dependency leads to it. Absent: nothing leads to it.
 */
export function reach(
  roots: Iterable<Edge>,
  dependencies: (key: string) => readonly Edge[],
): ReadonlyMap<string, Reach> {
  const reached = new Map<string, Reach>();
  const waiting: Record<Reach, string[]> = { needed: [], optional: [], dev: [] };
  for (const { to, scope } of roots) waiting[scope ?? 'needed'].push(to);
  for (const rank of ['needed', 'optional', 'dev'] as const) {
    const queue = waiting[rank];
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      if (reached.has(key)) continue;
      reached.set(key, rank);
      for (const { to, scope } of dependencies(key))
        if (!reached.has(to)) waiting[rank === 'needed' && scope === 'optional' ? 'optional' : rank].push(to);
    }
  }
  return reached;
}

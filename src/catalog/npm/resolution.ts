/** A dependency that was found: which, and whether it is needed only to build or may be missing. */
export interface Edge {
  readonly to: string;
  readonly scope?: 'dev' | 'optional' | undefined;
}

/** For what a package is needed, by those who ask for it. */
export type Reach = 'needed' | 'optional' | 'dev';

/** Finds the folder of a module by its name; `undefined` when there is none. */
export type Lookup = (name: string) => string | undefined;

/**
 * Node's lookup of modules: `node_modules/<name>` in the folder itself and in each folder above it, but never
 * `node_modules/node_modules` (Node's documentation, "Loading from node_modules folders").
 *
 * `bases` are the `node_modules` folders that hold something, so that a lookup costs no more than there are of those;
 * `last` are searched after them.
 */
export function lookupFrom(
  folder: string,
  folders: { has(folder: string): boolean },
  bases: ReadonlySet<string>,
  last: readonly string[] = [],
): Lookup {
  const searched: string[] = [];
  for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const base = at === '' ? 'node_modules' : `${at}/node_modules`;
    if (bases.has(base)) searched.push(base);
    if (at === '') break;
  }
  searched.push(...last);
  return (name) => {
    for (const base of searched) {
      const found = `${base}/${name}`;
      if (folders.has(found)) return found;
    }
    return undefined;
  };
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

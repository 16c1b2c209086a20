import { posix } from 'node:path';
import type { ImageFile } from '../catalog.ts';
import type { Gatherer, Sighting } from '../gather.ts';
import { type CargoLock, type LockedCrate, readLock } from './lock.ts';
import { type Manifest, type Need, readManifest, readRenames, stronger } from './manifest.ts';

/** Both forms of the usual registry's index. */
const usualRegistry =
  /^(?:registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index|sparse\+https:\/\/index\.crates\.io\/)$/;

interface Locked {
  readonly file: ImageFile;
  readonly lock: CargoLock;
  readonly manifests: Map<string, Manifest>;
  renames: ReadonlyMap<string, string>;
}

/** Adds what lock files name, with what the manifests of their workspaces say of its use. */
export function addLocks(files: readonly ImageFile[], into: Gatherer): void {
  const folders = new Set(files.filter(isLock).map(({ path }) => posix.dirname(path)));
  const locks = new Map<string, Locked>();
  for (const file of files.filter((each) => isLock(each) && !isVendored(each.path, folders))) {
    into.read(file, () => {
      const lock = readLock(file.bytes);
      const [fault] = lock.faults;
      if (fault !== undefined) into.problem('corrupt', 'A package of Cargo.lock cannot be understood', file, fault);
      locks.set(posix.dirname(file.path), { file, lock, manifests: new Map(), renames: new Map() });
    });
  }
  for (const file of files.filter((each) => !isLock(each) && !isVendored(each.path, folders))) {
    into.read(file, () => {
      const manifest = readManifest(file.bytes);
      const folder = ancestorIn(posix.dirname(file.path), folders);
      const locked = folder === undefined ? undefined : locks.get(folder);
      if (folder === undefined) {
        into.problem('unsupported', 'A Cargo.toml without Cargo.lock names no versions', file, undefined, false);
      }
      if (locked === undefined) return;
      if (folder === posix.dirname(file.path)) locked.renames = readRenames(file.bytes);
      if (manifest.name !== undefined) locked.manifests.set(manifest.name, manifest);
    });
  }
  for (const locked of locks.values()) addLock(locked, into);
}

function isLock({ path }: ImageFile): boolean {
  return path === 'Cargo.lock' || path.endsWith('/Cargo.lock');
}

/** Sources that `cargo vendor` copied beside a lock file bring their own, which are of no account. */
function isVendored(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path.indexOf('vendor/'); at >= 0; at = path.indexOf('vendor/', at + 1)) {
    if (at === 0 ? folders.has('.') : path[at - 1] === '/' && folders.has(path.slice(0, at - 1))) return true;
  }
  return false;
}

function ancestorIn(folder: string, folders: ReadonlySet<string>): string | undefined {
  for (let at = folder; ; at = posix.dirname(at)) {
    if (folders.has(at)) return at;
    if (at === '.' || at === '/') return undefined;
  }
}

function addLock({ file, lock, manifests, renames }: Locked, into: Gatherer): void {
  const { crates } = lock;
  const needs = needsOf(crates, manifests, renames);
  const purls = crates.map((crate, index) => into.add(sightingOf(crate, index, needs), file));
  for (const [index, { dependencies }] of crates.entries()) {
    for (const to of dependencies) {
      const [a, b] = [purls[index], purls[to]];
      if (a !== undefined && b !== undefined) into.relate('depends-on', a, b, needs.edge(index, to));
    }
  }
}

function sightingOf(crate: LockedCrate, index: number, needs: Needs): Sighting {
  const { name, version, source, checksum } = crate;
  const usual = source === undefined || usualRegistry.test(source);
  const registry = usual || source.startsWith('git+') ? undefined : source.replace(/^\w+\+/, '');
  const scope = needs.of[index];
  return {
    name,
    version,
    purl: { type: 'cargo', name, qualifiers: { repository_url: registry } },
    // Names in other registries are others' names.
    ecosystem: registry === undefined ? 'crates.io' : undefined,
    presence: 'locked',
    usage: {
      ...(needs.roots.has(index) ? { root: true } : {}),
      ...(needs.direct.has(index) ? { direct: true } : {}),
      ...(scope === undefined ? {} : { scope }),
    },
    metadata: {
      ...(checksum === undefined ? {} : { integrity: `sha256:${checksum}` }),
      ...(usual ? {} : { origin: source }),
      ...(source === undefined || source.startsWith('git+') ? { certainty: 'likely' as const } : {}),
    },
  };
}

/** How the packages of a lock file are needed, by index. */
interface Needs {
  readonly of: readonly Need[];
  readonly roots: ReadonlySet<number>;
  readonly direct: ReadonlySet<number>;
  edge(from: number, to: number): Need;
}

/** Follows dependencies from the workspace's own packages, those first that are needed to run. */
function needsOf(
  crates: readonly LockedCrate[],
  manifests: ReadonlyMap<string, Manifest>,
  renames: ReadonlyMap<string, string>,
): Needs {
  const needed = new Map(Array.from(manifests, ([name, { needs }]) => [name, underOwnNames(needs, renames)]));
  const edge: Needs['edge'] = (from, to) => {
    const crate = crates[from];
    return crate?.source === undefined ? needed.get(crate?.name ?? '')?.get(crates[to]?.name ?? '') : undefined;
  };
  const own = [...crates.keys()].filter((index) => crates[index]?.source === undefined);
  const used = new Set(
    own.flatMap((from) => crates[from]?.dependencies.filter((to) => edge(from, to) !== 'dev') ?? []),
  );
  const of = new Map<number, Need>(own.map((index) => [index, undefined]));
  for (const level of [undefined, 'optional', 'dev'] as const) {
    const queue = [...of.keys()];
    for (let from = queue.pop(); from !== undefined; from = queue.pop()) {
      for (const to of crates[from]?.dependencies ?? []) {
        const need = weaker(of.get(from), edge(from, to));
        if (need !== level || of.has(to)) continue;
        of.set(to, need);
        queue.push(to);
      }
    }
  }
  return {
    of: [...crates.keys()].map((index) => of.get(index)),
    roots: new Set(own.filter((index) => !used.has(index))),
    direct: new Set(own.flatMap((from) => crates[from]?.dependencies ?? [])),
    edge,
  };
}

function weaker(a: Need, b: Need): Need {
  return a === 'dev' || b === 'dev' ? 'dev' : (a ?? b);
}

function underOwnNames(
  needs: ReadonlyMap<string, Need>,
  renames: ReadonlyMap<string, string>,
): ReadonlyMap<string, Need> {
  const own = new Map<string, Need>();
  for (const [key, need] of needs) {
    const name = renames.get(key) ?? key;
    own.set(name, own.has(name) ? stronger(own.get(name), need) : need);
  }
  return own;
}

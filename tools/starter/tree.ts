// Turns file trees into layers: what one tree has that the one before had not, and what it lost.
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TarEntry } from './tar.ts';

/** The entries of the tree at `root` whose path matches one of `keep`, with their directories, sorted by path. */
export function readTree(root: string, keep: readonly RegExp[]): Map<string, TarEntry> {
  const found = new Map<string, TarEntry>();
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const name of readdirSync(join(root, at))) {
      const path = at === '' ? name : `${at}/${name}`;
      const stat = lstatSync(join(root, path));
      if (stat.isDirectory()) pending.push(path);
      if (!keep.some((pattern) => pattern.test(path))) continue;
      const mode = stat.mode & 0o7777;
      if (stat.isSymbolicLink()) {
        found.set(path, { path, kind: 'symlink', mode, target: readlinkSync(join(root, path)) });
      } else if (stat.isFile()) {
        found.set(path, { path, kind: 'file', mode, content: readFileSync(join(root, path)) });
      }
    }
  }
  const directories = new Map<string, TarEntry>();
  for (const path of found.keys()) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      const mode = lstatSync(join(root, parent)).mode & 0o7777;
      directories.set(parent, { path: parent, kind: 'directory', mode });
    }
  }
  return sorted([...directories, ...found]);
}

/** What must lie over `before` to make it `after`; what was lost becomes `.wh.` files (OCI image layer, “Whiteouts”). */
export function changes(before: ReadonlyMap<string, TarEntry>, after: ReadonlyMap<string, TarEntry>): TarEntry[] {
  const layer = new Map<string, TarEntry>();
  const add = (entry: TarEntry): void => {
    for (let slash = entry.path.indexOf('/'); slash > 0; slash = entry.path.indexOf('/', slash + 1)) {
      const parent = after.get(entry.path.slice(0, slash));
      if (parent !== undefined) layer.set(parent.path, parent);
    }
    layer.set(entry.path, entry);
  };
  for (const [path, entry] of after) {
    if (!same(before.get(path), entry)) add(entry);
  }
  for (const path of before.keys()) {
    const slash = path.lastIndexOf('/');
    if (after.has(path) || (slash > 0 && !after.has(path.slice(0, slash)))) continue;
    add({ path: `${path.slice(0, slash + 1)}.wh.${path.slice(slash + 1)}`, kind: 'file', mode: 0o600 });
  }
  return [...sorted([...layer]).values()];
}

function same(one: TarEntry | undefined, other: TarEntry): boolean {
  return (
    one !== undefined &&
    one.kind === other.kind &&
    one.mode === other.mode &&
    one.target === other.target &&
    Buffer.compare(one.content ?? Buffer.alloc(0), other.content ?? Buffer.alloc(0)) === 0
  );
}

function sorted(entries: readonly (readonly [string, TarEntry])[]): Map<string, TarEntry> {
  return new Map(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

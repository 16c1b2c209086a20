// A root file system as a tree of nodes, onto which layers are unpacked entry by entry, as a runtime does: the slow,
// literal reading of the OCI image layer specification 1.1, "Applying Changesets", that the squashed tree is tested against.
import type { TarEntry } from './tar.ts';

type Node =
  | { readonly kind: 'folder'; readonly nodes: Map<string, Node> }
  | { readonly kind: 'file'; readonly body: string; readonly layer: number }
  | { readonly kind: 'link'; readonly target: string };

export interface Model {
  readonly root: Node & { kind: 'folder' };
  layer: number;
  /** Nodes that the layer in hand made. */
  fresh: Set<Node>;
  /** Links that the entries of the layer in hand went through. */
  followed: Set<Node>;
}

export function emptyModel(): Model {
  return { root: { kind: 'folder', nodes: new Map() }, layer: 0, fresh: new Set(), followed: new Set() };
}

/** Unpacks a layer; false where a runtime would fail or where the order within the layer would decide. */
export function applyToModel(model: Model, entries: readonly TarEntry[]): boolean {
  model.fresh = new Set();
  model.followed = new Set();
  const marks = entries.filter(({ name }) => /(^|\/)\.wh\./.test(name));
  for (const { name } of marks.toSorted(deepestFirst)) if (!whiteout(model, name)) return false;
  // Folders first, then links and files: the squashed tree does not tell in which order one layer wrote them.
  const rest = entries.filter((entry) => !marks.includes(entry));
  const ordered = [
    ...rest.filter(({ name }) => name.endsWith('/')),
    ...rest.filter(({ type }) => type === 'symlink'),
    ...rest.filter(({ type, name }) => type !== 'symlink' && !name.endsWith('/')),
  ];
  if (ambiguous(rest)) return false;
  const sound = ordered.every((entry) => unpack(model, entry));
  model.layer++;
  return sound;
}

/** One layer with an entry both at a path and below it as if it were a folder, or through its own link. */
function ambiguous(entries: readonly TarEntry[]): boolean {
  const solid = entries.filter(({ name }) => !name.endsWith('/')).map(({ name }) => name);
  return solid.some((name) => entries.some((other) => other.name.startsWith(`${name}/`)));
}

/** Every file that is seen, through links too, as `path=content`. */
export function readModel(model: Model): string[] {
  const seen: string[] = [];
  const visit = (node: Node, path: string): void => {
    if (node.kind === 'folder')
      for (const [name, child] of node.nodes) visit(child, path === '' ? name : `${path}/${name}`);
    else if (node.kind === 'file') seen.push(`${path}=${node.body}`);
    else {
      const target = find(model, path.split('/'), true);
      if (target !== 'cycle' && target?.kind === 'file') seen.push(`${path}=${target.body}`);
    }
  };
  visit(model.root, '');
  return seen.toSorted();
}

function unpack(model: Model, entry: TarEntry): boolean {
  const parts = entry.name.replace(/\/$/, '').split('/');
  const last = parts.pop() ?? '';
  const parent = makeFolders(model, parts);
  if (!parent) return false;
  const old = parent.nodes.get(last);
  const made = nodeOf(entry, model.layer);
  if (made.kind === 'folder' && old?.kind === 'folder') return true;
  // Two entries of one layer that meet through a link: which wins is a matter of order alone.
  if (old && isTouched(model, old)) return false;
  model.fresh.add(made);
  parent.nodes.set(last, made);
  return true;
}

function nodeOf(entry: TarEntry, layer: number): Node {
  if (entry.name.endsWith('/')) return { kind: 'folder', nodes: new Map() };
  if (entry.type === 'symlink') return { kind: 'link', target: entry.link ?? '' };
  return { kind: 'file', body: String(entry.body ?? ''), layer };
}

function isTouched(model: Model, node: Node): boolean {
  return (
    model.fresh.has(node) ||
    model.followed.has(node) ||
    (node.kind === 'folder' && [...node.nodes.values()].some((child) => isTouched(model, child)))
  );
}

function whiteout(model: Model, name: string): boolean {
  const parts = name.split('/');
  const last = parts.pop() ?? '';
  const parent = find(model, parts, true);
  if (parent === undefined) return true;
  if (parent === 'cycle') return false;
  if (parent.kind !== 'folder') return true;
  if (last === '.wh..wh..opq') parent.nodes.clear();
  else {
    const gone = parent.nodes.get(last.slice(4));
    if (gone && isTouched(model, gone)) return false;
    parent.nodes.delete(last.slice(4));
  }
  return true;
}

/** The folder at a path, made where there is none; `undefined` where something else is in the way. */
function makeFolders(model: Model, parts: readonly string[]): (Node & { kind: 'folder' }) | undefined {
  let at = model.root;
  for (const [index, part] of parts.entries()) {
    const child = at.nodes.get(part);
    if (child === undefined) {
      const made: Node & { kind: 'folder' } = { kind: 'folder', nodes: new Map() };
      at.nodes.set(part, made);
      at = made;
    } else {
      const real = child.kind === 'link' ? find(model, parts.slice(0, index + 1), true) : child;
      if (real === undefined || real === 'cycle' || real.kind !== 'folder') return undefined;
      at = real;
    }
  }
  return at;
}

function find(model: Model, parts: readonly string[], followLast: boolean): Node | 'cycle' | undefined {
  const rest = parts.toReversed();
  const trail: (Node & { kind: 'folder' })[] = [model.root];
  let followed = 0;
  let found: Node = model.root;
  while (rest.length > 0) {
    const part = rest.pop() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (trail.length > 1) trail.pop();
      found = trail.at(-1) ?? model.root;
      continue;
    }
    if (found.kind !== 'folder') return undefined;
    const child: Node | undefined = found.nodes.get(part);
    if (child === undefined) return undefined;
    if (child.kind === 'link' && (followLast || rest.length > 0)) {
      if (++followed > 40) return 'cycle';
      model.followed.add(child);
      if (child.target.startsWith('/')) {
        trail.length = 1;
        found = model.root;
      }
      rest.push(...child.target.split('/').toReversed());
      continue;
    }
    found = child;
    if (child.kind === 'folder') trail.push(child);
  }
  return found;
}

function deepestFirst(a: TarEntry, b: TarEntry): number {
  return b.name.split('/').length - a.name.split('/').length;
}

import type { LayerContent, LayerFile, LayerLink } from '../layer/collector.ts';
import { PathIndex } from '../layer/path-index.ts';
import { aliasFolders } from './aliases.ts';
import { Links, realPath, someParent } from './links.ts';
import { hiddenBy } from './shadow.ts';

/** A wanted file, or what an extractor kept of it, as the layers up to some one leave it. */
export interface SquashedFile extends Omit<LayerFile, 'path'> {
  /** Index of the layer that holds the bytes. */
  readonly layer: number;
}

/** What readers of the tree want of it. */
export interface Wants {
  /** Whether a file at a path is wanted. */
  readonly selects: (path: string) => boolean;
  /** Well-known folders whose files are wanted also where a link leads elsewhere. */
  readonly folders: readonly string[];
}

/** The wanted files as they are seen after one layer, by the path they are wanted under. */
export interface Snapshot {
  readonly layer: number;
  readonly files: ReadonlyMap<string, SquashedFile>;
}

/** A link that leads nowhere but round. */
export interface LinkProblem {
  readonly path: string;
  readonly layer: number;
}

/** The layers put on top of each other. */
export interface Squashed {
  /** After each layer that changed anything wanted, lowest first; the last is the image. */
  readonly snapshots: readonly Snapshot[];
  /**
   * Paths whose content is wanted because of a link but was not kept, each with the path that it is wanted as: the layers
   * must be read once more.
   */
  readonly missing: ReadonlyMap<string, string>;
  /** Folders, by the path that layers give them, all of whose files are wanted under the well-known name given. */
  readonly missingFolders: ReadonlyMap<string, string>;
  readonly cycles: readonly LinkProblem[];
}

/** A tree while layers are put on it. */
interface State {
  readonly files: Map<string, SquashedFile>;
  readonly links: Links;
  /** Folders that have ever had something of the tree below them. */
  readonly parents: Set<string>;
  readonly missing: Map<string, string>;
  readonly missingFolders: Map<string, string>;
  /** Hard links to files that were not kept, with these. */
  readonly unkept: Map<string, string>;
  readonly cycles: Map<string, LinkProblem>;
}

/** Squashes layers, lowest first, by the OCI image layer specification 1.1, "Applying Changesets". */
export function squash(contents: readonly LayerContent[], asked: Wants): Squashed {
  const wants = { ...asked, selects: memoized(asked.selects) };
  const state: State = {
    files: new Map(),
    links: new Links(),
    parents: new Set(),
    missing: new Map(),
    missingFolders: new Map(),
    unkept: new Map(),
    cycles: new Map(),
  };
  const snapshots: Snapshot[] = [];
  contents.forEach((content, position) => {
    const changed = applyLayer(state, content, wants, position > 0);
    if (changed || position === contents.length - 1)
      snapshots.push({ layer: content.index, files: view(state, content.index, contents, wants) });
  });
  const { missing, missingFolders, cycles } = state;
  return { snapshots, missing, missingFolders, cycles: [...cycles.values()] };
}

/** Each path is asked for once, however many layers there are. */
function memoized(selects: Wants['selects']): Wants['selects'] {
  const known = new Map<string, boolean>();
  return (path) => {
    let answer = known.get(path);
    if (answer === undefined) {
      answer = selects(path);
      known.set(path, answer);
    }
    return answer;
  };
}

/** Puts a layer on the tree; tells whether a wanted file came, went or changed. */
function applyLayer(state: State, content: LayerContent, wants: Wants, upper: boolean): boolean {
  let changed = false;
  if (upper) {
    const { hidden, behindLinks } = hiddenBy(content, state.files.keys(), state.links);
    for (const path of hidden) {
      changed = state.files.delete(path) || changed;
      state.links.delete(path);
    }
    for (const { file, at } of behindLinks) {
      if (holds(content, at)) continue;
      // An extractor has seen the newer file too and kept nothing of it; of any other its bytes are needed.
      if (state.files.get(file)?.extractor === undefined) state.missing.set(at, file);
      else changed = state.files.delete(file) || changed;
    }
  }
  for (const { path, target } of content.symlinks) {
    const real = placeSolid(state, path, content.index);
    if (real === undefined) continue;
    changed = state.files.delete(real) || changed;
    hold(state, real);
    state.links.set(real, target);
    changed = true;
  }
  for (const { path, ...file } of content.files) {
    const real = placeSolid(state, path, content.index);
    if (real === undefined) continue;
    state.links.delete(real);
    hold(state, real);
    state.files.set(real, { ...file, layer: content.index });
    changed = true;
  }
  for (const link of content.hardlinks) changed = applyHardlink(state, content, link, wants) || changed;
  return changed;
}

/** Whether the layer's entry at a path was kept. */
function holds({ files, symlinks, hardlinks }: LayerContent, path: string): boolean {
  return [files, symlinks, hardlinks].some((kept) => kept.some((entry) => entry.path === path));
}

function applyHardlink(state: State, content: LayerContent, { path, target }: LayerLink, wants: Wants): boolean {
  const real = placeSolid(state, path, content.index);
  const source = place(state, target, content.index);
  if (real === undefined || source === undefined) return false;
  const file = state.files.get(source);
  const link = state.links.get(source);
  state.files.delete(real);
  if (file === undefined && link === undefined) state.unkept.set(real, state.unkept.get(source) ?? source);
  if (file) state.files.set(real, { ...file, layer: content.index });
  else if (link !== undefined) state.links.set(real, link);
  else if (wants.selects(path) || wants.selects(real)) state.missing.set(source, wants.selects(path) ? path : real);
  if (file || link !== undefined) hold(state, real);
  return true;
}

/** Where an entry really goes, its folders' links followed. */
function place(state: State, path: string, layer: number): string | undefined {
  const real = realPath(state.links, path, false);
  if (real === undefined) state.cycles.set(path, { path, layer });
  return real;
}

/** As `place`, for an entry that is no folder: what lies below it is hidden, which `hiddenBy` knows only of plain paths. */
function placeSolid(state: State, path: string, layer: number): string | undefined {
  const real = place(state, path, layer);
  if (real === undefined || real === path) return real;
  if (!state.parents.has(real)) return real;
  state.links.work((state.files.size + state.links.size) * 50);
  for (const held of [state.files, state.links]) {
    for (const below of held.keys()) if (below.startsWith(`${real}/`)) held.delete(below);
  }
  return real;
}

/** Takes note of the folders above what the tree is about to hold. */
function hold(state: State, path: string): void {
  someParent(path, (parent) => {
    if (state.parents.has(parent)) return true;
    state.parents.add(parent);
    return false;
  });
}

/** The wanted files by the paths they are wanted under: their own, through a link, below a linked well-known folder. */
function view(state: State, layer: number, contents: readonly LayerContent[], wants: Wants): Map<string, SquashedFile> {
  const seen = new Map<string, SquashedFile>();
  for (const [path, file] of state.files) if (file.extractor !== undefined || wants.selects(path)) seen.set(path, file);
  for (const path of state.links.keys()) {
    if (!wants.selects(path)) continue;
    const real = realPath(state.links, path, true);
    if (real === undefined) state.cycles.set(path, { path, layer });
    else {
      const file = state.files.get(real);
      // What was extracted is seen where it lies.
      if (file) {
        if (file.extractor === undefined) seen.set(path, file);
      } else if (existsUpTo(contents, layer, real)) {
        state.missing.set(real, path);
        const source = state.unkept.get(real);
        if (source !== undefined) state.missing.set(source, path);
      }
    }
  }
  const visible = contents.filter((content) => content.index <= layer);
  for (const folder of wants.folders) viewFolder(state, visible, folder, wants, seen);
  const wanted = new Map([...wants.folders.map((folder) => [folder, folder] as const), ...state.missingFolders]);
  for (const [alias, known] of aliasFolders(state.links, visible, wanted)) state.missingFolders.set(alias, known);
  return seen;
}

function viewFolder(
  state: State,
  visible: readonly LayerContent[],
  folder: string,
  wants: Wants,
  seen: Map<string, SquashedFile>,
): void {
  const real = realPath(state.links, folder, true);
  if (real === undefined) state.cycles.set(folder, { path: folder, layer: visible.at(-1)?.index ?? 0 });
  if (real === undefined || real === folder) return;
  for (const [path, file] of state.files) {
    if (!path.startsWith(`${real}/`)) continue;
    const wanted = folder + path.slice(real.length);
    if (!wants.selects(wanted)) continue;
    seen.set(wanted, file);
  }
  // Where the link leads to another well-known folder, its files are wanted anyhow.
  if (wants.folders.includes(real)) return;
  if (visible.some(({ paths }) => new PathIndex(paths).has(real))) state.missingFolders.set(real, folder);
}

/** Whether a layer up to the given one has something at the path. */
function existsUpTo(contents: readonly LayerContent[], layer: number, path: string): boolean {
  return contents.some((content) => content.index <= layer && new PathIndex(content.paths).get(path) === 'other');
}

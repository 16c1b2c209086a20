import { limits } from '../../internal/limit.ts';
import { ImageError } from '../image.ts';
import { nameOf, normalizePath, parentOf } from './path.ts';
import { type PathIndexData, pathIndex } from './path-index.ts';
import type { ContentTaker, TarEntry } from './tar.ts';

/** A wanted file of one layer. */
export interface LayerFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A link of one layer, by its own path. */
export interface LayerLink {
  readonly path: string;
  readonly target: string;
}

/** Something odd about one entry; the reading went on. */
export interface LayerProblem {
  readonly code: 'path-escape' | 'too-large' | 'unreadable';
  readonly path: string;
  readonly detail?: string;
}

/** What was kept of one layer; plain data that can be handed between threads. */
export interface LayerContent {
  readonly index: number;
  /** Computed and equal to what the configuration says; empty for a folder. */
  readonly diffId: string;
  readonly files: readonly LayerFile[];
  readonly symlinks: readonly LayerLink[];
  /** Those whose own path is wanted; targets are paths below the root of the image. */
  readonly hardlinks: readonly LayerLink[];
  /** Paths that the layer removes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Folders whose content in the layers below the layer hides. */
  readonly opaques: readonly string[];
  readonly paths: PathIndexData;
  readonly entries: number;
  readonly problems: readonly LayerProblem[];
}

/** Gathers the content of a layer from its entries. */
export interface LayerCollector {
  /** A `TarVisitor`. */
  readonly visit: (entry: TarEntry) => ContentTaker | undefined;
  content(index: number, diffId: string): LayerContent;
}

const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';

/** Whiteouts follow the OCI image layer specification 1.1, "Whiteouts". */
export function layerCollector(selects: (path: string) => boolean): LayerCollector {
  const files = new Map<string, LayerFile>();
  const symlinks = new Map<string, string>();
  const hardlinks = new Map<string, string>();
  const whiteouts: string[] = [];
  const opaques: string[] = [];
  const problems: LayerProblem[] = [];
  const index = pathIndex();
  let entries = 0;
  let selectedBytes = 0;

  function problem(found: LayerProblem): void {
    if (problems.length < 100) problems.push(found);
  }

  /** An entry replaces an earlier one of the same path in the same layer. */
  function register(path: string, directory: boolean): void {
    index.add(path, directory);
    if (directory) return;
    files.delete(path);
    symlinks.delete(path);
    hardlinks.delete(path);
  }

  function whiteout(path: string, name: string): void {
    const parent = parentOf(path);
    if (name === opaqueMarker) opaques.push(parent);
    // Other names with `.wh..wh.` are the storage driver's own (aufs).
    else if (!name.startsWith('.wh..wh.')) {
      whiteouts.push(
        parent === '' ? name.slice(whiteoutPrefix.length) : `${parent}/${name.slice(whiteoutPrefix.length)}`,
      );
    }
  }

  function take(path: string, entry: TarEntry): ContentTaker | undefined {
    if (entry.size > limits.fileBytes || selectedBytes + entry.size > limits.selectedBytes) {
      problem({ code: 'too-large', path, detail: `${entry.size} bytes` });
      return undefined;
    }
    selectedBytes += entry.size;
    return (bytes) => void files.set(path, { path, bytes });
  }

  function visit(entry: TarEntry): ContentTaker | undefined {
    if (++entries > limits.entriesPerLayer) {
      throw new ImageError(
        'limit-exceeded',
        'A layer has more entries than any real one',
        `over ${limits.entriesPerLayer}`,
      );
    }
    const { path, escaped } = normalizePath(entry.name);
    if (escaped) problem({ code: 'path-escape', path, detail: entry.name.slice(0, 200) });
    if (path === '') return undefined;
    const name = nameOf(path);
    if (name.startsWith(whiteoutPrefix)) return void whiteout(path, name);
    register(path, entry.kind === 'directory');
    if (entry.kind === 'symlink') return void keepLink(path, entry.linkName);
    if (entry.kind === 'directory' || !selects(path)) return undefined;
    if (entry.kind === 'hardlink') return void hardlinks.set(path, normalizePath(entry.linkName).path);
    return entry.kind === 'file' ? take(path, entry) : undefined;
  }

  function keepLink(path: string, target: string): void {
    symlinks.set(path, target);
    if (symlinks.size > limits.linksPerLayer) {
      throw new ImageError(
        'limit-exceeded',
        'A layer has more symbolic links than any real one',
        `over ${limits.linksPerLayer}`,
      );
    }
  }

  return {
    visit,
    content: (layer, diffId) => ({
      index: layer,
      diffId,
      files: [...files.values()],
      symlinks: links(symlinks),
      hardlinks: links(hardlinks),
      whiteouts,
      opaques,
      paths: index.data(),
      entries,
      problems,
    }),
  };
}

function links(map: ReadonlyMap<string, string>): LayerLink[] {
  return Array.from(map, ([path, target]) => ({ path, target }));
}

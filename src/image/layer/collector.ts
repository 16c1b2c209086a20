import { limits } from '../../internal/limit.ts';
import { type Extract, type Extractor, ImageError } from '../image.ts';
import { extracting } from './extracting.ts';
import { nameOf, normalizePath, parentOf } from './path.ts';
import { PathIndex, type PathIndexData } from './path-index.ts';
import type { ContentStream, ContentTaker, TarEntry } from './tar.ts';

/** A wanted file of one layer, or what an extractor kept of it. */
export interface LayerFile extends Extract {
  readonly path: string;
  /** Identifier of the extractor; absent when `bytes` are the file. */
  readonly extractor?: string;
}

/** Whether a file at a path (no leading slash) is wanted: whole, or what an extractor keeps of it. */
export type Selects = (path: string) => boolean | Extractor;

/** A link of one layer, by its own path. */
export interface LayerLink {
  readonly path: string;
  readonly target: string;
}

/** Something odd about one entry; the reading went on. */
export interface LayerProblem {
  readonly code: 'path-escape' | 'too-large' | 'unreadable' | 'rewritten';
  readonly path: string;
  readonly detail?: string;
}

/** How a layer was read by its table of contents, which the manifest vouches for; its diffID was not verified. */
export interface LazyReading {
  readonly format: 'estargz' | 'zstd-chunked' | 'soci';
  /** Bytes that were fetched, of so many. */
  readonly fetched: number;
  readonly of: number;
  readonly requests: number;
  /** Files that were not looked into: neither their names nor their permissions are those of programs. */
  readonly unseen: number;
  /** Size of the largest of them, bytes. */
  readonly largestUnseen: number;
  /** Programs of which only the beginning was read: it shows them not to be Go's, but lists of crates and bills may be in them. */
  readonly unread: number;
  /** Its table was only said to belong to the image (SOCI's index of version 1). */
  readonly unvouched?: true;
}

/** What was kept of one layer; plain data that can be handed between threads. */
export interface LayerContent {
  readonly index: number;
  /** Computed and equal to what the configuration says, but not where `lazy`; empty for a folder. */
  readonly diffId: string;
  readonly files: readonly LayerFile[];
  readonly symlinks: readonly LayerLink[];
  /** Targets are paths below the root of the image. */
  readonly hardlinks: readonly LayerLink[];
  /** Paths that the layer removes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Folders whose content in the layers below the layer hides. */
  readonly opaques: readonly string[];
  readonly paths: PathIndexData;
  readonly entries: number;
  readonly problems: readonly LayerProblem[];
  /** Absent where the whole layer was read. */
  readonly lazy?: LazyReading;
}

const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';
/** More of one layer add nothing that the first do not say. */
const maximumProblems = 100;

/**
 * Gathers the content of a layer from its entries. Whiteouts follow the OCI image layer specification 1.1,
 * "Whiteouts".
 */
export class LayerCollector {
  readonly #selects: Selects;
  readonly #files = new Map<string, LayerFile>();
  readonly #symlinks = new Map<string, string>();
  readonly #hardlinks = new Map<string, string>();
  readonly #whiteouts: string[] = [];
  readonly #opaques: string[] = [];
  readonly #problems: LayerProblem[] = [];
  /** Targets of hard links that are wanted: what is written there afterwards is not what the link has. */
  readonly #linked = new Set<string>();
  readonly #paths = new PathIndex();
  #entries = 0;
  #selectedBytes = 0;

  constructor(selects: Selects) {
    this.#selects = selects;
  }

  /** Takes note of an entry (a `TarVisitor`). Throws `limit-exceeded`. */
  visit(entry: TarEntry): ContentTaker | ContentStream | undefined {
    if (++this.#entries > limits.entriesPerLayer) this.#tooMany();
    const { path, escaped } = normalizePath(entry.name);
    if (escaped) this.#problem({ code: 'path-escape', path, detail: entry.name.slice(0, 200) });
    if (path === '') return undefined;
    const name = nameOf(path);
    if (name.startsWith(whiteoutPrefix)) return void this.#whiteout(path, name);
    this.#register(path, entry.kind === 'directory');
    if (entry.kind === 'symlink') return void this.#keepLink(path, entry.linkName);
    if (entry.kind === 'hardlink') return void this.#keepHardlink(path, normalizePath(entry.linkName).path);
    if (entry.kind !== 'file') return undefined;
    const choice = this.#selects(path);
    if (typeof choice === 'boolean') return choice ? this.#take(path, entry) : undefined;
    return extracting(choice, path, entry.size, {
      keep: (extract) => void this.#files.set(path, { ...extract, path, extractor: choice.id }),
      fail: (detail) => this.#problem({ code: 'unreadable', path, detail }),
    });
  }

  /** What was gathered. */
  content(index: number, diffId: string): LayerContent {
    return {
      index,
      diffId,
      files: [...this.#files.values()],
      symlinks: links(this.#symlinks),
      hardlinks: links(this.#hardlinks),
      whiteouts: this.#whiteouts,
      opaques: this.#opaques,
      paths: this.#paths.data(),
      entries: this.#entries,
      problems: this.#problems,
    };
  }

  #tooMany(): never {
    throw new ImageError(
      'limit-exceeded',
      'A layer has more entries than any real one',
      `over ${limits.entriesPerLayer}`,
    );
  }

  /** The first of each kind, since one that may hide packages must not be lost among harmless ones. */
  #problem(found: LayerProblem): void {
    const alike = this.#problems.filter(({ code }) => code === found.code);
    if (alike.length < maximumProblems) this.#problems.push(found);
  }

  /** An entry replaces an earlier one of the same path in the same layer. */
  #register(path: string, directory: boolean): void {
    this.#paths.add(path, directory);
    if (this.#paths.count > limits.entriesPerLayer) this.#tooMany();
    if (this.#linked.has(path)) this.#problem({ code: 'rewritten', path });
    this.#files.delete(path);
    this.#symlinks.delete(path);
    this.#hardlinks.delete(path);
  }

  #whiteout(path: string, name: string): void {
    const parent = parentOf(path);
    if (name === opaqueMarker) this.#opaques.push(parent);
    // Other names with `.wh..wh.` are the storage driver's own (aufs).
    else if (!name.startsWith('.wh..wh.')) {
      const hidden = name.slice(whiteoutPrefix.length);
      this.#whiteouts.push(parent === '' ? hidden : `${parent}/${hidden}`);
    }
  }

  #take(path: string, { size }: TarEntry): ContentTaker | undefined {
    if (size > limits.fileBytes || this.#selectedBytes + size > limits.selectedBytes) {
      this.#problem({ code: 'too-large', path, detail: `${size} bytes` });
      return undefined;
    }
    this.#selectedBytes += size;
    return (bytes) => void this.#files.set(path, { path, bytes });
  }

  #keepHardlink(path: string, target: string): void {
    this.#hardlinks.set(path, target);
    if (this.#selects(path) === true) this.#linked.add(target);
    if (this.#hardlinks.size > limits.linksPerLayer) this.#tooMany();
  }

  #keepLink(path: string, target: string): void {
    this.#symlinks.set(path, target);
    if (this.#symlinks.size > limits.linksPerLayer) {
      throw new ImageError(
        'limit-exceeded',
        'A layer has more symbolic links than any real one',
        `over ${limits.linksPerLayer}`,
      );
    }
  }
}

function links(map: ReadonlyMap<string, string>): LayerLink[] {
  return Array.from(map, ([path, target]) => ({ path, target }));
}

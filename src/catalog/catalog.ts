import type { Distro } from '../distro/distro.ts';
import type { LayerRef, Ownership, Package, Problem, Relationship } from '../inventory/inventory.ts';

/** A file of the squashed image that some cataloger selected. */
export interface ImageFile {
  /** Path without leading slash by which it was selected, `var/lib/dpkg/status`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Layer that holds the bytes. */
  readonly layer: LayerRef;
  /** The `Extractor` that kept `bytes` of the file; absent when they are the file itself. */
  readonly extractor?: string;
}

/** What a cataloger works on: the files it selected, shadowed ones already gone. */
export interface CatalogInput {
  readonly distro?: Distro;
  /** Sorted by path. */
  readonly files: readonly ImageFile[];
  /** How much is asked for; `files` when absent. */
  readonly detail?: Detail;
  /** Of which paths (absolute) the owner is asked for; of all when absent. */
  readonly owns?: (path: string) => boolean;
}

/**
 * `names`: names, versions and architectures, to tell which layer brought what; `packages`: all of each package;
 * `files`: also which files each owns.
 */
export type Detail = 'names' | 'packages' | 'files';

/** What a cataloger found. */
export interface CatalogResult {
  readonly packages: readonly Package[];
  readonly ownership?: readonly Ownership[];
  readonly relationships?: readonly Relationship[];
  readonly problems: readonly Problem[];
}

/**
 * Turns the files of one package manager into packages. Never throws for bad data: that is a `Problem` with the path.
 */
export interface Cataloger {
  /** Identifier, also the folder's name: `dpkg`. */
  readonly id: string;
  /**
   * Well-known folders (no leading slash) that it reads, which are looked up through symbolic links of the image:
   * `['var/lib/dpkg']`. A file below a linked folder is given by its path below the well-known one.
   */
  readonly needs: readonly string[];
  /**
   * What follows the last dot in the names of the files that it wants, or all of a name without a dot, in lower case:
   * `['json', 'pkg-info']`. It is asked of no others; absent where names do not tell.
   */
  readonly endings?: readonly string[];
  /**
   * Whether it wants the file at this path (no leading slash) for that much detail; called for every entry of every
   * layer: be cheap.
   */
  selects(path: string, detail: Detail): boolean;
  catalog(input: CatalogInput): CatalogResult;
}

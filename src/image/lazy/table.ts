import type { Layer } from '../image.ts';
import type { Fetcher } from './fetcher.ts';
import type { TocEntry } from './toc.ts';

/** A form of layers that tells where its files are. */
type LazyFormat = 'estargz' | 'zstd-chunked';

/** A table of contents that the manifest vouches for. */
export interface Table {
  readonly format: LazyFormat;
  readonly codec: 'gzip' | 'zstd';
  /** All entries of the tar, in its order. */
  readonly entries: readonly TocEntry[];
}

/** Finds the table of contents of a layer; `undefined` where there is none that can be relied on. Throws what the source does. */
export type FindTable = (layer: Layer, fetcher: Fetcher) => Promise<Table | undefined>;

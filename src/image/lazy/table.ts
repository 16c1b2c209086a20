import type { BlobLocation, Layer } from '../image.ts';
import type { Fetcher } from './fetcher.ts';
import type { Ztoc } from './soci-ztoc.ts';
import type { TocEntry } from './toc.ts';

/** Bytes of a layer below which a reading of the whole, which proves more, costs no more. */
export const leastLazy: number = 1 << 20;

/** A form of layers that tells where its files are. */
type LazyFormat = 'estargz' | 'zstd-chunked' | 'soci';

/** A table of contents. */
export interface Table {
  readonly format: LazyFormat;
  readonly codec: 'gzip' | 'zstd';
  /** All entries of the tar, in its order. */
  readonly entries: readonly TocEntry[];
  /** Where it is no part of the layer: how to read that. */
  readonly ztoc?: Ztoc;
  /** Whether the manifest vouches for it; `false` where it was only said to refer to that. */
  readonly isVouched: boolean;
}

/** Fetches a blob that lies beside the layer, yet to be verified; `undefined` where it can't be had. */
export type Beside = (blob: BlobLocation) => Promise<Buffer | undefined>;

/** Finds the table of contents of a layer; `undefined` where there is none that can be relied on. Throws what the source does. */
export type FindTable = (layer: Layer, fetcher: Fetcher, beside: Beside) => Promise<Table | undefined>;

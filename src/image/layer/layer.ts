import { createHash } from 'node:crypto';
import { limits } from '../../internal/limit.ts';
import { algorithmOf } from '../digest.ts';
import { ImageError, type Layer } from '../image.ts';
import { leastLazy } from '../lazy/table.ts';
import { type Blobs, withHead } from './blobs.ts';
import type { ByteSource } from './byte-source.ts';
import { LayerCollector, type LayerContent, type Selects } from './collector.ts';
import { type Compression, compressionOf } from './compression.ts';
import { pump } from './pump.ts';
import { TarWalker } from './tar.ts';

/** How to read a layer. */
export interface ReadOptions {
  /** See `PumpOptions.overlap`. */
  readonly overlap?: () => boolean;
  /** Told of the stored bytes as they are read. */
  readonly onBytes?: (count: number) => void;
  /** Uses the public stream API of zlib. */
  readonly publicApi?: boolean;
  /** Reads only what is wanted of layers with a table of contents, where their place gives ranges. See `readLazily`. */
  readonly lazy?: boolean;
}

/**
 * Reads a layer in one pass: verifies the digest of its blob and its diffID, and keeps the files that are wanted.
 * Throws `ImageError`, and what its place throws.
 */
export async function readLayer(
  layer: Layer,
  selects: Selects,
  blobs: Blobs,
  options: ReadOptions = {},
): Promise<LayerContent> {
  if (layer.blob.kind === 'in-gzip') throw new TypeError('A layer inside a gzip archive is read with its archive');
  if (layer.blob.kind === 'overlay') {
    const { readOverlay } = await import('../source/overlay.ts');
    const content = readOverlay(layer.blob.path, layer.index, selects, layer.blob);
    return { ...content, diffId: layer.diffId };
  }
  const opened = await blobs.open(layer.blob);
  try {
    const content = options.lazy === true ? await lazily(layer, opened, selects, blobs, options) : undefined;
    if (content !== undefined) return content;
    const { head, source } = await withHead(opened);
    return await readLayerBytes(layer, source, head, selects, options);
  } catch (error) {
    throw named(error, layer);
  } finally {
    opened.close();
  }
}

async function lazily(
  layer: Layer,
  source: ByteSource,
  selects: Selects,
  blobs: Blobs,
  { onBytes }: ReadOptions,
): Promise<LayerContent | undefined> {
  if (source.range === undefined || layer.size < leastLazy) return undefined;
  if (layer.annotations === undefined && layer.table === undefined) return undefined;
  const { readLazily } = await import('../lazy/lazy.ts');
  return readLazily(layer, { range: source.range.bind(source) }, selects, {
    open: (blob) => blobs.open(blob),
    ...(onBytes && { onBytes }),
  });
}

/** Says which layer it was. */
export function named(error: unknown, layer: Layer): unknown {
  if (!(error instanceof ImageError)) return error;
  const detail = `layer ${layer.index + 1}, ${layer.digest ?? layer.diffId}${error.detail ? `: ${error.detail}` : ''}`;
  return new ImageError(error.code, error.message, detail, error);
}

async function readLayerBytes(
  layer: Layer,
  source: ByteSource,
  head: Uint8Array,
  selects: Selects,
  options: ReadOptions,
): Promise<LayerContent> {
  const compression = knownCompression(head, layer);
  const check = layerCheck(layer, compression, selects);
  await pump(source, {
    compression,
    onStored: (chunk) => {
      options.onBytes?.(chunk.length);
      check.stored(chunk);
    },
    onPlain: check.plain,
    overlap: options.overlap ?? (() => true),
    publicApi: options.publicApi ?? false,
  });
  return check.finish();
}

/** The compression of a layer's bytes. Throws `encrypted` or `unsupported-media-type`. */
export function knownCompression(head: Uint8Array, layer: Layer): Compression {
  const compression = compressionOf(head);
  if (compression === 'none' || compression === 'gzip' || compression === 'zstd') return compression;
  if (/encrypted/.test(layer.mediaType)) {
    throw new ImageError('encrypted', 'A layer is encrypted; decrypt the image first', layer.mediaType);
  }
  throw compression === 'encrypted-or-unknown'
    ? new ImageError('corrupt', 'A layer is neither a tar archive nor gzip nor zstd', layer.mediaType)
    : new ImageError('unsupported-media-type', 'A layer is compressed in a way that OCI does not know', compression);
}

/** What takes the bytes of a layer, hashes them and walks them. */
export interface LayerCheck {
  readonly stored: (chunk: Uint8Array) => void;
  readonly plain: (chunk: Uint8Array) => void;
  /** Throws `digest-mismatch` or `truncated`. */
  finish(): LayerContent;
}

/** Verifies and walks one layer as its bytes pass. */
export function layerCheck(layer: Layer, compression: Compression, selects: Selects): LayerCheck {
  // What is stored as a plain tar is hashed once, unless its two digests are of different kinds.
  const isOneHash =
    layer.digest === undefined || (compression === 'none' && algorithmOf(layer.digest) === algorithmOf(layer.diffId));
  const storedHash = layer.digest === undefined || isOneHash ? undefined : createHash(algorithmOf(layer.digest));
  const plainHash = createHash(algorithmOf(layer.diffId));
  const collector = new LayerCollector(selects);
  const walker = new TarWalker((entry) => collector.visit(entry));
  let failure: unknown;
  const walk = (chunk: Uint8Array): void => {
    // A broken archive is said only after the digests, which tell a damaged copy from an image made so.
    try {
      if (failure === undefined) walker.write(chunk);
    } catch (error) {
      if (error instanceof ImageError && error.code === 'limit-exceeded') throw error;
      failure = error;
    }
  };
  return {
    stored: (chunk) => storedHash?.update(chunk),
    plain: (chunk) => {
      plainHash.update(chunk);
      walk(chunk);
    },
    finish() {
      const diffId = `${algorithmOf(layer.diffId)}:${plainHash.digest('hex')}`;
      const digest = storedHash && layer.digest ? `${algorithmOf(layer.digest)}:${storedHash.digest('hex')}` : diffId;
      if (layer.digest !== undefined && digest !== layer.digest)
        mismatch('A layer does not have the digest that the manifest gives', layer.digest, digest);
      if (diffId !== layer.diffId)
        mismatch('A layer does not have the diffID that the configuration gives', layer.diffId, diffId);
      if (failure !== undefined) throw failure;
      walker.end();
      return collector.content(layer.index, diffId);
    },
  };
}

function mismatch(message: string, stated: string, computed: string): never {
  throw new ImageError('digest-mismatch', message, `stated ${stated}, computed ${computed}`);
}

/** Whether so many layers are more than any image has. */
export function checkLayerCount(count: number): void {
  if (count > limits.layers) throw new ImageError('limit-exceeded', 'The image has too many layers', String(count));
}

import { statSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ImageError, type Layer } from '../image.ts';
import { fileSource } from './byte-source.ts';
import type { LayerContent, Selects } from './collector.ts';
import { handleDecoder } from './decoder.ts';
import { knownCompression, layerCheck, named, type ReadOptions } from './layer.ts';
import { pump } from './pump.ts';
import { TarWalker } from './tar.ts';

/** Reads all layers of an image in a gzip-compressed archive, in one pass over the archive. Throws `ImageError`. */
export async function readGzipArchive(
  layers: readonly Layer[],
  selects: Selects,
  options: ReadOptions = {},
): Promise<LayerContent[]> {
  const first = layers[0]?.blob;
  if (first?.kind !== 'in-gzip') return [];
  const byOffset = Map.groupBy(layers, ({ blob }) => (blob.kind === 'in-gzip' ? blob.offset : -1));
  const contents = new Map<number, LayerContent>();
  const walker = new TarWalker((entry) => {
    const same = byOffset.get(entry.offset);
    const [layer] = same ?? [];
    if (!same || !layer) return undefined;
    const take = layerStream(layer, selects, (content) => {
      for (const { index } of same) contents.set(index, { ...content, index });
    });
    return {
      stream(chunk) {
        take(chunk);
        return true;
      },
    };
  });
  const source = fileSource(first.path, 0, statSync(first.path).size);
  try {
    await pump(source, {
      compression: 'gzip',
      onStored: (chunk) => options.onBytes?.(chunk.length),
      onPlain: (chunk) => walker.write(chunk),
      overlap: options.overlap ?? (() => true),
    });
  } finally {
    source.close();
  }
  walker.end();
  return layers.map((layer) => {
    const content = contents.get(layer.index);
    if (!content) throw new ImageError('truncated', 'The archive is cut off before a layer', layer.diffId);
    return content;
  });
}

/** Takes one layer's bytes as they pass; gives its content at the end. */
function layerStream(
  layer: Layer,
  selects: Selects,
  done: (content: LayerContent) => void,
): (chunk: Uint8Array | undefined) => void {
  let head = Buffer.alloc(0);
  let sink: { write(chunk: Uint8Array): void; end(): LayerContent } | undefined;
  return (chunk) => {
    try {
      if (sink) {
        if (chunk) sink.write(chunk);
      } else if (chunk) head = Buffer.concat([head, chunk]);
      if (!sink && (head.length >= 512 || !chunk)) {
        sink = plainSink(layer, head, selects);
        sink.write(head);
      }
      if (!chunk && sink) done(sink.end());
    } catch (error) {
      throw named(error, layer);
    }
  };
}

function plainSink(
  layer: Layer,
  head: Buffer,
  selects: Selects,
): { write(chunk: Uint8Array): void; end(): LayerContent } {
  const compression = knownCompression(head, layer);
  const check = layerCheck(layer, compression, selects);
  if (compression === 'none') return { write: check.plain, end: () => check.finish() };
  const decoder = handleDecoder(compression);
  if (!decoder) return wholeSink(check, compression);
  const output = Buffer.allocUnsafeSlow(1 << 20);
  return {
    write(chunk) {
      check.stored(chunk);
      for (let offset = 0, more = true; more; ) {
        const { consumed, produced } = decoder.step(chunk, offset, chunk.length - offset, output);
        check.plain(output.subarray(0, produced));
        offset += consumed;
        more = produced === output.length || (offset < chunk.length && consumed + produced > 0);
      }
    },
    end() {
      decoder.close();
      return check.finish();
    },
  };
}

/** Without the native handle there is no synchronous stream: the layer is put together first. */
function wholeSink(
  check: ReturnType<typeof layerCheck>,
  compression: 'gzip' | 'zstd',
): { write(chunk: Uint8Array): void; end(): LayerContent } {
  const chunks: Buffer[] = [];
  return {
    write(chunk) {
      check.stored(chunk);
      chunks.push(Buffer.from(chunk));
    },
    end() {
      const packed = Buffer.concat(chunks);
      check.plain(compression === 'gzip' ? gunzipSync(packed) : zstdDecompressSync(packed));
      return check.finish();
    },
  };
}

// Reads layers of tests lazily and whole, to compare the two.
import { createHash } from 'node:crypto';
import type { Extractor, Layer } from '../../src/image/image.ts';
import type { Blobs } from '../../src/image/layer/blobs.ts';
import type { ByteSource } from '../../src/image/layer/byte-source.ts';
import type { LayerContent, Selects } from '../../src/image/layer/collector.ts';
import { readLayer } from '../../src/image/layer/layer.ts';
import { readLazily } from '../../src/image/lazy/lazy.ts';
import type { LazyLayer } from './lazy-layer.ts';
import { digestOf } from './oci-image.ts';
import type { SociLayer } from './soci.ts';

/** A blob in memory that gives ranges. */
export function rangeSource(blob: Buffer): Required<Pick<ByteSource, 'range'>> & ByteSource {
  let at = 0;
  return {
    read(into) {
      const length = blob.copy(into, 0, at, at + into.length);
      at += length;
      return length;
    },
    range: (offset, length) => Promise.resolve(Uint8Array.from(blob.subarray(offset, offset + length))),
    close: () => undefined,
  };
}

/** The layer that a manifest would tell of. */
export function layerOf({ blob, diffId, annotations }: LazyLayer): Layer {
  const digest = digestOf(blob);
  const location = { kind: 'file', path: '', offset: 0, size: blob.length } as const;
  return { index: 0, digest, diffId, size: blob.length, mediaType: '', annotations, blob: location };
}

/** Reads a layer as lanes do: lazily if that is asked for and its table can be used, however small it is. */
export async function read(layer: LazyLayer, selects: Selects, lazy: boolean): Promise<LayerContent> {
  const described = layerOf(layer);
  const lazily = lazy ? await readLazily(described, rangeSource(layer.blob), selects) : undefined;
  return lazily ?? readLayer(described, selects, blobsOf(layer));
}

/** A place of blobs that has just this one. */
export function blobsOf({ blob }: LazyLayer): Blobs {
  return { open: () => Promise.resolve(rangeSource(blob)), close: () => Promise.resolve() };
}

const hasX = (tail: Uint8Array): boolean => Buffer.from(tail).subarray(-100).includes('X');

/** Keeps a digest of files that begin with a P, or with a T and have an X among the last hundred bytes. */
export const probe: Extractor = {
  id: 'probe',
  byName: false,
  selects: () => true,
  open(_path, size) {
    const hash = createHash('sha256');
    let text = '';
    return {
      write(chunk) {
        hash.update(chunk);
        text += Buffer.from(chunk).toString('latin1');
        return /^[PT]/.test(text);
      },
      end() {
        const kept = text.startsWith('P') || (text.startsWith('T') && text.slice(-100).includes('X'));
        return kept ? { bytes: Uint8Array.from(Buffer.from(`${size} ${hash.digest('hex')}`)) } : undefined;
      },
    };
  },
  glances: {
    bytes: 4096,
    likely: (path, mayExecute) => mayExecute || path.endsWith('.so'),
    judge(_path, size, head) {
      if (head[0] === 0x50) return 'everything';
      if (head[0] !== 0x54) return 'nothing';
      return { from: Math.max(0, size - 100), urgent: false, shows: hasX };
    },
  },
};

/** Keeps the first bytes of a file, and looks at no more. */
const beginnings: Extractor = {
  id: 'beginnings',
  byName: true,
  selects: (path) => path.endsWith('.begin'),
  open() {
    const first: number[] = [];
    return {
      write(chunk) {
        first.push(...chunk.subarray(0, 5 - first.length));
        return first.length < 5;
      },
      end: () => ({ bytes: Uint8Array.from(first) }),
    };
  },
};

/** Wants settings whole, beginnings by name, and looks for the rest into everything but documents. */
export const selects: Selects = (path) => {
  if (path.endsWith('.conf') || path.endsWith('status')) return true;
  if (beginnings.selects(path)) return beginnings;
  return path.endsWith('.txt') ? false : probe;
};

/** Reads a gzip layer by its zTOC; `undefined` where it is to be read whole. */
export function readBySoci(layer: SociLayer, selects: Selects, isVouched = true): Promise<LayerContent | undefined> {
  const { ztoc, blob } = layer;
  const place = { kind: 'file', path: '', offset: 0, size: ztoc.length } as const;
  const described = { ...layerOf(layer), table: { digest: digestOf(ztoc), blob: place, isVouched } };
  return readLazily(described, rangeSource(blob), selects, { open: () => Promise.resolve(rangeSource(ztoc)) });
}

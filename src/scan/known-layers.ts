import type { LayerCache } from '../image/cache/layer-cache.ts';
import type { Layer } from '../image/image.ts';
import type { LayerContent } from '../image/layer/collector.ts';
import { checkpoint } from './checkpoint.ts';
import { wantsOf } from './layer-wants.ts';
import type { Wanted } from './selection.ts';
import { isVerified } from './verified.ts';

/** What was read of the same layers before, and what was wanted then. */
export interface ReadBefore {
  readonly contents: readonly LayerContent[];
  readonly wanted: Wanted;
}

/** A layer and what is wanted of it in the word of the cache. */
export interface WantedLayer {
  readonly layer: Layer;
  readonly wants: string;
  /** Indices of layers that are the same bytes. */
  readonly same: readonly number[];
}

/** Layers told apart by whether anything of them must be read. */
export interface KnownLayers {
  readonly known: readonly LayerContent[];
  readonly unread: readonly WantedLayer[];
  /** Those of the known that the cache knew. */
  readonly cached: readonly WantedLayer[];
}

/** Where contents may be known from. */
export interface KnownFrom {
  readonly layers?: LayerCache | undefined;
  readonly before?: ReadBefore | undefined;
  /** Told of each as it is found; what it throws ends the finding. */
  readonly take: (content: LayerContent) => void;
}

/**
 * Finds what is known of layers: from the last reading where the further wishes don't concern the layer, else from the
 * cache. Throws what `take` throws, and the signal's reason once it is aborted.
 */
export async function knownLayers(
  layers: readonly Layer[],
  wanted: Wanted,
  { layers: cache, before, take }: KnownFrom,
  signal?: AbortSignal,
): Promise<KnownLayers> {
  const known: LayerContent[] = [];
  const cached = new Map<string, CachedLayer>();
  const unread = new Map<string, WantedLayer>();
  const earlier = new Map(before?.contents.map((content) => [content.index, content]));
  for (const layer of layers) {
    await checkpoint(signal);
    const last = earlier.get(layer.index);
    const wants = wantsOf(wanted, layer.digest, last?.paths);
    const id = identity(layer);
    const twin = unread.get(id);
    if (twin !== undefined) {
      unread.set(id, { ...twin, same: [...twin.same, layer.index] });
      continue;
    }
    const isAsBefore =
      before !== undefined && last !== undefined && wantsOf(before.wanted, layer.digest, last.paths) === wants;
    const content = isAsBefore ? last : readCached({ layer, wants, same: [] }, cache, cached);
    if (content === undefined) {
      unread.set(id, { layer, wants, same: [] });
      continue;
    }
    take(content);
    known.push({ ...content, index: layer.index });
  }
  return { known, unread: [...unread.values()], cached: Array.from(cached.values(), (one) => one.wanted) };
}

interface CachedLayer {
  readonly wanted: WantedLayer;
  readonly content: LayerContent;
}

/** Reads an entry once, however many layers it is for. */
function readCached(
  wanted: WantedLayer,
  cache: LayerCache | undefined,
  cached: Map<string, CachedLayer>,
): LayerContent | undefined {
  const { layer, wants } = wanted;
  if (cache === undefined || !isVerified(layer)) return undefined;
  const key = cache.keyOf(layer.diffId, wants);
  const known = cached.get(key)?.content;
  if (known !== undefined) return known;
  const content = cache.read(layer.diffId, wants);
  if (content !== undefined) cached.set(key, { wanted, content });
  return content;
}

/** The same for layers that are the same bytes, where that is sure: by digest, else by place. */
function identity(layer: Layer): string {
  const { digest, diffId, blob } = layer;
  return JSON.stringify([diffId, isVerified(layer) ? (digest ?? blob) : blob]);
}

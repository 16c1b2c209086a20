import type { Layer } from '../../image/image.ts';

/** What can be done next. */
export type Step =
  | { readonly kind: 'layer'; readonly layer: Layer }
  /** All layers of the image have been read; it is the one at this place of the list. */
  | { readonly kind: 'image'; readonly at: number };

/** Images and the layers that they share: each layer is one step, however many images have it. */
export interface LayerGraph {
  /** Nothing: there is no more, or all waits for steps that are not done. An image comes before a further layer. */
  next(): Step | undefined;
  done(step: Step): void;
}

/**
 * The graph of images by their layers to read, in the order in which they are to come. `read` has the diffIDs of layers that
 * were read before, and is added to.
 */
export function layerGraph(images: readonly (readonly Layer[])[], read: Set<string>): LayerGraph {
  const waiting = new Map<string, number[]>();
  const lacking: number[] = [];
  const ready: number[] = [];
  const layers: Layer[] = [];
  for (const [at, own] of images.entries()) {
    const unread = new Map(own.filter(({ diffId }) => !read.has(diffId)).map((layer) => [layer.diffId, layer]));
    lacking[at] = unread.size;
    if (unread.size === 0) ready.push(at);
    for (const [diffId, layer] of unread) {
      const before = waiting.get(diffId);
      if (before === undefined) {
        waiting.set(diffId, [at]);
        layers.push(layer);
      } else before.push(at);
    }
  }
  let nextLayer = 0;
  let nextReady = 0;
  return {
    next() {
      const at = ready[nextReady];
      if (at !== undefined) {
        nextReady++;
        return { kind: 'image', at };
      }
      const layer = layers[nextLayer++];
      return layer && { kind: 'layer', layer };
    },
    done(step) {
      if (step.kind === 'image') return;
      const { diffId } = step.layer;
      read.add(diffId);
      for (const at of waiting.get(diffId) ?? []) {
        const left = (lacking[at] ?? 0) - 1;
        lacking[at] = left;
        if (left === 0) ready.push(at);
      }
      waiting.delete(diffId);
    },
  };
}

/**
 * Puts images with the same lowest layers beside one another, those first whose lowest layer most others have; images that
 * have nothing in common keep their order. Gives places in the list.
 */
export function sharedFirst(images: readonly (readonly Layer[])[]): number[] {
  const users = new Map<string, number>();
  for (const [base] of images) if (base) users.set(base.diffId, (users.get(base.diffId) ?? 0) + 1);
  const popularity = (at: number): number => users.get(images[at]?.[0]?.diffId ?? '') ?? 1;
  const chains = images.map((layers) => layers.map(({ diffId }) => diffId).join());
  return images
    .map((_, at) => at)
    .toSorted((a, b) => {
      const more = popularity(b) - popularity(a);
      if (more !== 0 || popularity(a) <= 1) return more;
      const [left = '', right = ''] = [chains[a], chains[b]];
      return left < right ? -1 : left > right ? 1 : 0;
    });
}

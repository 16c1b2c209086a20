import { type EngineContainer, EngineError } from '../../engine/engine.ts';
import type { BlobLocation, LayeredImage } from '../image.ts';

/** Digits of an identifier that name a container, at least. */
const shortestPrefix = 6;

/** Puts on top of an image what a container has written. */
export function withWritten(
  image: LayeredImage,
  { id, names, state }: Pick<EngineContainer, 'id' | 'names' | 'state'>,
  upper: Extract<BlobLocation, { kind: 'overlay' }>,
): LayeredImage {
  return {
    ...image,
    container: { id, names, state },
    layers: [
      ...image.layers,
      { ...folderLayer(image.layers.length, upper), createdBy: `written by container ${id.slice(0, 12)}` },
    ],
  };
}

/** A layer of which only the folder is known. */
export function folderLayer(
  index: number,
  blob: Extract<BlobLocation, { kind: 'overlay' }>,
): LayeredImage['layers'][number] {
  return { index, diffId: '', size: 0, mediaType: 'application/vnd.oci.image.layer.v1.tar', blob };
}

/** The same digits begin several identifiers, or a name is that of several. Throws `ambiguous`. */
export function theContainer<T extends { readonly id: string; readonly names: readonly string[] }>(
  all: readonly T[],
  name: string,
): T | undefined {
  const ways: readonly ((one: T) => boolean)[] = [
    ({ id }) => id === name,
    ({ names }) => names.includes(name),
    ({ id }) => name.length >= shortestPrefix && id.startsWith(name),
  ];
  for (const way of ways) {
    const found = all.filter(way);
    if (found.length > 1)
      throw new EngineError('ambiguous', 'Several containers go by that name', found.map(({ id }) => id).join(', '));
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

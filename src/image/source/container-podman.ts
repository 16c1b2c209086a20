import { EngineError } from '../../engine/engine.ts';
import { podmanStoreContainers, podmanStoredImage } from '../../engine/podman/store.ts';
import type { Image, OpenOptions } from '../image.ts';
import { notApart } from './container-docker.ts';
import { at } from './docker-daemon.ts';
import { serviceRoot, storeOf } from './podman.ts';
import { marksOf, unpackedImage } from './unpacked.ts';
import { theContainer, withWritten } from './written.ts';

/**
 * Opens a container of podman from its storage, for which it need not run; `undefined` where it has none of that name. Whether
 * it runs only podman knows. Throws `EngineError`, `ImageError`.
 */
export async function openPodmanContainer(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<Image | undefined> {
  const store = (await serviceRoot(options)) ?? storeOf(options.engines);
  if (store === undefined) return undefined;
  const container = theContainer(podmanStoreContainers(store), name);
  if (container === undefined) return undefined;
  const { id, imageDigest, writableLayer } = container;
  if (writableLayer === undefined || imageDigest === undefined) throw notApart(id);
  const stored = podmanStoredImage(store, imageDigest);
  const marks = marksOf(store.root);
  const image = unpackedImage(reference, stored, options, marks);
  if (image === undefined) {
    const detail = stored.kind === 'elsewhere' ? stored.detail : id;
    throw new EngineError('bad-answer', 'The image of the container is not to be had', detail);
  }
  if (image.kind !== 'layered') throw notApart(id);
  const isMixed = stored.kind === 'layers' && stored.whiteouts === 'either';
  const blob = { kind: 'overlay', path: writableLayer, size: 0, whiteoutFiles: isMixed, ...marks } as const;
  return at(withWritten(image, { ...container, state: 'unknown' }, blob), 'podman', store.root);
}

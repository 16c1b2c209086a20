import { containerdAddress } from '../../engine/containerd/address.ts';
import { findContainer, findImage } from '../../engine/containerd/find.ts';
import { writableLayer } from '../../engine/containerd/writable-layer.ts';
import { EngineError } from '../../engine/engine.ts';
import { chainIds } from '../../engine/unpacked/unpacked.ts';
import { ImageError, type LayeredImage, type OpenOptions } from '../image.ts';
import { openTarget } from './containerd.ts';

/**
 * Opens a container of containerd: its image, and on top of it what the container has written. Throws `EngineError`,
 * `ImageError` (`missing-blob` where the container stands on another image than its name now leads to).
 */
export async function openContainer(reference: string, name: string, options: OpenOptions): Promise<LayeredImage> {
  const { env = {}, sockets, namespace } = options.engines ?? {};
  const address = containerdAddress({ env, socket: sockets?.containerd, namespace });
  const container = await findContainer(address, name);
  const written = await writableLayer(address, container);
  const found = await findImage(container.engine, container.image);
  if (found.digest === undefined) throw new EngineError('not-found', 'containerd has not that image', container.image);
  const target = { ...found.engine, digest: found.digest, mediaType: found.mediaType ?? '' };
  const image = await openTarget(reference, target, options);
  const chain = chainIds(image.layers.map(({ diffId }) => diffId)).at(-1);
  if (written.chainId !== undefined && written.chainId !== chain) {
    throw new ImageError(
      'missing-blob',
      'The container was made from another image than its name now leads to',
      `${container.image}: stands on ${written.chainId}, the image is ${chain}`,
    );
  }
  const { upper, userAttributes } = written;
  return {
    ...image,
    container: { id: container.id, names: container.names, state: container.state },
    layers: [
      ...image.layers,
      {
        index: image.layers.length,
        diffId: '',
        size: 0,
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        createdBy: `written by container ${container.id.slice(0, 12)}`,
        blob: { kind: 'overlay', path: upper, size: 0, userAttributes },
      },
    ],
  };
}

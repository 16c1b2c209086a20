import { containerdAddress } from '../../engine/containerd/address.ts';
import { openContentStore } from '../../engine/containerd/content.ts';
import { findImage } from '../../engine/containerd/find.ts';
import { type EngineAddress, EngineError } from '../../engine/engine.ts';
import type { LayeredImage, OpenOptions } from '../image.ts';
import type { ContentStore } from './blob-store.ts';
import { openManifest } from './oci.ts';

/** Opens an image of containerd; `undefined` where it has none of that name. Throws `EngineError`, `ImageError`. */
export async function openFromContainerd(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<LayeredImage | undefined> {
  const { env = {}, sockets, namespace } = options.engines ?? {};
  const address = containerdAddress({ env, socket: sockets?.containerd, namespace });
  const found = await unlessAbsent(findImage(address, name));
  if (found?.digest === undefined) return undefined;
  return openTarget(reference, { ...found.engine, digest: found.digest, mediaType: found.mediaType ?? '' }, options);
}

/** What a name of containerd leads to. */
export interface Target extends EngineAddress {
  readonly digest: string;
  readonly mediaType: string;
}

/** Opens the image of a manifest or index in containerd's content store. Throws `EngineError`, `ImageError`. */
export async function openTarget(
  reference: string,
  { digest, mediaType, ...engine }: Target,
  options: OpenOptions,
): Promise<LayeredImage> {
  const store = await openContentStore(engine);
  try {
    const contents: ContentStore = {
      place: `containerd ${engine.namespace ?? ''}`,
      small: (wanted) => store.small(wanted),
      async locate(wanted) {
        const path = await store.file(wanted);
        const info = await store.info(wanted);
        if (info === undefined) return undefined;
        return path === undefined
          ? { kind: 'engine', engine, digest: wanted, size: info.size }
          : { kind: 'file', path, offset: 0, size: info.size };
      },
    };
    const image = await openManifest(reference, contents, { digest, mediaType }, options);
    return {
      ...image,
      foundAt: { place: 'containerd', address: `${engine.namespace ?? 'default'} at ${engine.socket}` },
    };
  } finally {
    store.close();
  }
}

/** `undefined` instead of `not-found`. */
export async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'not-found') return undefined;
    throw error;
  }
}

import { basename, dirname } from 'node:path';
import { containerdAddress } from '../../engine/containerd/address.ts';
import { type ContentStoreClient, openContentStore } from '../../engine/containerd/content.ts';
import { findImage } from '../../engine/containerd/find.ts';
import { type EngineAddress, EngineError } from '../../engine/engine.ts';
import type { BlobLocation, EngineSettings, LayeredImage, OpenOptions } from '../image.ts';
import type { ContentStore } from './blob-store.ts';
import { openManifest } from './oci.ts';

/** Opens an image of containerd; `undefined` where it has none of that name. Throws `EngineError`, `ImageError`. */
export async function openFromContainerd(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<LayeredImage | undefined> {
  const found = await unlessAbsent(findImage(addressOf(options.engines), name));
  if (found?.digest === undefined) return undefined;
  return openTarget(reference, { ...found.engine, digest: found.digest, mediaType: found.mediaType ?? '' }, options);
}

/** Where containerd is asked. */
export function addressOf(settings: EngineSettings | undefined): EngineAddress {
  const { env = {}, sockets, namespace } = settings ?? {};
  return containerdAddress({ env, socket: sockets?.containerd, namespace });
}

/** What a name of containerd leads to. */
export interface Target extends EngineAddress {
  readonly digest: string;
  readonly mediaType: string;
}

/** Tells where layers lie unpacked; see `ContentStore`. */
export type FindUnpacked = NonNullable<ContentStore['unpacked']>;

/**
 * Opens the image of a manifest or index in containerd's content store. Layers of which the blobs were discarded are read as
 * they are unpacked. Throws `EngineError`, `ImageError`.
 */
export async function openTarget(
  reference: string,
  { digest, mediaType, ...engine }: Target,
  options: OpenOptions,
  unpacked?: FindUnpacked,
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
      unpacked: unpacked ?? ((diffIds) => inSnapshots(store, digest, engine, diffIds)),
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

/** By the folder of containerd, which is found by a blob that is there: asking for a mount would make a snapshot. */
async function inSnapshots(
  store: ContentStoreClient,
  digest: string,
  { namespace = 'default' }: EngineAddress,
  diffIds: readonly string[],
): Promise<readonly BlobLocation[] | undefined> {
  const path = await store.file(digest);
  const content = path === undefined ? '' : dirname(dirname(dirname(path)));
  if (basename(content) !== 'io.containerd.content.v1.content') return undefined;
  return unpackedBelow(dirname(content), namespace, diffIds);
}

/** Layers as the overlay snapshotters of the folder of a containerd hold them. Throws `EngineError` (`no-permission`). */
export async function unpackedBelow(
  root: string,
  namespace: string,
  diffIds: readonly string[],
): Promise<readonly BlobLocation[] | undefined> {
  const { unpackedLayersIn } = await import('../../engine/containerd-folder/containerd-folder.ts');
  const folders = await unlessAbsent(unpackedLayersIn(root, namespace, diffIds));
  return folders?.map((folder) => ({ kind: 'overlay', path: folder, size: 0 }));
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

import { images } from '../../engine/containerd/containerd.ts';
import { findContainer, findImage } from '../../engine/containerd/find.ts';
import { type WritableLayer, writableLayer } from '../../engine/containerd/writable-layer.ts';
import { type EngineContainer, EngineError, type EngineImage } from '../../engine/engine.ts';
import { chainIds } from '../../engine/unpacked/unpacked.ts';
import { ImageError, type LayeredImage, type OpenOptions } from '../image.ts';
import { hostPlatform } from '../platform.ts';
import { addressOf, openTarget, unlessAbsent } from './containerd.ts';
import { folderLayer, withWritten } from './written.ts';

/** Images that are looked at for the one that a container stands on. */
const mostImages = 2000;

/** Opens a container of containerd; `undefined` where it has none of that name. Throws `EngineError`, `ImageError`. */
export async function openContainerdContainer(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<LayeredImage | undefined> {
  const container = await unlessAbsent(findContainer(addressOf(options.engines), name));
  if (container === undefined) return undefined;
  const written = await writableLayer(container.engine, container);
  const image = await standsOn(reference, container, written, options);
  return withWritten(image, container, overlay(written, written.upper));
}

function overlay({ userAttributes }: WritableLayer, path: string): Parameters<typeof folderLayer>[1] {
  return { kind: 'overlay', path, size: 0, userAttributes };
}

/** The image of which the container's layers are, whatever its name leads to now; without one, the layers alone. */
async function standsOn(
  reference: string,
  { engine, image: name }: EngineContainer,
  written: WritableLayer,
  options: OpenOptions,
): Promise<LayeredImage> {
  const { chainId } = written;
  if (chainId === undefined) return withoutImage(reference, written, engine);
  const named = name === '' ? undefined : await unlessAbsent(findImage(engine, name));
  const first = named && (await ifItIs(chainId, named, { reference, written, options }));
  if (first !== undefined) return first;
  const others = (await images(engine)).slice(0, mostImages).filter(({ digest }) => digest !== named?.digest);
  for (const other of others) {
    const image = await ifItIs(chainId, other, { reference, written, options });
    if (image === undefined) continue;
    const moved = `The name of the container's image, ${name}, no longer leads to what it stands on, which was read.`;
    return { ...image, remarks: [...(image.remarks ?? []), moved] };
  }
  return withoutImage(reference, written, engine);
}

function chainOf(diffIds: readonly string[]): string | undefined {
  return chainIds(diffIds).at(-1);
}

async function ifItIs(
  chainId: string,
  { engine, digest, mediaType = '' }: EngineImage,
  asked: { readonly reference: string; readonly written: WritableLayer; readonly options: OpenOptions },
): Promise<LayeredImage | undefined> {
  if (digest === undefined) return undefined;
  const { reference, written, options } = asked;
  const lowers = written.lowers.map((path) => overlay(written, path));
  try {
    const image = await openTarget(reference, { ...engine, digest, mediaType }, options, (diffIds) =>
      Promise.resolve(chainOf(diffIds) === chainId ? lowers : undefined),
    );
    return chainOf(image.layers.map(({ diffId }) => diffId)) === chainId ? image : undefined;
  } catch (error) {
    // It is another image, or its documents are gone; the folders are there.
    if (error instanceof ImageError || (error instanceof EngineError && error.code === 'not-found')) return undefined;
    throw error;
  }
}

function withoutImage(reference: string, written: WritableLayer, engine: EngineContainer['engine']): LayeredImage {
  const gone =
    'Of the image below the container neither manifest nor configuration were found: its layers were read as they are unpacked, and nothing tells what made them or proves that they are unchanged.';
  return {
    kind: 'layered',
    reference,
    mediaType: '',
    platform: hostPlatform(),
    config: { labels: {}, ports: [], healthcheck: false },
    layers: written.lowers.map((path, index) => folderLayer(index, overlay(written, path))),
    foundAt: { place: 'containerd', address: `${engine.namespace ?? 'default'} at ${engine.socket}` },
    ...(written.lowers.length === 0 ? {} : { remarks: [gone] }),
  };
}

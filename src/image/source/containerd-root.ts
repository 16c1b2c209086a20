import { containerNames } from '../../engine/container-names.ts';
import {
  chainBelow,
  contentFolderIn,
  type FolderImage,
  folderContainers,
  folderImages,
  writableLayerIn,
} from '../../engine/containerd-folder/containerd-folder.ts';
import { EngineError } from '../../engine/engine.ts';
import { chainIds } from '../../engine/unpacked/unpacked.ts';
import { formatName, parseName } from '../../registry/name.ts';
import { ImageError, type LayeredImage, type OpenOptions, type Reference } from '../image.ts';
import { contentsOf } from './blob-store.ts';
import { unpackedBelow } from './containerd.ts';
import { folderStore } from './layout.ts';
import { openManifest } from './oci.ts';
import { theContainer, withWritten } from './written.ts';

type RootReference = Extract<Reference, { scheme: 'containerd-root' }>;

/**
 * Opens an image, or a container with what it has written, out of the root folder of a containerd that need not run: of a
 * stopped machine, of a mounted disk. Throws `EngineError`, `ImageError`.
 */
export async function openFromRoot(
  reference: string,
  { path, name, container }: RootReference,
  options: OpenOptions,
): Promise<LayeredImage> {
  if (container !== undefined) return openContainerIn(reference, path, container, options);
  return openImageIn(reference, path, theImage(await imagesIn(path, options), name, path), options);
}

async function imagesIn(path: string, { engines }: OpenOptions): Promise<readonly FolderImage[]> {
  const all = await folderImages(path);
  return all.filter(({ namespace }) => engines?.namespace === undefined || namespace === engines.namespace);
}

async function openImageIn(
  reference: string,
  path: string,
  { namespace, digest, mediaType }: FolderImage,
  options: OpenOptions,
): Promise<LayeredImage> {
  const contents = {
    ...contentsOf(folderStore(contentFolderIn(path))),
    unpacked: (diffIds: readonly string[]) => unpackedBelow(path, namespace, diffIds),
  };
  const image = await openManifest(reference, contents, { digest, mediaType }, options);
  return { ...image, foundAt: { place: 'containerd', address: `${namespace} in ${path}` } };
}

async function openContainerIn(
  reference: string,
  path: string,
  name: string,
  options: OpenOptions,
): Promise<LayeredImage> {
  const { namespace } = options.engines ?? {};
  const all = (await folderContainers(path)).filter((one) => namespace === undefined || one.namespace === namespace);
  const found = theContainer(
    all.map((one) => ({ ...one, names: containerNames(one.labels) })),
    name,
  );
  if (found === undefined) throw new EngineError('not-found', 'containerd has no such container', `${name} (${path})`);
  const upper = await writableLayerIn(path, found);
  if (upper === undefined)
    throw new EngineError('unsupported', 'The snapshotter does not keep the changes of a container apart', found.id);
  const images = (await folderImages(path)).filter((one) => one.namespace === found.namespace);
  const image = await below(
    reference,
    path,
    { images, named: found.image, chain: await chainBelow(path, found) },
    options,
  );
  return withWritten(image, { ...found, state: 'unknown' }, { kind: 'overlay', path: upper, size: 0 });
}

interface Below {
  readonly images: readonly FolderImage[];
  readonly named: string;
  readonly chain: string | undefined;
}

/** The image of which the container's layers are; its name may have moved on. */
async function below(
  reference: string,
  path: string,
  { images, named, chain }: Below,
  options: OpenOptions,
): Promise<LayeredImage> {
  const isNamed = ({ name }: FolderImage): boolean => name === named;
  for (const one of [...images.filter(isNamed), ...images.filter((other) => !isNamed(other))]) {
    const image = await unlessBroken(openImageIn(reference, path, one, options));
    if (image === undefined || chainIds(image.layers.map(({ diffId }) => diffId)).at(-1) !== chain) continue;
    const moved = `The name of the container's image, ${named}, no longer leads to what it stands on, which was read.`;
    return isNamed(one) ? image : { ...image, remarks: [...(image.remarks ?? []), moved] };
  }
  throw new ImageError('missing-blob', 'The image that the container stands on is not there', `${named}: ${chain}`);
}

async function unlessBroken<T>(opened: Promise<T>): Promise<T | undefined> {
  try {
    return await opened;
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

/** By its name as anybody writes it, or a digest or the beginning of one; the only one without a name. */
function theImage(all: readonly FolderImage[], name: string | undefined, path: string): FolderImage {
  const full = fullName(name);
  const ways: readonly ((image: FolderImage) => boolean)[] =
    name === undefined
      ? [() => true]
      : [
          (image) => image.name === name || (full !== undefined && fullName(image.name) === full),
          ({ digest, name: own }) => beginsWith(digest, name) || beginsWith(own, name),
        ];
  const found = ways.map((way) => all.filter(way)).find((some) => some.length > 0) ?? [];
  const [first] = found;
  const known = all.map(({ namespace, name: own }) => `${namespace}: ${own}`).slice(0, 10);
  if (first === undefined)
    throw new EngineError(
      'not-found',
      'containerd has no image of that name',
      `${name ?? path}; there are: ${known.join(', ')}`,
    );
  if (found.every(({ digest }) => digest === first.digest)) return first;
  if (name === undefined)
    throw new ImageError(
      'bad-reference',
      'There are several images; name one as containerd-root:FOLDER#NAME',
      known.join(', '),
    );
  throw new EngineError('ambiguous', 'Several images go by that name', `${name}; there are: ${known.join(', ')}`);
}

function fullName(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : formatName(parseName(name));
  } catch {
    return undefined;
  }
}

function beginsWith(digest: string, text: string): boolean {
  const hex = /^(?:sha256:)?([0-9a-f]{6,64})$/.exec(text)?.[1];
  return hex !== undefined && digest.startsWith(`sha256:${hex}`);
}

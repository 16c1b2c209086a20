import { statSync } from 'node:fs';
import type { Unpacked, UnpackedLayer, UnpackedLayers, UnpackedTree } from '../../engine/unpacked/unpacked.ts';
import type { BlobLocation, Image, LayeredImage, OpenOptions } from '../image.ts';
import { parseJson, string } from './blob-store.ts';
import { imageOf } from './config.ts';

/** What is said of an image of which some layers are folders. */
const unproven =
  'Its layers were read as the engine has unpacked them: nothing proves that they still are what their digests say.';

/** How the folders of a store are marked. */
export interface OverlayMarks {
  /** As `user.overlay.*`: the store is that of a user without privileges. */
  readonly userAttributes?: boolean;
}

/** What a user without privileges may write in its own store. */
export function marksOf(root: string): OverlayMarks {
  const owner = statSync(root, { throwIfNoEntry: false })?.uid ?? 0;
  return owner === 0 ? {} : { userAttributes: true };
}

/** An image as an engine has unpacked it; `undefined` where it is not to be had so. Throws `ImageError`. */
export function unpackedImage(
  reference: string,
  found: Unpacked,
  options: OpenOptions,
  marks: OverlayMarks = {},
): Image | undefined {
  if (found.kind === 'elsewhere') return undefined;
  const layers = found.layers.map((layer) => tarOf(layer));
  if (layers.every((blob) => blob !== undefined)) return assembled(reference, found, layers, options);
  if (found.kind === 'tree') return { kind: 'rootfs', reference, path: found.path, remarks: [unproven] };
  const { whiteouts } = found;
  const blobs = found.layers.map(
    ({ path, size = 0 }, index): BlobLocation =>
      layers[index] ?? { kind: 'overlay', path, size, whiteoutFiles: whiteouts === 'either', ...marks },
  );
  return { ...assembled(reference, found, blobs, options), remarks: [unproven] };
}

function tarOf({ path, tarSplit, size = 0 }: UnpackedLayer): BlobLocation | undefined {
  return tarSplit === undefined ? undefined : { kind: 'tar-split', index: tarSplit, folder: path, size };
}

function assembled(
  reference: string,
  { config, configDigest, manifest }: UnpackedLayers | UnpackedTree,
  blobs: readonly BlobLocation[],
  options: OpenOptions,
): LayeredImage {
  const type = manifest && string(parseJson(manifest.bytes, manifest.digest)['mediaType']);
  return imageOf({
    reference,
    ...(manifest === undefined ? {} : { digest: manifest.digest }),
    configDigest,
    mediaType: type ?? 'application/vnd.docker.image',
    config: parseJson(config, configDigest),
    layers: blobs.map((blob) => ({ mediaType: 'application/vnd.docker.image.rootfs.diff.tar', blob })),
    wanted: options.platform,
  });
}

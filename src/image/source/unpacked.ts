import type { Unpacked } from '../../engine/unpacked/unpacked.ts';
import type { Image, OpenOptions } from '../image.ts';
import { parseJson } from './blob-store.ts';
import { imageOf } from './config.ts';

const unproven =
  'Its layers were read as the engine has unpacked them: nothing proves that they still are what their digests say.';

/** An image as an engine has unpacked it; `undefined` where it is not to be had so. Throws `ImageError`. */
export function unpackedImage(reference: string, found: Unpacked, options: OpenOptions): Image | undefined {
  if (found.kind === 'elsewhere') return undefined;
  if (found.kind === 'tree') return { kind: 'rootfs', reference, path: found.path, remarks: [unproven] };
  const { layers, manifest, whiteouts } = found;
  const image = imageOf({
    reference,
    ...(manifest === undefined ? {} : { digest: manifest.digest }),
    configDigest: found.configDigest,
    mediaType: 'application/vnd.docker.image',
    config: parseJson(found.config, found.configDigest),
    layers: layers.map(({ path, size = 0 }) => ({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
      blob: { kind: 'overlay', path, size, whiteoutFiles: whiteouts === 'either' },
    })),
    wanted: options.platform,
  });
  return { ...image, remarks: [unproven] };
}

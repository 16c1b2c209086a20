import { ImageError, type LayeredImage, type OpenOptions, type PathReference } from '../image.ts';
import { archiveStore } from './archive-store.ts';
import { openDocker, refuseOther } from './docker.ts';
import { openOci } from './oci.ts';

/** Opens a tar archive, plain or gzip, of an OCI layout or of `docker save`. Throws `ImageError`. */
export async function openArchive(
  reference: string,
  resolved: PathReference,
  options: OpenOptions,
): Promise<LayeredImage> {
  const store = await archiveStore(resolved.path);
  const isOci = store.locate('index.json') !== undefined;
  if (resolved.scheme === 'oci-archive' && !isOci) {
    throw new ImageError(
      'not-an-image',
      'There is no index.json in the archive, so it is no OCI layout',
      resolved.path,
    );
  }
  // `docker save` writes both since version 25; the OCI side also has the digests of the blobs.
  if (!isOci || resolved.scheme === 'docker-archive') return openDocker(reference, store, resolved.name, options);
  const image = await openOci(reference, store, resolved.name, options);
  // Of several platforms Docker's side has one.
  const mayDiffer = resolved.scheme === 'oci-archive' || options.platform !== undefined;
  if (!mayDiffer && store.locate('manifest.json') !== undefined) refuseOther(store, resolved.name, image.configDigest);
  return image;
}

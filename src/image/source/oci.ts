import { checkDigest, verifyDigest } from '../digest.ts';
import { ImageError, type LayeredImage, type OpenOptions } from '../image.ts';
import { attachmentsOf } from './attachments.ts';
import { type BlobStore, type Json, objects, parseJson, string } from './blob-store.ts';
import { chooseManifest, type Descriptor } from './choose.ts';
import { imageOf, type LayerDescriptor } from './config.ts';

/** Opens an image in the OCI image layout 1.1, whatever holds the files. Throws `ImageError`. */
export function openOci(
  reference: string,
  store: BlobStore,
  name: string | undefined,
  options: OpenOptions,
): LayeredImage {
  const top = store.small('index.json');
  if (!top) throw new ImageError('not-an-image', 'There is no index.json, so it is no OCI layout', store.path);
  const index = parseJson(top, 'index.json');
  const { descriptor, manifest, indexDigests } = chooseManifest(index, {
    read: (wanted) => readBlob(store, wanted),
    name,
    platform: options.platform,
  });
  const config = objects([manifest['config']])[0];
  if (!config) throw new ImageError('corrupt', 'The manifest names no configuration', descriptor.digest);
  const configDigest = checkDigest(config['digest']);
  refuseArtifact(config, manifest);
  const image = imageOf({
    reference,
    digest: descriptor.digest,
    configDigest,
    mediaType: string(manifest['mediaType']) ?? descriptor.mediaType,
    config: readBlob(store, { digest: configDigest, mediaType: 'configuration' }),
    layers: objects(manifest['layers']).map((layer) => layerOf(store, layer)),
    wanted: options.platform,
  });
  const digests = [descriptor.digest, ...indexDigests];
  return { ...image, indexDigests, attachments: () => attachmentsOf(store, index, digests) };
}

/** A manifest whose configuration is of another type is a chart, a signature, a module: not a container image. */
function refuseArtifact(config: Json, manifest: Json): void {
  const type = string(config['mediaType']) ?? '';
  if (
    type === '' ||
    type === 'application/vnd.oci.image.config.v1+json' ||
    type === 'application/vnd.docker.container.image.v1+json'
  )
    return;
  throw new ImageError(
    'unsupported-media-type',
    'That is an OCI artifact of another kind, not a container image',
    string(manifest['artifactType']) ?? type,
  );
}

function readBlob(store: BlobStore, { digest, mediaType }: Pick<Descriptor, 'digest' | 'mediaType'>): Json {
  const bytes = store.small(blobName(digest));
  if (!bytes) throw new ImageError('missing-blob', 'A blob that the image names is not there', digest);
  verifyDigest(bytes, digest);
  return parseJson(bytes, `${mediaType} ${digest}`);
}

function layerOf(store: BlobStore, descriptor: Json): LayerDescriptor {
  const digest = checkDigest(descriptor['digest']);
  const mediaType = string(descriptor['mediaType']) ?? '';
  if (mediaType.includes('+encrypted')) {
    throw new ImageError(
      'encrypted',
      'A layer is encrypted; decrypt the image first (for example with skopeo copy --decryption-key)',
      `${mediaType} ${digest}`,
    );
  }
  if (!/^application\/vnd\.(oci\.image\.layer\.|docker\.image\.rootfs\.)/.test(mediaType)) {
    throw new ImageError(
      'unsupported-media-type',
      'A layer is not a file system layer',
      `${mediaType || 'no media type'} ${digest}`,
    );
  }
  const blob = store.locate(blobName(digest));
  if (!blob) throw new ImageError('missing-blob', 'A layer that the manifest names is not there', digest);
  const size = descriptor['size'];
  if (typeof size === 'number' && size !== blob.size) {
    throw new ImageError(
      blob.size < size ? 'truncated' : 'digest-mismatch',
      'A layer does not have the size that the manifest gives',
      `${digest}: stated ${size}, found ${blob.size}`,
    );
  }
  return { digest, mediaType, blob };
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

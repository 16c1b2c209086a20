import { checkDigest, verifyDigest } from '../digest.ts';
import { type BlobLocation, ImageError, type LayeredImage, type OpenOptions } from '../image.ts';
import { checkLayerCount } from '../layer/layer.ts';
import { attachmentsOf } from './attachments.ts';
import {
  type BlobStore,
  type ContentStore,
  contentsOf,
  isObject,
  type Json,
  objects,
  parseJson,
  string,
  strings,
  textsOf,
} from './blob-store.ts';
import { type Chosen, chooseManifest, type Descriptor, refuseSchema1 } from './choose.ts';
import { imageOf, type LayerDescriptor } from './config.ts';

const configuration = 'configuration';

/** Opens an image in the OCI image layout 1.1, whatever holds the files. Throws `ImageError`. */
export async function openOci(
  reference: string,
  store: BlobStore,
  name: string | undefined,
  options: OpenOptions,
): Promise<LayeredImage> {
  const top = store.small('index.json');
  if (!top) throw new ImageError('not-an-image', 'There is no index.json, so it is no OCI layout', store.path);
  const index = parseJson(top, 'index.json');
  const contents = contentsOf(store);
  const chosen = await chooseManifest(index, {
    read: (wanted) => readBlob(contents, wanted),
    name,
    platform: options.platform,
  });
  const digests = [chosen.descriptor.digest, ...chosen.indexDigests];
  const image = await imageIn(reference, contents, chosen, options);
  return { ...image, attachments: () => attachmentsOf(contents, index, digests) };
}

/** Opens the image that a manifest, or one of those that an index names, describes. Throws `ImageError`. */
export async function openManifest(
  reference: string,
  contents: ContentStore,
  top: { readonly digest: string; readonly mediaType: string },
  options: OpenOptions,
): Promise<LayeredImage> {
  const manifest = await readBlob(contents, top);
  const descriptor = { ...top, names: [] };
  if (!Array.isArray(manifest['manifests'])) {
    refuseSchema1(manifest, top.digest);
    return imageIn(reference, contents, { descriptor, manifest, indexDigests: [] }, options);
  }
  const read = (wanted: Descriptor): Promise<Json> => readBlob(contents, wanted);
  // What a name leads to is one image: of several that fit, runtimes take the first.
  const chosen = await chooseManifest(manifest, { read, name: undefined, platform: options.platform }, 1);
  return imageIn(reference, contents, { ...chosen, indexDigests: [top.digest, ...chosen.indexDigests] }, options);
}

async function imageIn(
  reference: string,
  contents: ContentStore,
  { descriptor, manifest, indexDigests, rivals = 0 }: Chosen,
  options: OpenOptions,
): Promise<LayeredImage> {
  const config = objects([manifest['config']])[0];
  if (!config) throw new ImageError('corrupt', 'The manifest names no configuration', descriptor.digest);
  const configDigest = checkDigest(config['digest']);
  refuseArtifact(config, manifest);
  const layers = objects(manifest['layers']);
  checkLayerCount(layers.length);
  if (Array.isArray(manifest['layers']) && manifest['layers'].length !== layers.length)
    throw new ImageError('corrupt', 'A layer that the manifest names is none', descriptor.digest);
  const read = await readBlob(contents, { digest: configDigest, mediaType: configuration });
  const { found, discarded } = await located(contents, read, layers);
  const image = imageOf({
    reference,
    digest: descriptor.digest,
    configDigest,
    mediaType: string(manifest['mediaType']) ?? descriptor.mediaType,
    config: read,
    layers: found,
    wanted: options.platform,
  });
  const remarks = [
    ...(discarded === 0 ? [] : [discardedRemark(discarded, layers.length)]),
    ...(rivals === 0 ? [] : [rivalsRemark(rivals)]),
  ];
  return { ...image, indexDigests, ...(remarks.length === 0 ? {} : { remarks }) };
}

function rivalsRemark(count: number): string {
  const others = count === 1 ? 'another image' : `${count} other images`;
  return `Its index names ${others} for the same platform: this is the first, which containerd runs; podman may run another.`;
}

function discardedRemark(count: number, of: number): string {
  return `The blobs of ${count} of its ${of} layers are no longer kept: those were read as the engine has unpacked them, and nothing proves that they still are what their digests say.`;
}

/** The layers with their blobs, or unpacked where these are not there. Throws `missing-blob`. */
async function located(
  contents: ContentStore,
  config: Json,
  layers: readonly Json[],
): Promise<{ readonly found: readonly LayerDescriptor[]; readonly discarded: number }> {
  const blobs = await Promise.all(layers.map((layer) => layerOf(contents, layer)));
  const discarded = blobs.filter(({ blob }) => blob === undefined).length;
  const unpacked = discarded === 0 ? undefined : await unpackedLayers(contents, config, layers.length);
  const found = blobs.map(({ blob, ...layer }, index): LayerDescriptor => {
    const place = blob ?? unpacked?.[index];
    if (place === undefined)
      throw new ImageError('missing-blob', 'A layer that the manifest names is not there', layer.digest);
    return { ...layer, blob: place };
  });
  return { found, discarded };
}

async function unpackedLayers(
  contents: ContentStore,
  config: Json,
  count: number,
): Promise<readonly BlobLocation[] | undefined> {
  const rootfs = isObject(config['rootfs']) ? config['rootfs'] : {};
  const diffIds = strings(rootfs['diff_ids']).map(checkDigest);
  const unpacked = diffIds.length === count ? await contents.unpacked?.(diffIds) : undefined;
  return unpacked?.length === count ? unpacked : undefined;
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

async function readBlob(
  contents: ContentStore,
  { digest, mediaType }: Pick<Descriptor, 'digest' | 'mediaType'>,
): Promise<Json> {
  const bytes = await contents.small(digest, mediaType === configuration ? 'blob' : 'manifest');
  if (!bytes) throw new ImageError('missing-blob', 'A blob that the image names is not there', digest);
  verifyDigest(bytes, digest);
  const document = parseJson(bytes, `${mediaType} ${digest}`);
  // Whether that is taken for an image or for an index depends on who reads it (CVE-2021-41190).
  if (document['manifests'] !== undefined && (document['layers'] ?? document['config']) !== undefined)
    throw new ImageError('corrupt', 'A manifest is an image and an index in one', digest);
  return document;
}

/** A layer of which the blob may not be there. */
type SoughtLayer = Omit<LayerDescriptor, 'blob'> & { readonly blob: BlobLocation | undefined };

async function layerOf(contents: ContentStore, descriptor: Json): Promise<SoughtLayer> {
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
  const size = descriptor['size'];
  if (size !== undefined && !(Number.isSafeInteger(size) && Number(size) >= 0)) {
    throw new ImageError(
      'corrupt',
      'A layer has a size that is none',
      `${digest}: ${JSON.stringify(size).slice(0, 40)}`,
    );
  }
  const blob = await contents.locate(digest, Number(size ?? 0));
  if (blob !== undefined && typeof size === 'number' && size !== blob.size) {
    throw new ImageError(
      blob.size < size ? 'truncated' : 'digest-mismatch',
      'A layer does not have the size that the manifest gives',
      `${digest}: stated ${size}, found ${blob.size}`,
    );
  }
  const annotations = textsOf(descriptor['annotations']);
  return { digest, mediaType, ...(annotations === undefined ? {} : { annotations }), blob };
}

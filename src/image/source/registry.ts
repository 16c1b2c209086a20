import { limits } from '../../internal/limit.ts';
import { accessOf } from '../../registry/access.ts';
import type { ImageName, Manifest, RegistryAccess, Repository } from '../../registry/registry.ts';
import { RegistryError } from '../../registry/registry.ts';
import { openRepository } from '../../registry/repository.ts';
import { type Attachment, ImageError, type Layer, type LayeredImage, type OpenOptions } from '../image.ts';
import { attachmentsOf } from './attachments.ts';
import { type ContentStore, type Json, objects, parseJson } from './blob-store.ts';
import { openManifest } from './oci.ts';

/** Opens an image of a registry: its manifest and configuration are fetched. Throws `RegistryError`, `ImageError`. */
export async function openFromRegistry(
  reference: string,
  name: ImageName,
  options: OpenOptions,
): Promise<LayeredImage> {
  const { registry: settings } = options;
  if (settings === undefined) throw new ImageError('bad-reference', 'No registry is asked here', reference);
  const access = await accessOf(name, settings);
  const repository = await openRepository(access);
  try {
    const top = await repository.manifest(name.digest ?? name.tag ?? 'latest');
    const image = await openManifest(reference, contentsIn(repository, access, top), top, options);
    const digests = [top.digest, ...(image.indexDigests ?? []), ...(image.digest === undefined ? [] : [image.digest])];
    const layers = options.lazy === true ? await lazyLayers(image, repository, access) : image.layers;
    return {
      ...image,
      layers,
      foundAt: { place: 'registry', address: answering(access, top) },
      attachments: () => attachedTo(access, top, [...new Set(digests)]),
    };
  } finally {
    await repository.close();
  }
}

/** The layers with tables of contents that lie beside them. */
async function lazyLayers(
  { digest, layers }: LayeredImage,
  repository: Repository,
  access: RegistryAccess,
): Promise<readonly Layer[]> {
  if (digest === undefined) return layers;
  const { withSociTables } = await import('../lazy/soci-index.ts');
  return withSociTables(layers, digest, {
    manifest: (wanted) => repository.manifest(wanted),
    referrers: (wanted) => repository.referrers(wanted),
    locate: (wanted, size) => ({ kind: 'registry', access, digest: wanted, size }),
  });
}

/** Who gave the manifest: the registry, or a mirror, which says what its tags name. */
function answering({ registry, endpoints }: RegistryAccess, { from }: Manifest): string {
  const itself = endpoints.at(-1);
  return from === undefined || itself === undefined || new URL(itself.url).host === from ? registry : from;
}

function contentsIn(repository: Repository, access: RegistryAccess, top: Manifest): ContentStore {
  return {
    place: `${access.registry}/${access.repository}`,
    async small(digest, what) {
      if (digest === top.digest) return Buffer.from(top.bytes);
      const bytes =
        what === 'manifest'
          ? (await repository.manifest(digest)).bytes
          : await repository.blob(digest, limits.manifestBytes);
      return Buffer.from(bytes);
    },
    locate: async (digest, size) => ({ kind: 'registry', access, digest, size }),
  };
}

/** What refers to the image: by the referrers API, by BuildKit's entries in its index, and by cosign's tags. */
async function attachedTo(
  access: RegistryAccess,
  top: Manifest,
  digests: readonly string[],
): Promise<readonly Attachment[]> {
  const repository = await openRepository(access);
  try {
    const manifests: Json[] = [...objects(parseJson(Buffer.from(top.bytes), top.digest)['manifests'])];
    for (const digest of digests) {
      manifests.push(...(await repository.referrers(digest)).map((descriptor) => ({ ...descriptor })));
      const tag = `${digest.replace(':', '-')}.att`;
      const tagged = await unlessAbsent(repository.manifest(tag));
      if (tagged !== undefined)
        manifests.push({ digest: tagged.digest, annotations: { 'org.opencontainers.image.ref.name': tag } });
    }
    return await attachmentsOf(contentsIn(repository, access, top), { manifests }, digests);
  } finally {
    await repository.close();
  }
}

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'not-found') return undefined;
    throw error;
  }
}

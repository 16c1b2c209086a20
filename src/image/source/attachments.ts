import { RegistryError, type RegistryErrorCode } from '../../registry/registry.ts';
import { checkDigest, verifyDigest } from '../digest.ts';
import { type Attachment, ImageError } from '../image.ts';
import { type ContentStore, isObject, type Json, objects, parseJson, string } from './blob-store.ts';

const deepest = 4;
/** What a registry says of a document that is not there, or not what its digest says. */
const absent: ReadonlySet<RegistryErrorCode> = new Set([
  'not-found',
  'digest-mismatch',
  'limit-exceeded',
  'bad-answer',
]);
/** Manifests that are looked at for one image, and documents that are taken with it, by number and by bytes. */
const most = 10_000;
const mostBytes = 256 << 20;

/**
 * What is attached to an image, or to an index that names it, in its layout: artifacts that name it as their subject (OCI image spec 1.1), BuildKit's
 * attestations, and cosign's under the tag `sha256-….att`. What is
 * absent or bad is left out: the image itself can be read. Throws what a place throws that cannot be asked.
 */
export async function attachmentsOf(
  store: ContentStore,
  index: Json,
  digests: readonly string[],
): Promise<readonly Attachment[]> {
  const found: Attachment[] = [];
  let seen = 0;
  const room = { documents: most, bytes: mostBytes };
  const walk = async (level: Json, depth: number): Promise<void> => {
    for (const descriptor of objects(level['manifests'])) {
      if (++seen > most || depth > deepest) return;
      const manifest = await quietly(() => readJson(store, string(descriptor['digest'])));
      if (manifest === undefined) continue;
      if (Array.isArray(manifest['manifests'])) await walk(manifest, depth + 1);
      else if (digests.some((digest) => belongs(descriptor, manifest, digest)))
        found.push(...(await contentsOfArtifact(store, manifest, room)));
    }
  };
  await walk(index, 0);
  return found;
}

function belongs(descriptor: Json, manifest: Json, digest: string): boolean {
  const subject = isObject(manifest['subject']) ? manifest['subject'] : {};
  const annotations = isObject(descriptor['annotations']) ? descriptor['annotations'] : {};
  return (
    subject['digest'] === digest ||
    annotations['vnd.docker.reference.digest'] === digest ||
    string(annotations['org.opencontainers.image.ref.name'])?.endsWith(`${digest.replace(':', '-')}.att`) === true
  );
}

/** The documents that an artifact's manifest names, as long as there is room; what is absent or bad is left out. */
async function contentsOfArtifact(
  store: ContentStore,
  manifest: Json,
  room: { documents: number; bytes: number },
): Promise<Attachment[]> {
  const artifactType = string(manifest['artifactType']);
  const found: Attachment[] = [];
  for (const layer of objects(manifest['layers'])) {
    if (room.documents-- <= 0 || room.bytes <= 0) break;
    const bytes = await quietly(() => readBlob(store, string(layer['digest']), 'blob'));
    if (bytes === undefined) continue;
    room.bytes -= bytes.length;
    const mediaType = string(layer['mediaType']) ?? '';
    const digest = string(layer['digest']) ?? '';
    found.push({ digest, mediaType, ...(artifactType === undefined ? {} : { artifactType }), bytes });
  }
  return found;
}

/** What is bad or absent is passed over; a place that cannot be asked is not. */
async function quietly<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    if (error instanceof RegistryError && absent.has(error.code)) return undefined;
    throw error;
  }
}

async function readJson(store: ContentStore, digest: string | undefined): Promise<Json | undefined> {
  const bytes = await readBlob(store, digest, 'manifest');
  return bytes && parseJson(bytes, 'manifest');
}

async function readBlob(
  store: ContentStore,
  digest: string | undefined,
  what: 'manifest' | 'blob',
): Promise<Buffer | undefined> {
  const known = checkDigest(digest);
  const bytes = await store.small(known, what);
  if (bytes) verifyDigest(bytes, known);
  return bytes;
}

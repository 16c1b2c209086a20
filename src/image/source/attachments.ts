import { checkDigest, verifyDigest } from '../digest.ts';
import type { Attachment } from '../image.ts';
import { type BlobStore, isObject, type Json, objects, parseJson, string } from './blob-store.ts';

const deepest = 4;
/** Manifests that are looked at for one image. */
const most = 10_000;

/**
 * What is attached to an image, or to an index that names it, in its layout: artifacts that name it as their subject (OCI image spec 1.1), BuildKit's
 * attestations, and cosign's under the tag `sha256-….att`. What cannot be read is left out: the image itself can be.
 */
export function attachmentsOf(store: BlobStore, index: Json, digests: readonly string[]): readonly Attachment[] {
  const found: Attachment[] = [];
  let seen = 0;
  const walk = (level: Json, depth: number): void => {
    for (const descriptor of objects(level['manifests'])) {
      if (++seen > most || depth > deepest) return;
      const manifest = quietly(() => readJson(store, string(descriptor['digest'])));
      if (manifest === undefined) continue;
      if (Array.isArray(manifest['manifests'])) walk(manifest, depth + 1);
      else if (digests.some((digest) => belongs(descriptor, manifest, digest)))
        found.push(...contents(store, manifest));
    }
  };
  walk(index, 0);
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

function contents(store: BlobStore, manifest: Json): Attachment[] {
  const artifactType = string(manifest['artifactType']);
  return objects(manifest['layers']).flatMap((layer) => {
    const bytes = quietly(() => readBlob(store, string(layer['digest'])));
    if (bytes === undefined) return [];
    const mediaType = string(layer['mediaType']) ?? '';
    const digest = string(layer['digest']) ?? '';
    return [{ digest, mediaType, ...(artifactType === undefined ? {} : { artifactType }), bytes }];
  });
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function readJson(store: BlobStore, digest: string | undefined): Json | undefined {
  const bytes = readBlob(store, digest);
  return bytes && parseJson(bytes, 'manifest');
}

function readBlob(store: BlobStore, digest: string | undefined): Buffer | undefined {
  const known = checkDigest(digest);
  const bytes = store.small(`blobs/${known.replace(':', '/')}`);
  if (bytes) verifyDigest(bytes, known);
  return bytes;
}

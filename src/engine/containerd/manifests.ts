import { createHash } from 'node:crypto';
import { EngineError, type EngineImage } from '../engine.ts';
import { type ContentStoreClient, openContentStore } from './content.ts';

/** A manifest of an image that containerd has. */
export interface ImageManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly configDigest?: string;
}

/** Manifests read of one index at most; no real one names more. */
const maximumManifests = 100;

/** Whether an image's target is an index of several manifests. */
export function isIndex({ mediaType = '' }: EngineImage): boolean {
  return /\.image\.index\.|manifest\.list\./.test(mediaType);
}

/** The manifests of an image that are there; what is missing or can't be read is left out. Throws `EngineError`. */
export async function manifestsOf(image: EngineImage): Promise<readonly ImageManifest[]> {
  if (image.digest === undefined) return [];
  const store = await openContentStore(image.engine);
  try {
    const top = { digest: image.digest, mediaType: image.mediaType ?? '' };
    const document = await read(store, top.digest);
    const listed = isIndex(image) ? descriptors(document?.['manifests']).slice(0, maximumManifests) : [top];
    const found: ImageManifest[] = [];
    for (const { digest, mediaType } of listed) {
      const manifest = digest === top.digest ? document : await read(store, digest);
      const configDigest = descriptors([manifest?.['config']])[0]?.digest;
      found.push({ digest, mediaType, ...(configDigest === undefined ? {} : { configDigest }) });
    }
    return found;
  } finally {
    store.close();
  }
}

async function read(store: ContentStoreClient, digest: string): Promise<Record<string, unknown> | undefined> {
  try {
    const bytes = await store.small(digest);
    const algorithm = digest.slice(0, digest.indexOf(':'));
    if (!bytes || createHash(algorithm).update(bytes).digest('hex') !== digest.slice(algorithm.length + 1))
      return undefined;
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    // One image's trouble does not keep the others from being looked at; a broken connection does.
    if (error instanceof EngineError && error.code !== 'limit-exceeded' && error.code !== 'bad-answer') throw error;
    return undefined;
  }
}

function descriptors(value: unknown): readonly { readonly digest: string; readonly mediaType: string }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [];
    const { digest, mediaType } = item as Record<string, unknown>;
    return typeof digest === 'string' ? [{ digest, mediaType: typeof mediaType === 'string' ? mediaType : '' }] : [];
  });
}

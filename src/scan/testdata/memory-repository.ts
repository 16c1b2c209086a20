import { type Manifest, RegistryError, type Repository } from '../../registry/registry.ts';

/** A repository in memory, which keeps what is pushed. */
export interface MemoryRepository {
  readonly repository: Repository;
  /** Manifests by tag. */
  readonly tags: Map<string, Manifest>;
  /** Blobs by digest. */
  readonly blobs: Map<string, Uint8Array>;
}

/** A repository that has what was pushed to it. */
export function memoryRepository(): MemoryRepository {
  const tags = new Map<string, Manifest>();
  const blobs = new Map<string, Uint8Array>();
  const known = async <T>(from: ReadonlyMap<string, T>, name: string): Promise<T> => {
    const value = await Promise.resolve(from.get(name));
    if (value === undefined) throw new RegistryError('not-found', 'The registry does not have it', name);
    return value;
  };
  const repository: Repository = {
    manifest: (tag) => known(tags, tag),
    async blob(digest, maxBytes) {
      const bytes = await known(blobs, digest);
      if (bytes.length > maxBytes) throw new RegistryError('limit-exceeded', 'A blob is too large', digest);
      return bytes;
    },
    openBlob: () => unused(),
    referrers: () => unused(),
    tags: () => unused(),
    async pushBlob({ digest }, bytes) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes()) chunks.push(chunk);
      blobs.set(digest, Buffer.concat(chunks));
    },
    pushManifest: (manifest, tag = manifest.digest) => Promise.resolve(void tags.set(tag, manifest)),
    close: () => Promise.resolve(),
  };
  return { repository, tags, blobs };
}

function unused(): never {
  throw new Error('not asked of a cache');
}

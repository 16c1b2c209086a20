import { createHash } from 'node:crypto';
import { type Descriptor, type Manifest, RegistryError, type Repository } from '../registry/registry.ts';

/** What an entry of the layer cache is in a registry: the type of its manifest and of its one blob. */
const artifactType = 'application/vnd.seaworthy.layer.v1';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
/** A larger entry is neither pushed nor fetched, bytes. */
const maximumBytes = 64 << 20;

/** In place of a configuration (OCI image spec 1.1, "Guidance for an Empty Descriptor"). */
const emptyBytes: Buffer = Buffer.from('{}');
const empty: Descriptor = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: digestOf(emptyBytes),
  size: emptyBytes.length,
};

/**
 * Fetches an entry of the layer cache, whose key is its tag, by digest; `undefined` where there is none, or another kind of
 * thing. What is in it is not looked at. Throws `RegistryError`.
 */
export async function fetchEntry(repository: Repository, key: string): Promise<Uint8Array | undefined> {
  try {
    const blob = blobOf(await repository.manifest(key));
    return blob && (await repository.blob(blob.digest, blob.size));
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Whether there is an entry, or something else, under the key. Throws `RegistryError`. */
export async function hasEntry(repository: Repository, key: string): Promise<boolean> {
  try {
    await repository.manifest(key);
    return true;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'not-found') return false;
    throw error;
  }
}

function blobOf({ mediaType, bytes }: Manifest): Pick<Descriptor, 'digest' | 'size'> | undefined {
  if (mediaType !== manifestType) return undefined;
  const manifest = parsed(bytes);
  const layers = manifest?.['layers'];
  if (manifest?.['artifactType'] !== artifactType || !Array.isArray(layers) || layers.length !== 1) return undefined;
  const blob = asObject(layers[0]);
  const [digest, size] = [blob?.['digest'], blob?.['size']];
  if (blob?.['mediaType'] !== artifactType || typeof digest !== 'string' || typeof size !== 'number') return undefined;
  return size >= 0 && size <= maximumBytes ? { digest, size } : undefined;
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

/** Pushes an entry under its key (OCI image spec 1.1, "Guidelines for Artifact Usage"); tells whether it did: not one that is too large. Throws `RegistryError`. */
export async function pushEntry(repository: Repository, key: string, file: Uint8Array): Promise<boolean> {
  if (file.length > maximumBytes) return false;
  const blob: Descriptor = { mediaType: artifactType, digest: digestOf(file), size: file.length };
  const manifest = { schemaVersion: 2, mediaType: manifestType, artifactType, config: empty, layers: [blob] };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await repository.pushBlob(empty, () => chunk(emptyBytes));
  await repository.pushBlob(blob, () => chunk(file));
  await repository.pushManifest({ digest: digestOf(bytes), mediaType: manifestType, bytes }, key);
  return true;
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

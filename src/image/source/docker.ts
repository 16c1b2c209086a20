import { createHash } from 'node:crypto';
import { type BlobLocation, ImageError, type LayeredImage, type OpenOptions } from '../image.ts';
import { type BlobStore, isObject, type Json, parseAnyJson, parseJson, string, strings } from './blob-store.ts';
import { imageOf } from './config.ts';

/**
 * Opens what `docker save` writes: `manifest.json` is a list of `{ Config, RepoTags, Layers }` (Docker image
 * specification 1.2, "Combined Image JSON + Filesystem Changeset Format"). Throws `ImageError`.
 */
export function openDocker(
  reference: string,
  store: BlobStore,
  name: string | undefined,
  options: OpenOptions,
): LayeredImage {
  const entry = chooseEntry(readList(store), name);
  const configName = string(entry['Config']);
  const bytes = configName === undefined ? undefined : store.small(configName);
  if (!bytes)
    throw new ImageError(
      'missing-blob',
      'The configuration that manifest.json names is not in the archive',
      configName,
    );
  return imageOf({
    reference,
    configDigest: digestOf(bytes),
    mediaType: 'application/vnd.docker.image',
    config: parseJson(bytes, configName ?? ''),
    layers: strings(entry['Layers']).map((layer) => ({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
      blob: locate(store, layer),
    })),
    wanted: options.platform,
  });
}

/**
 * Throws `corrupt` unless what `docker load` takes from an archive is that image: it looks at `manifest.json` alone, podman
 * and containerd at the OCI layout that may be beside it.
 */
export function refuseOther(store: BlobStore, name: string | undefined, configDigest: string | undefined): void {
  for (const entry of entriesFor(readList(store), name)) {
    const config = store.small(string(entry['Config']) ?? '');
    if (config !== undefined && digestOf(config) === configDigest) continue;
    throw new ImageError(
      'corrupt',
      'The archive has one image for Docker and another one for others; write docker-archive:FILE or oci-archive:FILE',
      strings(entry['RepoTags']).join(', '),
    );
  }
}

function entriesFor(list: readonly Json[], name: string | undefined): readonly Json[] {
  const isNamed = (tag: string): boolean => tag === name || tag.endsWith(`:${name}`);
  return name === undefined ? list : list.filter((entry) => strings(entry['RepoTags']).some(isNamed));
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function readList(store: BlobStore): readonly Json[] {
  const bytes = store.small('manifest.json');
  if (!bytes)
    throw new ImageError(
      'not-an-image',
      'The archive holds neither manifest.json nor index.json, so it is no image (or the file is cut off)',
      store.path,
    );
  const list = parseAnyJson(bytes, 'manifest.json');
  if (Array.isArray(list) && list.length > 0 && list.every(isObject)) return list;
  throw new ImageError('corrupt', 'manifest.json is not a list of images', store.path);
}

function chooseEntry(list: readonly Json[], name: string | undefined): Json {
  const found = entriesFor(list, name);
  const [first] = found;
  if (first && found.length === 1) return first;
  const known = list
    .flatMap((entry) => strings(entry['RepoTags']))
    .slice(0, 10)
    .join(', ');
  throw first
    ? new ImageError('bad-reference', 'The archive holds several images; name one as FILE:TAG', known)
    : new ImageError('not-found', 'There is no image of that name in the archive', `${name}; there are: ${known}`);
}

function locate(store: BlobStore, name: string): BlobLocation {
  const blob = store.locate(name);
  if (!blob)
    throw new ImageError(
      'missing-blob',
      'A layer that manifest.json names is not in the archive (or the file is cut off)',
      name,
    );
  return blob;
}

import { checkDigest } from '../digest.ts';
import { ImageError, type Platform } from '../image.ts';
import { formatPlatform, hostPlatform, platformDistance, platformMatches } from '../platform.ts';
import { isObject, type Json, objects, string } from './blob-store.ts';

/** What of a content descriptor (OCI image spec 1.1) decides. */
export interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
  readonly platform?: Platform;
  /** `org.opencontainers.image.ref.name` or containerd's full name. */
  readonly names: readonly string[];
}

/** By what to choose. */
export interface Choice {
  readonly read: (descriptor: Descriptor) => Promise<Json>;
  readonly name: string | undefined;
  readonly platform: Platform | undefined;
}

/** What was chosen, and the digests of the indexes on the way to it. */
export interface Chosen {
  readonly descriptor: Descriptor;
  readonly manifest: Json;
  readonly indexDigests: readonly string[];
  /** How many others of the same platform an index names beside it. */
  readonly rivals?: number;
}

const maximumDepth = 4;

/** Finds the one image manifest that is meant in an index, indexes within indexes followed. Throws `ImageError`. */
export async function chooseManifest(index: Json, choice: Choice, depth = 0): Promise<Chosen> {
  if (depth > maximumDepth)
    throw new ImageError('corrupt', 'Image indexes are nested too deeply', `over ${maximumDepth}`);
  const offered = objects(index['manifests'])
    .filter((entry) => !isAttestation(entry))
    .map(descriptorOf);
  if (offered.length === 0) throw new ImageError('not-an-image', 'The image index names no image');
  const named = depth === 0 ? byName(offered, choice.name) : offered;
  const descriptor = byPlatform(named, choice.platform, depth);
  const rivals = depth === 0 ? 0 : rivalsOf(named, descriptor);
  const manifest = await choice.read(descriptor);
  if (Array.isArray(manifest['manifests'])) {
    const chosen = await chooseManifest(manifest, choice, depth + 1);
    return {
      ...chosen,
      rivals: rivals + (chosen.rivals ?? 0),
      indexDigests: [descriptor.digest, ...chosen.indexDigests],
    };
  }
  refuseSchema1(manifest, descriptor.digest);
  return { descriptor, manifest, rivals, indexDigests: [] };
}

/** Podman may take another than the first: one that is compressed as it prefers. */
function rivalsOf(offered: readonly Descriptor[], chosen: Descriptor): number {
  const { platform } = chosen;
  if (platform === undefined) return 0;
  const alike = offered.filter(
    (one) => one.platform && platformMatches(platform, one.platform) && platformDistance(platform, one.platform) === 0,
  );
  return new Set(alike.map(({ digest }) => digest)).size - 1;
}

/** Throws `unsupported-media-type` for a manifest from before 2017, which has no configuration. */
export function refuseSchema1(manifest: Json, digest: string): void {
  if (!Array.isArray(manifest['fsLayers'])) return;
  throw new ImageError(
    'unsupported-media-type',
    'The manifest is of Docker schema 1, which is no longer in use',
    digest,
  );
}

/**
 * BuildKit puts attestations beside the images, marked by an annotation and an unknown platform. One that has the
 * annotation and a real platform is an image to runtimes.
 */
function isAttestation(entry: Json): boolean {
  const annotations = isObject(entry['annotations']) ? entry['annotations'] : {};
  const platform = platformOf(entry['platform']);
  if (platform !== undefined) return platform.os === 'unknown';
  return annotations['vnd.docker.reference.type'] === 'attestation-manifest';
}

function descriptorOf(entry: Json): Descriptor {
  const annotations = isObject(entry['annotations']) ? entry['annotations'] : {};
  const names = [
    'org.opencontainers.image.ref.name',
    'io.containerd.image.name',
    'containerd.io/distribution.source.ref',
  ];
  const platform = platformOf(entry['platform']);
  return {
    digest: checkDigest(entry['digest']),
    mediaType: string(entry['mediaType']) ?? '',
    names: names.map((name) => string(annotations[name])).filter((name) => name !== undefined),
    ...(platform ? { platform } : {}),
  };
}

function platformOf(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const [os, architecture, variant] = [string(value['os']), string(value['architecture']), string(value['variant'])];
  if (!architecture) return undefined;
  // To runtimes, no system is theirs.
  if (!os) return { os: 'linux', architecture, ...(variant ? { variant } : {}) };
  return variant ? { os, architecture, variant } : { os, architecture };
}

function byName(offered: readonly Descriptor[], name: string | undefined): readonly Descriptor[] {
  if (name === undefined) return offered;
  const found = offered.filter(({ digest, names }) => digest === name || names.includes(name));
  if (found.length > 0) return found;
  const known = offered.flatMap(({ digest, names }) => (names.length > 0 ? names : [digest]));
  throw new ImageError(
    'not-found',
    'There is no image of that name in the layout',
    `${name}; there are: ${known.slice(0, 10).join(', ')}`,
  );
}

function byPlatform(offered: readonly Descriptor[], wanted: Platform | undefined, depth: number): Descriptor {
  const [first] = offered;
  if (!first) throw new ImageError('not-an-image', 'The image index names no image');
  if (offered.length === 1 && (first.platform === undefined || wanted === undefined)) return first;
  const platform = wanted ?? hostPlatform();
  const distance = (entry: Descriptor): number => (entry.platform ? platformDistance(platform, entry.platform) : 0);
  const found = offered
    .filter((entry) => entry.platform && platformMatches(platform, entry.platform))
    .toSorted((a, b) => distance(a) - distance(b));
  if (found[0] && (found.length === 1 || depth > 0)) return found[0];
  if (found.length > 1 || offered.every((entry) => entry.platform === undefined)) {
    const names = offered.map(({ digest, names }) => names[0] ?? digest);
    throw new ImageError(
      'bad-reference',
      'The layout holds several images; name one as PATH:TAG or PATH@DIGEST',
      names.slice(0, 10).join(', '),
    );
  }
  const platforms = offered.map((entry) => (entry.platform ? formatPlatform(entry.platform) : 'unnamed'));
  throw new ImageError(
    'no-such-platform',
    'The image is not offered for that platform; choose one with --platform',
    `${formatPlatform(platform)}; there are: ${platforms.join(', ')}`,
  );
}

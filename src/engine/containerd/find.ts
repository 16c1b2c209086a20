import { formatName, parseName } from '../../registry/name.ts';
import type { ImageName } from '../../registry/registry.ts';
import { type EngineAddress, type EngineContainer, EngineError, type EngineImage } from '../engine.ts';
import { containers, images } from './containerd.ts';
import { isIndex, manifestsOf } from './manifests.ts';

/** Shorter beginnings of an identifier or a digest are taken for names. */
const shortestPrefix = 6;

/**
 * The image of a name: as ctr, nerdctl or crictl write it (`debian:12`, a full name, `name@sha256:…`), or a digest of its
 * target, of a manifest within it or of its configuration, or the beginning of one. Without a namespace all are looked
 * through; the same content under several names or in several namespaces is one image. Throws `EngineError`
 * (`not-found`, `ambiguous`).
 */
export async function findImage(address: EngineAddress, name: string): Promise<EngineImage> {
  const all = await images(address);
  const wanted = wantedName(name);
  const byName = all.filter(({ names }) => names.some((known) => known === name || isSame(known, wanted)));
  if (byName.length > 0) return theOne(byName, name);
  const within = wanted?.digest === undefined ? undefined : await findDigest(all, wanted);
  if (within !== undefined) return within;
  const digest = digestPart(name);
  const found = digest === undefined ? [] : all.filter((image) => begins(image, digest));
  if (found.length > 0) return theOne(found, name);
  const deep = digest === undefined ? [] : await findConfig(all, digest);
  if (deep.length > 0) return theOne(deep, name);
  throw new EngineError('not-found', 'containerd has no image of that name', `${name} (${placeOf(address)})`);
}

/** The container of an identifier, its beginning, or a name of nerdctl or Kubernetes. Throws `EngineError` (`not-found`, `ambiguous`). */
export async function findContainer(address: EngineAddress, idOrName: string): Promise<EngineContainer> {
  const all = await containers(address);
  const ways: readonly ((container: EngineContainer) => boolean)[] = [
    ({ id }) => id === idOrName,
    ({ names }) => names.includes(idOrName),
    ({ id }) => idOrName.length >= shortestPrefix && id.startsWith(idOrName),
  ];
  for (const way of ways) {
    const found = all.filter(way);
    if (found[0] !== undefined && found.length === 1) return found[0];
    if (found.length > 1) {
      const which = found.map(({ id, engine }) => `${engine.namespace}/${id}`).join(', ');
      throw new EngineError('ambiguous', 'Several containers go by that name', `${idOrName}: ${which}`);
    }
  }
  throw new EngineError('not-found', 'containerd has no such container', `${idOrName} (${placeOf(address)})`);
}

function placeOf({ socket, namespace }: EngineAddress): string {
  return namespace === undefined ? `${socket}, all namespaces` : `${socket}, namespace ${namespace}`;
}

function wantedName(text: string): ImageName | undefined {
  try {
    return parseName(text);
  } catch {
    return undefined;
  }
}

/** containerd keeps names as they were given: some short, some in full. */
function isSame(known: string, wanted: ImageName | undefined): boolean {
  if (wanted === undefined) return false;
  const parsed = wantedName(known);
  return parsed !== undefined && formatName(parsed) === formatName(wanted);
}

/** One content in several places is one image, but for `k8s.io` and the rest each keep their own copy of the record. */
function theOne(found: readonly EngineImage[], name: string): EngineImage {
  const [first] = found;
  if (first === undefined) throw new TypeError('none was found');
  if (found.every(({ digest }) => digest === first.digest)) return first;
  const which = found.map(({ engine, names, digest }) => `${engine.namespace}: ${names[0] ?? ''} ${digest}`).join(', ');
  throw new EngineError('ambiguous', 'Several images go by that name', `${name}: ${which}`);
}

/** By a digest of a repository: the target's, or of a manifest that its index names. */
async function findDigest(all: readonly EngineImage[], wanted: ImageName): Promise<EngineImage | undefined> {
  const { digest } = wanted;
  if (digest === undefined) return undefined;
  const known = all.filter(({ names }) =>
    names.some((name) => repositoryOf(name) === repositoryOf(formatName(wanted))),
  );
  const direct = known.find((image) => image.digest === digest);
  if (direct) return direct;
  for (const image of known.filter(isIndex)) {
    const manifest = (await manifestsOf(image)).find((one) => one.digest === digest);
    if (manifest) return { ...image, digest, mediaType: manifest.mediaType };
  }
  return undefined;
}

function repositoryOf(name: string): string | undefined {
  const parsed = wantedName(name);
  return parsed && `${parsed.registry}/${parsed.repository}`;
}

/** What may be a digest or its beginning: `sha256:1a2b3c…` or just the figures. */
function digestPart(text: string): string | undefined {
  const [, algorithm = 'sha256', hex] = /^(?:(sha256|sha512):)?([0-9a-f]+)$/.exec(text) ?? [];
  return hex === undefined || hex.length < shortestPrefix ? undefined : `${algorithm}:${hex}`;
}

function begins({ digest, configDigest }: EngineImage, wanted: string): boolean {
  return digest?.startsWith(wanted) === true || configDigest?.startsWith(wanted) === true;
}

/** By the manifests and configurations of each image, as crictl and nerdctl show them: they must be read for it. */
async function findConfig(all: readonly EngineImage[], wanted: string): Promise<readonly EngineImage[]> {
  const found: EngineImage[] = [];
  for (const image of all) {
    for (const manifest of await manifestsOf(image)) {
      if (!manifest.digest.startsWith(wanted) && manifest.configDigest?.startsWith(wanted) !== true) continue;
      const config = manifest.configDigest === undefined ? {} : { configDigest: manifest.configDigest };
      found.push({ ...image, digest: manifest.digest, mediaType: manifest.mediaType, ...config });
    }
  }
  return found;
}

import { existsSync } from 'node:fs';
import { type EngineAddress, EngineError, type EngineImage } from '../../engine/engine.ts';
import type { EngineSettings } from '../../image/image.ts';
import { type ImageFilter, isImageTag, matcher, newestTags } from './filter.ts';
import type { ListedImage } from './listed-image.ts';

/** Engines whose images can be listed. */
export const engineWords = ['containerd', 'docker', 'podman', 'cri'] as const;
export type EngineWord = (typeof engineWords)[number];

/** Images of an engine of this machine; of containerd those of one namespace, or of all. Throws `EngineError`. */
export async function imagesOfEngine(
  word: EngineWord,
  engines: EngineSettings,
  filter: ImageFilter,
): Promise<ListedImage[]> {
  return listed(await listers[word](engines), filter);
}

/** What an engine has, and the scheme by which it is opened. */
interface EngineList {
  readonly images: readonly Pick<EngineImage, 'names' | 'digest' | 'configDigest'>[];
  readonly scheme: 'containerd' | 'docker-daemon' | 'podman';
  /** Names that lead to several images. */
  readonly ambiguous?: ReadonlySet<string>;
}

const listers: Readonly<Record<EngineWord, (engines: EngineSettings) => Promise<EngineList>>> = {
  containerd: inContainerd,
  docker: inDocker,
  podman: inPodman,
  cri: inRuntime,
};

async function inContainerd({ env, sockets, namespace }: EngineSettings): Promise<EngineList> {
  const [{ images }, { containerdAddress }] = await Promise.all([
    import('../../engine/containerd/containerd.ts'),
    import('../../engine/containerd/address.ts'),
  ]);
  const { namespace: wanted, ...everywhere } = containerdAddress({ env, socket: sockets?.containerd, namespace });
  // A name is looked for in all namespaces when its image is opened, so it must be known who else has it.
  const all = await images(everywhere);
  const own = wanted === undefined ? all : all.filter(({ engine }) => engine.namespace === wanted);
  return { images: own, ambiguous: ambiguousNames(all), scheme: 'containerd' };
}

async function inDocker({ env, home, sockets }: EngineSettings): Promise<EngineList> {
  const [{ dockerImages }, { dockerPlaces }] = await Promise.all([
    import('../../engine/docker/docker.ts'),
    import('../../engine/docker/places.ts'),
  ]);
  const address = sockets?.docker === undefined ? dockerPlaces(env, home).addresses[0] : at('docker', sockets.docker);
  return { images: await dockerImages(address ?? notHere('Docker')), scheme: 'docker-daemon' };
}

/** Its storage can be read without its service. */
async function inPodman({ env, home, sockets }: EngineSettings): Promise<EngineList> {
  const [{ podmanPlaces, podmanStore }, { podmanStoreImages }, { dockerImages }] = await Promise.all([
    import('../../engine/podman/podman.ts'),
    import('../../engine/podman/store.ts'),
    import('../../engine/docker/docker.ts'),
  ]);
  const store = podmanStore({ env, home, uid: process.getuid?.() ?? -1 });
  if (store !== undefined) return { images: podmanStoreImages(store), scheme: 'podman' };
  const address = sockets?.podman === undefined ? podmanPlaces(env).addresses[0] : at('podman', sockets.podman);
  return { images: await dockerImages(address ?? notHere('podman')), scheme: 'podman' };
}

/** Where crictl looks, in its order; cri-o keeps its images in the storage that podman has too. */
const runtimes = ['/run/containerd/containerd.sock', '/run/crio/crio.sock'];

async function inRuntime({ env }: EngineSettings): Promise<EngineList> {
  const { criImages } = await import('../../engine/cri/cri.ts');
  const named = env['CONTAINER_RUNTIME_ENDPOINT']?.replace(/^unix:\/\//, '');
  const socket = named || runtimes.find((path) => existsSync(path)) || notHere('A runtime of Kubernetes');
  return { images: await criImages(socket), scheme: /crio/.test(socket) ? 'podman' : 'containerd' };
}

function at(kind: EngineAddress['kind'], socket: string): EngineAddress {
  return { kind, socket };
}

function notHere(engine: string): never {
  throw new EngineError('not-running', 'There is no such engine here', engine);
}

const nothing: ReadonlySet<string> = new Set();

/** As references of images by their names, those with several of them once; one without a name goes by its digest. */
export function listed({ images, scheme, ambiguous = nothing }: EngineList, filter: ImageFilter): ListedImage[] {
  const wanted = wantedNames(images, filter);
  return images.flatMap(({ names, digest, configDigest }): ListedImage[] => {
    const own = names.filter((name) => wanted.has(name)).map((name) => `${scheme}://${name}`);
    const id = digest ?? configDigest;
    // What is opened by writing it to a file is opened only to be scanned.
    const identity = scheme === 'containerd' || id === undefined ? {} : { digest: id };
    const [first, ...others] = own;
    if (first !== undefined && digest !== undefined && names.some((name) => ambiguous.has(name))) {
      const { repository } = parts(names.find((name) => wanted.has(name)) ?? '');
      return [{ reference: `${scheme}://${repository}@${digest}`, names: own, ...identity }];
    }
    if (first !== undefined) return [{ reference: first, names: others, ...identity }];
    const isAskedFor = names.length === 0 && filter.include === undefined && filter.latest === undefined;
    return isAskedFor && id !== undefined ? [{ reference: `${scheme}://${configDigest ?? id}`, ...identity }] : [];
  });
}

/** Names that one namespace has for one image and another for another. */
function ambiguousNames(images: EngineList['images']): ReadonlySet<string> {
  const digests = new Map<string, string | undefined>();
  const ambiguous = new Set<string>();
  for (const { names, digest } of images) {
    for (const name of names) {
      if (digests.has(name) && digests.get(name) !== digest) ambiguous.add(name);
      digests.set(name, digest);
    }
  }
  return ambiguous;
}

/** The names that the filter lets through, of each repository the newest. */
function wantedNames(images: EngineList['images'], filter: ImageFilter): ReadonlySet<string> {
  const fits = matcher(filter);
  const tags = new Map<string, string[]>();
  const wanted = new Set<string>();
  for (const name of images.flatMap(({ names }) => names)) {
    const { repository, tag } = parts(name);
    if (tag === undefined) {
      if (fits(repository, '') && filter.latest === undefined) wanted.add(name);
    } else if (isImageTag(tag) && fits(repository, tag)) {
      tags.set(repository, [...(tags.get(repository) ?? []), tag]);
    }
  }
  for (const [repository, own] of tags) {
    for (const tag of newestTags(own, filter.latest ?? own.length)) wanted.add(`${repository}:${tag}`);
  }
  return wanted;
}

function parts(name: string): { repository: string; tag?: string } {
  const [, repository = name, tag] = /^(.+):([\w][\w.-]*)$/.exec(name) ?? [];
  return tag === undefined || name.includes('@') ? { repository: name } : { repository, tag };
}

import { engineFacts, findDockerImage } from '../../engine/docker/docker.ts';
import { type EngineAddress, EngineError } from '../../engine/engine.ts';
import { podmanPlaces, podmanStore } from '../../engine/podman/podman.ts';
import { type PodmanStore, podmanStoredImage } from '../../engine/podman/store.ts';
import type { NotUnpacked } from '../../engine/unpacked/unpacked.ts';
import type { EngineSettings, Image, OpenOptions } from '../image.ts';
import { unlessAbsent } from './containerd.ts';
import { at, exported, firstOf, patience } from './docker-daemon.ts';
import { marksOf, unpackedImage } from './unpacked.ts';

/**
 * Opens an image of podman: from its storage, for which it need not run, else from its service. `undefined` where it has
 * none of that name. Throws `EngineError`, `ImageError`.
 */
export async function openFromPodman(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<Image | undefined> {
  const socket = options.engines?.sockets?.podman;
  if (socket !== undefined) return throughService(reference, name, { kind: 'podman', socket }, options);
  const store = storeOf(options.engines);
  const stored = store && podmanStoredImage(store, name);
  const image = stored && store && unpackedImage(reference, stored, options, marksOf(store.root));
  if (store !== undefined && image !== undefined) return at(image, 'podman', store.root);
  const problem = stored?.kind === 'elsewhere' ? stored : undefined;
  if (problem?.reason === 'ambiguous') throw asError(problem);
  const places = podmanPlaces(options.engines?.env ?? {});
  if (places.addresses.length > 0 || places.refused.length > 0)
    return throughService(reference, name, firstOf(places), options);
  if (problem === undefined || problem.reason === 'no-such-image' || problem.reason === 'no-store') return undefined;
  throw asError(problem);
}

/** Where podman's storage is for whoever asks. Throws `EngineError`. */
export function storeOf(settings: EngineSettings | undefined): PodmanStore | undefined {
  const { env = {}, home = '' } = settings ?? {};
  return podmanStore({ env, home, uid: process.getuid?.() ?? -1 });
}

/** The storage of the service that the user has named, as it says. Throws `EngineError`. */
export async function serviceRoot(options: OpenOptions): Promise<PodmanStore | undefined> {
  const socket = options.engines?.sockets?.podman;
  if (socket === undefined) return undefined;
  const { root } = await engineFacts({ kind: 'podman', socket }, patience(options));
  return root === undefined ? undefined : { root, additional: [] };
}

const codes = {
  'no-store': 'not-found',
  'no-such-image': 'not-found',
  'missing-piece': 'bad-answer',
  'no-permission': 'no-permission',
  ambiguous: 'ambiguous',
  damaged: 'bad-answer',
  unsupported: 'unsupported',
} as const;

function asError({ reason, detail }: NotUnpacked): EngineError {
  const message = reason === 'ambiguous' ? 'Several images go by that name' : 'The store of the engine cannot be used';
  return new EngineError(codes[reason], message, detail);
}

/** The service says where its storage is; which image it means, its digest tells. */
async function throughService(
  reference: string,
  name: string,
  address: EngineAddress,
  options: OpenOptions,
): Promise<Image | undefined> {
  const found = await unlessAbsent(findDockerImage(address, name, patience(options)));
  if (found === undefined) return undefined;
  const { configDigest } = found;
  const { root } = await engineFacts(address, patience(options));
  const stored =
    root !== undefined && configDigest !== undefined
      ? unpackedImage(reference, podmanStoredImage({ root, additional: [] }, configDigest), options, marksOf(root))
      : undefined;
  return at(
    stored ?? (await exported(reference, configDigest ?? name, address, options)),
    'podman',
    stored === undefined ? address.socket : (root ?? ''),
  );
}

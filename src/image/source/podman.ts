import { findDockerImage } from '../../engine/docker/docker.ts';
import { EngineError } from '../../engine/engine.ts';
import { podmanPlaces, podmanStore } from '../../engine/podman/podman.ts';
import { podmanStoredImage } from '../../engine/podman/store.ts';
import type { Image, OpenOptions } from '../image.ts';
import { unlessAbsent } from './containerd.ts';
import { at, exported, firstOf } from './docker-daemon.ts';
import { unpackedImage } from './unpacked.ts';

/**
 * Opens an image of podman: from its storage, for which it need not run, else from its service. `undefined` where it has
 * none of that name. Throws `EngineError`, `ImageError`.
 */
export async function openFromPodman(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<Image | undefined> {
  const { env = {}, home = '', sockets } = options.engines ?? {};
  const store = podmanStore({ env, home, uid: process.getuid?.() ?? -1 });
  const stored = store && podmanStoredImage(store, name);
  if (stored?.kind === 'elsewhere' && stored.reason === 'ambiguous')
    throw new EngineError('ambiguous', 'Several images go by that name', stored.detail);
  const unpacked = stored && unpackedImage(reference, stored, options);
  if (store !== undefined && unpacked !== undefined) return at(unpacked, 'podman', store.root);
  const places =
    sockets?.podman === undefined
      ? podmanPlaces(env)
      : { addresses: [{ kind: 'podman' as const, socket: sockets.podman }], refused: [] };
  const isAbsent = stored?.kind === 'elsewhere' && stored.reason === 'no-such-image';
  if (isAbsent && places.addresses.length === 0 && places.refused.length === 0) return undefined;
  const address = firstOf(places);
  const found = await unlessAbsent(findDockerImage(address, name));
  return found === undefined
    ? undefined
    : at(await exported(reference, name, address, options), 'podman', address.socket);
}

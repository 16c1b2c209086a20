import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineFacts, findDockerImage } from '../../engine/docker/docker.ts';
import { exportDockerImage } from '../../engine/docker/export.ts';
import { dockerPlaces, type EnginePlaces } from '../../engine/docker/places.ts';
import { dockerStoredImage } from '../../engine/docker/store.ts';
import { type EngineAddress, EngineError, type EngineImage } from '../../engine/engine.ts';
import type { Image, OpenOptions, Place } from '../image.ts';
import { openArchive } from './archive.ts';
import { openTarget, unlessAbsent } from './containerd.ts';
import { unpackedImage } from './unpacked.ts';

/**
 * Opens an image of Docker: from containerd's store or Docker's own where they can be read, else as `docker save` gives it.
 * `undefined` where it has none of that name. Throws `EngineError`, `ImageError`.
 */
export async function openFromDocker(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<Image | undefined> {
  const socket = options.engines?.sockets?.docker;
  const { env = {}, home = '' } = options.engines ?? {};
  const address = firstOf(
    socket === undefined ? dockerPlaces(env, home) : { addresses: [{ kind: 'docker', socket }], refused: [] },
  );
  const found = await unlessAbsent(findDockerImage(address, name));
  if (found === undefined) return undefined;
  const image =
    (await inContainerd(reference, found, address, options)) ??
    (await inItsFolder(reference, found, address, options)) ??
    (await exported(reference, name, address, options));
  return at(image, 'docker', address.socket);
}

/** The one to ask. Throws `not-running`, `unsupported` for one that is not on this machine. */
export function firstOf({ addresses, refused }: EnginePlaces): EngineAddress {
  const [address] = addresses;
  if (address !== undefined) return address;
  const [other] = refused;
  throw other === undefined
    ? new EngineError('not-running', 'There is no such engine here')
    : new EngineError('unsupported', 'Only an engine on this machine is asked', other.place);
}

async function inContainerd(
  reference: string,
  { digest, mediaType = '' }: EngineImage,
  address: EngineAddress,
  options: OpenOptions,
): Promise<Image | undefined> {
  const { containerd } = await engineFacts(address);
  if (containerd === undefined || digest === undefined) return undefined;
  try {
    return await openTarget(reference, { ...containerd, digest, mediaType }, options);
  } catch (error) {
    // Docker itself can still be asked.
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

async function inItsFolder(
  reference: string,
  { configDigest }: EngineImage,
  address: EngineAddress,
  options: OpenOptions,
): Promise<Image | undefined> {
  const { root, driver } = await engineFacts(address);
  if (root === undefined || driver !== 'overlay2' || configDigest === undefined) return undefined;
  return unpackedImage(reference, dockerStoredImage(root, configDigest), options);
}

/** As `docker save` gives it, in a file that is removed afterwards. */
export async function exported(
  reference: string,
  name: string,
  address: EngineAddress,
  options: OpenOptions,
): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-export-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'image.tar');
    await exportDockerImage(address, name, path, options.signal === undefined ? {} : { signal: options.signal });
    return { ...(await openArchive(reference, { scheme: 'archive', path }, options)), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Says of an image where it was found. */
export function at(image: Image, place: Place, address: string): Image {
  return { ...image, foundAt: { place, address } };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineFacts, findDockerImage } from '../../engine/docker/docker.ts';
import type { EngineFacts } from '../../engine/docker/documents.ts';
import { exportDockerImage } from '../../engine/docker/export.ts';
import { dockerPlaces, type EnginePlaces } from '../../engine/docker/places.ts';
import type { AskOptions } from '../../engine/docker/socket-http.ts';
import { dockerStoredImage } from '../../engine/docker/store.ts';
import { type EngineAddress, EngineError, type EngineImage } from '../../engine/engine.ts';
import type { EngineSettings, Image, OpenOptions, Place } from '../image.ts';
import { openArchive } from './archive.ts';
import { openTarget, unlessAbsent } from './containerd.ts';
import { marksOf, unpackedImage } from './unpacked.ts';

/**
 * Opens an image of Docker: from containerd's store or Docker's own where they can be read, else as `docker save` gives it.
 * `undefined` where it has none of that name. Throws `EngineError`, `ImageError`.
 */
export async function openFromDocker(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<Image | undefined> {
  const address = dockerAddress(options.engines);
  const found = await unlessAbsent(findDockerImage(address, name, patience(options)));
  if (found === undefined) return undefined;
  // Its name may lead elsewhere meanwhile.
  return openFound(reference, found, found.configDigest ?? name, options);
}

/** Where Docker is asked. Throws as `firstOf` does. */
export function dockerAddress(settings: EngineSettings | undefined): EngineAddress {
  const { env = {}, home = '', sockets } = settings ?? {};
  return sockets?.docker === undefined ? firstOf(dockerPlaces(env, home)) : { kind: 'docker', socket: sockets.docker };
}

/** Docker answers these questions at once, or hangs. */
export function patience({ signal }: OpenOptions): AskOptions {
  return { limits: { headersMs: 20_000 }, ...(signal === undefined ? {} : { signal }) };
}

/** Opens an image that Docker has said it has; `name` is what it is exported by. */
export async function openFound(
  reference: string,
  found: Pick<EngineImage, 'engine' | 'digest' | 'mediaType' | 'configDigest'>,
  name: string,
  options: OpenOptions,
): Promise<Image> {
  const facts = await engineFacts(found.engine, patience(options));
  const image =
    (await inContainerd(reference, found, facts, options)) ??
    inItsFolder(reference, found, facts, options) ??
    (await exported(reference, name, found.engine, options));
  return at(image, 'docker', found.engine.socket);
}

/** The one to ask. Throws `not-running`, `unsupported` for one that is not on this machine. */
export function firstOf({ addresses, refused }: EnginePlaces): EngineAddress {
  const [address] = addresses;
  if (address !== undefined) return address;
  const [other] = refused;
  throw other === undefined
    ? new EngineError('not-running', 'There is no such engine here', 'Docker')
    : new EngineError('unsupported', 'Only an engine on this machine is asked', other.place);
}

async function inContainerd(
  reference: string,
  { digest, mediaType = '' }: Pick<EngineImage, 'digest' | 'mediaType'>,
  { containerd }: EngineFacts,
  options: OpenOptions,
): Promise<Image | undefined> {
  if (containerd === undefined || digest === undefined) return undefined;
  try {
    return await openTarget(reference, { ...containerd, digest, mediaType }, options);
  } catch (error) {
    // Docker itself can still be asked.
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

function inItsFolder(
  reference: string,
  { configDigest }: Pick<EngineImage, 'configDigest'>,
  { root, driver }: EngineFacts,
  options: OpenOptions,
): Image | undefined {
  if (root === undefined || driver !== 'overlay2' || configDigest === undefined) return undefined;
  return unpackedImage(reference, dockerStoredImage(root, configDigest), options, marksOf(root));
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

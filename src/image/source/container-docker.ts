import { writableLayer } from '../../engine/containerd/writable-layer.ts';
import { engineFacts, findDockerContainer } from '../../engine/docker/docker.ts';
import type { EngineFacts } from '../../engine/docker/documents.ts';
import { type EngineContainer, EngineError } from '../../engine/engine.ts';
import type { Image, OpenOptions } from '../image.ts';
import { openTarget, unlessAbsent } from './containerd.ts';
import { at, dockerAddress, openFound, patience } from './docker-daemon.ts';
import { marksOf } from './unpacked.ts';
import { withWritten } from './written.ts';

/** Opens a container of Docker; `undefined` where it has none of that name. Throws `EngineError`, `ImageError`. */
export async function openDockerContainer(
  reference: string,
  name: string,
  options: OpenOptions,
): Promise<Image | undefined> {
  const address = dockerAddress(options.engines);
  const container = await unlessAbsent(findDockerContainer(address, name, patience(options)));
  if (container === undefined) return undefined;
  const facts = await engineFacts(address, patience(options));
  const { imageDigest } = container;
  if (imageDigest === undefined)
    throw new EngineError('bad-answer', 'The engine does not tell the image of the container', container.id);
  if (facts.containerd !== undefined) return inContainerd(reference, container, facts, options);
  const { writableLayer: upper } = container;
  if (upper === undefined) throw notApart(container.id);
  const image = await openFound(reference, { engine: address, configDigest: imageDigest }, imageDigest, options);
  if (image.kind !== 'layered') throw notApart(container.id);
  return withWritten(image, container, { kind: 'overlay', path: upper, size: 0, ...marksOf(facts.root ?? '/') });
}

/** What is said of a container that is not read. */
export function notApart(id: string): EngineError {
  return new EngineError('unsupported', 'The storage driver does not keep the changes of a container apart', id);
}

/** Between image and container Docker puts a layer of its own, with empty files to be mounted over. */
async function inContainerd(
  reference: string,
  container: EngineContainer,
  { containerd }: EngineFacts,
  options: OpenOptions,
): Promise<Image> {
  if (containerd === undefined || container.imageDigest === undefined) throw notApart(container.id);
  const { upper, lowers, userAttributes } = await writableLayer(containerd, { ...container, engine: containerd });
  const target = { ...containerd, digest: container.imageDigest, mediaType: '' };
  const image = await openTarget(reference, target, options, async (diffIds) =>
    lowers.slice(0, diffIds.length).map((path) => ({ kind: 'overlay', path, size: 0, userAttributes })),
  );
  const blob = { kind: 'overlay', path: upper, size: 0, userAttributes } as const;
  return at(withWritten(image, container, blob), 'docker', container.engine.socket);
}

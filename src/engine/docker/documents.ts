// What of the documents of Docker's Engine API is used; podman's service answers alike.

import type { EngineAddress, EngineContainer, EngineImage } from '../engine.ts';
import { digestOf, type Fields, fieldsOf, labelsOf, listOf, sizeOf, textOf, textsOf } from '../unpacked/fields.ts';
import { fullName } from '../unpacked/wanted.ts';
import words from './words.json' with { type: 'json' };

/** What an engine tells of itself. */
export interface EngineFacts {
  /** `DockerRootDir`: the folder of its store, which may be that of another machine (Docker Desktop). */
  readonly root?: string;
  /** Storage driver: `overlay2`, `overlayfs`, `vfs`. */
  readonly driver?: string;
  /** Images are kept by containerd: identifiers are digests of manifests then, and this is where to ask. */
  readonly containerd?: EngineAddress;
}

/** Reads the answer to `/info`. */
export function factsOf(value: unknown): EngineFacts {
  const info = fieldsOf(value);
  const [root, driver] = [textOf(info['DockerRootDir']), textOf(info['Driver'])];
  const status = listOf(info['DriverStatus']).map((pair) => listOf(pair));
  const isContainerd = status.some(
    ([name, kind]) => name === 'driver-type' && textOf(kind)?.startsWith('io.containerd.snapshotter.') === true,
  );
  return {
    ...(root === undefined ? {} : { root }),
    ...(driver === undefined ? {} : { driver }),
    ...(isContainerd ? { containerd: containerdOf(info) } : {}),
  };
}

/** Engines before API 1.46 do not tell where; then it is the usual place. */
function containerdOf(info: Fields): EngineAddress {
  const told = fieldsOf(info['Containerd']);
  return {
    kind: 'containerd',
    socket: textOf(told['Address']) ?? '/run/containerd/containerd.sock',
    namespace: textOf(fieldsOf(told['Namespaces'])['Containers']) ?? 'moby',
  };
}

/** Reads an image of a list or one that was asked for; undefined where it has no identifier. */
export function imageOf(engine: EngineAddress, facts: EngineFacts, value: unknown): EngineImage | undefined {
  const image = fieldsOf(value);
  const id = digestOf(image['Id']);
  if (id === undefined) return undefined;
  const tags = textsOf(image['RepoTags']).filter((name) => name !== '<none>:<none>');
  const pinned = textsOf(image['RepoDigests']).filter((name) => !name.startsWith('<none>@'));
  const size = sizeOf(image['Size']);
  const digest = facts.containerd === undefined ? onlyDigest(pinned) : id;
  // Told since API 1.48, of images that containerd keeps.
  const mediaType = textOf(fieldsOf(image['Descriptor'])['mediaType']);
  return {
    engine,
    names: [...new Set([...tags, ...pinned].map(fullName))],
    ...(digest === undefined ? {} : { digest }),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(facts.containerd === undefined ? { configDigest: id } : {}),
    ...(size === undefined ? {} : { size }),
    labels: labelsOf(image['Labels'] ?? fieldsOf(image['Config'])['Labels']),
  };
}

/** An image that came from several registries may have had as many manifests. */
function onlyDigest(pinned: readonly string[]): string | undefined {
  const digests = new Set(pinned.map((name) => digestOf(name.slice(name.indexOf('@') + 1))));
  return digests.size === 1 ? [...digests][0] : undefined;
}

/** Reads a container of the list; undefined where it has no identifier. */
export function listedContainer(engine: EngineAddress, value: unknown): EngineContainer | undefined {
  const container = fieldsOf(value);
  return containerOf(engine, {
    id: container['Id'],
    names: textsOf(container['Names']),
    image: container['Image'],
    imageDigest: container['ImageID'],
    state: container['State'],
    labels: container['Labels'],
  });
}

/** Reads a container that was asked for, with its process and its writable layer; undefined where it has no identifier. */
export function inspectedContainer(
  engine: EngineAddress,
  facts: EngineFacts,
  value: unknown,
): EngineContainer | undefined {
  const inspected = fieldsOf(value);
  const [state, config] = [fieldsOf(inspected['State']), fieldsOf(inspected['Config'])];
  const container = containerOf(engine, {
    id: inspected['Id'],
    names: textsOf([inspected['Name']]),
    image: config['Image'],
    imageDigest: inspected['Image'],
    state: state['Status'],
    labels: config['Labels'],
  });
  if (container === undefined) return undefined;
  const pid = sizeOf(state['Pid']) ?? 0;
  const graph = fieldsOf(inspected['GraphDriver']);
  const upper =
    textOf(graph['Name'])?.startsWith('overlay') === true ? textOf(fieldsOf(graph['Data'])['UpperDir']) : undefined;
  const { containerd, driver } = facts;
  return {
    ...container,
    ...(pid > 0 ? { pid } : {}),
    ...(upper === undefined ? {} : { writableLayer: upper }),
    ...(containerd === undefined || driver === undefined
      ? {}
      : { snapshot: { snapshotter: driver, key: container.id } }),
  };
}

interface ContainerParts {
  readonly id: unknown;
  readonly names: readonly string[];
  readonly image: unknown;
  readonly imageDigest: unknown;
  readonly state: unknown;
  readonly labels: unknown;
}

const STATE_NAMES = ['created', 'running', 'paused', 'stopped'] as const;
const STATES: Readonly<Record<string, string>> = words.states;

function containerOf(engine: EngineAddress, parts: ContainerParts): EngineContainer | undefined {
  const id = textOf(parts.id);
  if (id === undefined) return undefined;
  const imageDigest = digestOf(parts.imageDigest);
  return {
    engine,
    id,
    names: parts.names.map((name) => name.replace(/^\//, '')),
    image: textOf(parts.image) ?? '',
    ...(imageDigest === undefined ? {} : { imageDigest }),
    state: stateOf(parts.state),
    labels: labelsOf(parts.labels),
  };
}

function stateOf(told: unknown): EngineContainer['state'] {
  const word = textOf(told)?.toLowerCase() ?? '';
  const state = Object.hasOwn(STATES, word) ? STATES[word] : undefined;
  return STATE_NAMES.find((name) => name === state) ?? 'unknown';
}

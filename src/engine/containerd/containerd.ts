import { containerNames } from '../container-names.ts';
import type { EngineAddress, EngineContainer, EngineImage } from '../engine.ts';
import { connectGrpc, type Grpc } from '../grpc.ts';
import { namespaceMetadata } from './namespace.ts';
import descriptions from './services.json' with { type: 'json' };

/** Connects to the services of an address's namespace, without which it is `default`. Throws `EngineError`. */
export async function connectContainerd(address: EngineAddress): Promise<Grpc> {
  return connectGrpc({ socket: address.socket, descriptions, metadata: namespaceMetadata(address) });
}

/** Runs with a connection, which is closed afterwards. Throws `EngineError`. */
export async function withContainerd<T>(address: EngineAddress, work: (grpc: Grpc) => Promise<T>): Promise<T> {
  const grpc = await connectContainerd(address);
  try {
    return await work(grpc);
  } finally {
    grpc.close();
  }
}

interface NamespacesAnswer {
  readonly namespaces: readonly { readonly name: string }[];
}

/** The namespaces that a containerd has: `default`, `k8s.io`, `moby`. Throws `EngineError`. */
export function namespaces(socket: string): Promise<readonly string[]> {
  return withContainerd({ kind: 'containerd', socket }, async (grpc) => {
    const method = 'containerd.services.namespaces.v1.Namespaces/List';
    const { namespaces: found } = await grpc.call<NamespacesAnswer>(method, {});
    return found.map(({ name }) => name);
  });
}

/** The address itself if it says a namespace, else one for each that there is. Throws `EngineError`. */
async function addressesOf(address: EngineAddress): Promise<readonly EngineAddress[]> {
  if (address.namespace !== undefined) return [address];
  return (await namespaces(address.socket)).map((namespace) => ({ ...address, namespace }));
}

interface ImagesAnswer {
  readonly images: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly target: { readonly mediaType: string; readonly digest: string } | null;
  }[];
}

/**
 * The images of a namespace, or of all, one for each target with all its names. Names that are digests (`sha256:…`) are
 * those that the CRI plugin gives by the configuration. Throws `EngineError`.
 */
export async function images(address: EngineAddress): Promise<readonly EngineImage[]> {
  const all = await addressesOf(address);
  return (await Promise.all(all.map(imagesIn))).flat();
}

function imagesIn(engine: EngineAddress): Promise<readonly EngineImage[]> {
  return withContainerd(engine, async (grpc) => {
    const answer = await grpc.call<ImagesAnswer>('containerd.services.images.v1.Images/List', {});
    const found = new Map<string, EngineImage>();
    for (const { name, labels, target } of answer.images) {
      if (!target) continue;
      const before = found.get(target.digest);
      const isConfig = /^sha(256|512):[0-9a-f]+$/.test(name);
      const configDigest = isConfig ? name : before?.configDigest;
      found.set(target.digest, {
        engine,
        names: [...(before?.names ?? []), ...(isConfig ? [] : [name])],
        digest: target.digest,
        mediaType: target.mediaType,
        ...(configDigest === undefined ? {} : { configDigest }),
        labels: { ...before?.labels, ...labels },
      });
    }
    return [...found.values()];
  });
}

interface ContainersAnswer {
  readonly container: {
    readonly id: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly image: string;
    readonly snapshotter: string;
    readonly snapshotKey: string;
  } | null;
}

interface TasksAnswer {
  readonly tasks: readonly Task[];
}

interface Task {
  readonly id: string;
  readonly containerId: string;
  readonly pid: number;
  readonly status: string;
}

/** The containers of a namespace, or of all, with what their tasks tell. Throws `EngineError`. */
export async function containers(address: EngineAddress): Promise<readonly EngineContainer[]> {
  const all = await addressesOf(address);
  return (await Promise.all(all.map(containersIn))).flat();
}

function containersIn(engine: EngineAddress): Promise<readonly EngineContainer[]> {
  return withContainerd(engine, async (grpc) => {
    const { tasks } = await grpc.call<TasksAnswer>('containerd.services.tasks.v1.Tasks/List', {});
    const taskOf = new Map(tasks.map((task) => [task.id === '' ? task.containerId : task.id, task]));
    const found: EngineContainer[] = [];
    const stream = 'containerd.services.containers.v1.Containers/ListStream';
    for await (const { container } of grpc.stream<ContainersAnswer>(stream, {}, { deadlineMs: listMs })) {
      if (!container) continue;
      const { id, labels, image, snapshotter, snapshotKey: key } = container;
      const task = taskOf.get(id);
      found.push({
        engine,
        id,
        names: containerNames(labels),
        image,
        state: stateOf(task),
        ...(task === undefined || task.pid === 0 ? {} : { pid: task.pid }),
        labels: { ...labels },
        ...(key === '' ? {} : { snapshot: { snapshotter, key } }),
      });
    }
    return found;
  });
}

/** Longest time that a list may take to come, milliseconds. */
const listMs = 60_000;

/** A container without a task was never started, or its task was removed when it had ended (as the CRI plugin does). */
function stateOf(task: Task | undefined): EngineContainer['state'] {
  if (task === undefined) return 'stopped';
  const states: Readonly<Record<string, EngineContainer['state']>> = {
    CREATED: 'created',
    RUNNING: 'running',
    PAUSED: 'paused',
    PAUSING: 'paused',
    STOPPED: 'stopped',
  };
  return states[task.status] ?? 'unknown';
}

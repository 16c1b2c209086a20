import { containerNames } from '../container-names.ts';
import { type EngineAddress, type EngineContainer, EngineError, type EngineImage } from '../engine.ts';
import { connectGrpc, type Grpc } from '../grpc.ts';
import descriptions from './cri.json' with { type: 'json' };

interface ImagesAnswer {
  readonly images: readonly {
    readonly id: string;
    readonly repoTags: readonly string[];
    readonly repoDigests: readonly string[];
    readonly size: string;
  }[];
}

/** The images that a runtime of Kubernetes has (CRI `runtime.v1`: containerd, cri-o). Throws `EngineError`. */
export function criImages(socket: string): Promise<readonly EngineImage[]> {
  return withRuntime(socket, async (grpc, engine) => {
    const { images } = await grpc.call<ImagesAnswer>('runtime.v1.ImageService/ListImages', {});
    return images.map(({ id, repoTags, repoDigests, size }) => {
      const digests = new Set(repoDigests.flatMap((name) => digestIn(name) ?? []));
      const [digest] = digests;
      const configDigest = digestIn(id);
      return {
        engine,
        names: [...repoTags, ...repoDigests],
        // Where several manifests have one configuration, the runtime does not tell which it has.
        ...(digest === undefined || digests.size > 1 ? {} : { digest }),
        ...(configDigest === undefined ? {} : { configDigest }),
        ...(Number.isSafeInteger(Number(size)) ? { size: Number(size) } : {}),
        labels: {},
      };
    });
  });
}

interface ContainersAnswer {
  readonly containers: readonly {
    readonly id: string;
    readonly metadata: { readonly name: string } | null;
    readonly image: { readonly image: string; readonly userSpecifiedImage: string } | null;
    readonly imageRef: string;
    readonly state: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** The containers that a runtime of Kubernetes has, running or not. Throws `EngineError`. */
export function criContainers(socket: string): Promise<readonly EngineContainer[]> {
  return withRuntime(socket, async (grpc, engine) => {
    const { containers } = await grpc.call<ContainersAnswer>('runtime.v1.RuntimeService/ListContainers', {});
    return containers.map(({ id, metadata, image, imageRef, state, labels }) => {
      const names = containerNames(labels);
      const imageDigest = digestIn(imageRef);
      return {
        engine,
        id,
        names: names.length > 0 || !metadata?.name ? names : [metadata.name],
        image: image?.userSpecifiedImage || image?.image || imageRef,
        ...(imageDigest === undefined ? {} : { imageDigest }),
        state: states[state] ?? 'unknown',
        labels: { ...labels },
      };
    });
  });
}

const states: Readonly<Record<string, EngineContainer['state']>> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'stopped',
};

async function withRuntime<T>(socket: string, work: (grpc: Grpc, engine: EngineAddress) => Promise<T>): Promise<T> {
  const grpc = await connectGrpc({ socket, descriptions });
  try {
    return await work(grpc, { kind: 'cri', socket });
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'unsupported') throw error;
    throw new EngineError('unsupported', 'The runtime does not speak CRI v1 at this socket', error.detail, error);
  } finally {
    grpc.close();
  }
}

/** The digest in a name (`name@sha256:…`) or an identifier (`sha256:…`, or cri-o's figures alone). */
function digestIn(text: string): string | undefined {
  const digest = text.slice(text.indexOf('@') + 1);
  if (/^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(digest)) return digest;
  return /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : undefined;
}

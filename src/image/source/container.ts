import { EngineError } from '../../engine/engine.ts';
import { type Image, ImageError, type OpenOptions, type Place, type Reference } from '../image.ts';

/** Opens a container of an engine; `undefined` where the engine has none of that name. Throws `EngineError`, `ImageError`. */
type OpenContainer = (reference: string, name: string, options: OpenOptions) => Promise<Image | undefined>;

type Engine = Exclude<Place, 'registry'>;

const engines: Readonly<Record<Engine, () => Promise<OpenContainer>>> = {
  containerd: async () => (await import('./container-containerd.ts')).openContainerdContainer,
  docker: async () => (await import('./container-docker.ts')).openDockerContainer,
  podman: async () => (await import('./container-podman.ts')).openPodmanContainer,
};

/**
 * Opens a container of the first engine that has one of that name or identifier: its image, and on top of it what the
 * container has written. Throws `EngineError`, `ImageError`.
 */
export async function openContainer(
  reference: string,
  { name, places }: Extract<Reference, { scheme: 'container' }>,
  options: OpenOptions,
): Promise<Image> {
  const asked = places.filter((place): place is Engine => place !== 'registry');
  if (asked.length === 0)
    throw new ImageError('bad-reference', 'A container is in an engine, not in a registry', reference);
  const failed: { readonly place: Engine; readonly error: EngineError }[] = [];
  for (const place of asked) {
    try {
      const open = await engines[place]();
      const image = await open(reference, name, options);
      if (image !== undefined) return { ...image, remarks: [...(image.remarks ?? []), ...failed.flatMap(remarkOf)] };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof EngineError) || error.code === 'ambiguous') throw error;
      failed.push({ place, error });
    }
  }
  const [news, ...others] = failed.filter((one) => isNews(one.error));
  if (news !== undefined && others.length === 0) throw news.error;
  const [first] = failed;
  if (first !== undefined && asked.length === 1) throw first.error;
  const detail = failed.map(({ place, error }) => `${place}: ${error.message}`).join('; ');
  throw new EngineError(
    'not-found',
    'No engine here has such a container',
    detail === '' ? name : `${name} (${detail})`,
  );
}

/** An engine that is not there is none. */
function isNews({ code }: EngineError): boolean {
  return code !== 'not-running' && code !== 'not-found';
}

function remarkOf({ place, error }: { readonly place: Engine; readonly error: EngineError }): string[] {
  if (!isNews(error)) return [];
  const why = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  return [`A container of that name may also be in ${place}, where it could not be read: ${why}.`];
}

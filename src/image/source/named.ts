import { EngineError } from '../../engine/engine.ts';
import { formatName, parseName } from '../../registry/name.ts';
import { type ImageName, RegistryError } from '../../registry/registry.ts';
import { type Image, ImageError, type ImageErrorCode, type OpenOptions, type Place } from '../image.ts';

/** Opens the image of an engine; `undefined` where the engine has none of that name. Throws `EngineError`, `ImageError`. */
export type OpenFromEngine = (reference: string, name: string, options: OpenOptions) => Promise<Image | undefined>;

const engines: Readonly<Record<Exclude<Place, 'registry'>, () => Promise<OpenFromEngine>>> = {
  containerd: async () => (await import('./containerd.ts')).openFromContainerd,
  docker: async () => (await import('./docker-daemon.ts')).openFromDocker,
  podman: async () => (await import('./podman.ts')).openFromPodman,
};

/** What an engine lacks another place may have. */
const elsewhere: ReadonlySet<ImageErrorCode> = new Set(['no-such-platform', 'missing-blob']);

/** What came of asking one place. */
interface Tried {
  readonly place: Place;
  readonly error?: PlaceError;
}

type PlaceError = EngineError | RegistryError | ImageError;

/**
 * Opens an image by name, from the first place that has one. An engine that is not there is passed over; of one that is there
 * and can't be asked, or has the image only for another platform or in part, the image's remarks tell. Throws `ImageError`,
 * and the last place's error where no place has it.
 */
export async function openNamed(
  reference: string,
  { name, places }: { readonly name: string; readonly places: readonly Place[] },
  options: OpenOptions,
): Promise<Image> {
  const tried: Tried[] = [];
  for (const place of places) {
    const found = await askedAt(place, { reference, name }, options);
    if ('image' in found)
      return { ...found.image, remarks: [...(found.image.remarks ?? []), ...tried.flatMap(remarkOf)] };
    tried.push({ place, ...found });
  }
  throw nowhere(name, tried);
}

async function askedAt(
  place: Place,
  { reference, name }: { readonly reference: string; readonly name: string },
  options: OpenOptions,
): Promise<{ readonly image: Image } | { readonly error?: PlaceError }> {
  try {
    if (place === 'registry') {
      const { openFromRegistry } = await import('./registry.ts');
      const { resolveName } = await import('../../registry/short-names.ts');
      const { registry } = options;
      const wanted = registry === undefined ? parseName(name) : await resolveName(name, registry);
      try {
        return { image: await openFromRegistry(reference, wanted, options) };
      } catch (error) {
        throw withName(error, wanted);
      }
    }
    const open = await engines[place]();
    const image = await open(reference, name, options);
    return image === undefined ? {} : { image };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof EngineError && error.code !== 'ambiguous') return { error };
    if (error instanceof RegistryError) return { error };
    if (place !== 'registry' && error instanceof ImageError && elsewhere.has(error.code)) return { error };
    throw error;
  }
}

/** What was not found, or may not be read, is told with the whole name as it was understood. */
function withName(error: unknown, name: ImageName): unknown {
  if (!(error instanceof RegistryError) || error.code === 'bad-setting') return error;
  const { code, message, detail = '' } = error;
  const { registry } = name;
  const rest =
    detail === registry ? '' : detail.startsWith(`${registry}: `) ? detail.slice(registry.length + 2) : detail;
  return new RegistryError(code, message, rest === '' ? formatName(name) : `${formatName(name)}: ${rest}`, error);
}

const nothingHere = 'no file, folder or image of an engine goes by that name either';

/** An engine that is not there is none. */
function isNews(error: PlaceError | undefined): error is PlaceError {
  return error !== undefined && error.code !== 'not-running' && error.code !== 'not-found';
}

function remarkOf({ place, error }: Tried): string[] {
  if (!isNews(error)) return [];
  const why = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  if (error instanceof ImageError)
    return [`An image of that name is also in ${place}, where it could not be read: ${why}.`];
  return [`An image of that name may also be in ${place}, which could not be asked: ${why}.`];
}

function nowhere(name: string, tried: readonly Tried[]): Error {
  const last = tried.at(-1);
  // Whoever named one place wants to know what that one said; a registry says most.
  if (last?.error !== undefined && tried.length === 1) return last.error;
  if (last?.error instanceof RegistryError) {
    const { code, message, detail } = last.error;
    const others = tried
      .slice(0, -1)
      .flatMap(({ place, error }) => (isNews(error) ? [`${place}: ${error.message}`] : []));
    const here = others.length === 0 ? nothingHere : others.join('; ');
    return new RegistryError(code, message, detail === undefined ? here : `${detail}; ${here}`, last.error);
  }
  const asked = tried
    .map(({ place, error }) => `${place}: ${error === undefined ? 'has none' : error.code}`)
    .join(', ');
  return new ImageError('not-found', 'There is no file, folder or image of that name', `${name} (${asked})`);
}

// place = "-" / folder / file
//       / "containerd" [ ":" namespace ] / "docker" / "podman" / "cri"
//       / ( "registry:" / "registry://" ) host [ "/" repository ] / host-that-shows-it "/" repository
// A word for an engine is that even where a file has its name: `./docker` is the file. What has a dot or a port in its
// first part, or is `localhost`, is the host of a registry.
import { statSync } from 'node:fs';
import { stdin } from 'node:process';
import type { EngineSettings } from '../../image/image.ts';
import { splitRegistry } from '../../registry/name.ts';
import type { RegistrySettings } from '../../registry/registry.ts';
import { openOptions } from '../open-options.ts';
import { ScanAllError } from './error.ts';
import type { ImageFilter } from './filter.ts';
import { bytesOf, referencesIn } from './list-file.ts';
import { imagesIn } from './list-folder.ts';
import type { ListedImage } from './listed-image.ts';

/** What to list, and how to get at it. */
export interface ListOptions extends ImageFilter {
  readonly registry?: RegistrySettings;
  readonly engines?: EngineSettings;
  /** Default: standard input of the process. */
  readonly input?: AsyncIterable<Uint8Array>;
}

/**
 * Lists the images at a place, as they are taken. Filters are for registries and engines. Throws `ScanAllError`,
 * `RegistryError`, `EngineError`.
 */
export async function* listReferences(place: string, options: ListOptions = {}): AsyncGenerator<ListedImage> {
  const { registry, engines } = openOptions(options);
  if (registry === undefined || engines === undefined) throw new TypeError('no settings');
  if (place === '-') yield* fromList('standard input', options.input ?? stdin);
  else if (/^(?:containerd(?::|$)|(?:docker|podman|cri)$)/.test(place)) {
    const { engineWords, imagesOfEngine } = await import('./list-engine.ts');
    const [word = '', namespace = ''] = place.split(':');
    const engine = engineWords.find((one) => one === word) ?? 'containerd';
    yield* await imagesOfEngine(engine, { ...engines, ...(namespace === '' ? {} : { namespace }) }, options);
  } else if (place.startsWith('registry:'))
    yield* fromRegistry(place.replace(/^registry:(?:\/\/)?/, ''), registry, options);
  else yield* fromPath(place, registry, options);
}

async function* fromPath(place: string, registry: RegistrySettings, options: ListOptions): AsyncGenerator<ListedImage> {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats?.isDirectory()) for (const reference of imagesIn(place)) yield { reference };
  else if (stats !== undefined) yield* fromList(place, bytesOf(place));
  else if (showsHost(place)) yield* fromRegistry(place, registry, options);
  else throw new ScanAllError('bad-place', 'There is no file, folder, engine or registry of that name', place);
}

/** Not a path that is mistyped: `./list`, `/srv/list`, `list.txt`. */
function showsHost(place: string): boolean {
  return place.includes('/') && !/^[./~]/.test(place) && splitRegistry(place).said;
}

async function* fromList(place: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ListedImage> {
  for await (const reference of referencesIn(place, bytes)) yield { reference };
}

async function* fromRegistry(
  place: string,
  settings: RegistrySettings,
  options: ListOptions,
): AsyncGenerator<ListedImage> {
  if (place === '') throw new ScanAllError('bad-place', 'The registry has no name', 'registry:');
  const { imagesOfRegistry } = await import('./list-registry.ts');
  yield* imagesOfRegistry(place, settings, options);
}

import { type LayerCache, layerCache } from '../image/cache/layer-cache.ts';
import type { RegistrySettings } from '../registry/registry.ts';
import type { CachePlaces } from './caches.ts';
import { openOptions } from './open-options.ts';
import type { ScanOptions } from './options.ts';
import type { SharedLayers } from './share-cache.ts';

/** The caches that know layers; none where nothing is to be kept. */
export interface LayerCaches {
  readonly layers?: LayerCache;
  readonly shared?: SharedLayers;
  readonly close: () => Promise<void>;
}

/** The repository of the team's cache, where one is named; an empty name is none, whatever the environment says. */
export function cacheRepository({ cacheFrom }: Pick<ScanOptions, 'cacheFrom'>): string | undefined {
  return (cacheFrom ?? process.env['SEAWORTHY_CACHE_REPOSITORY']) || undefined;
}

/**
 * Opens the cache of layers here, and the team's that is named. What the user says of credentials is for the registry
 * that the image was `foundIn`, if any: another one that has the cache is not shown them. Throws `RegistryError` where
 * that is no name of a repository, or a setting can't be used.
 */
export async function openLayerCaches(
  places: CachePlaces | undefined,
  options: Pick<ScanOptions, 'cacheFrom' | 'cachePush' | 'registry' | 'offline'>,
  foundIn?: string,
): Promise<LayerCaches> {
  if (places === undefined) return { close: async () => {} };
  const layers = layerCache(places.layers, places);
  const name = cacheRepository(options);
  const { registry } = openOptions(options);
  if (name === undefined || options.offline === true || registry === undefined)
    return { layers, close: async () => {} };
  const [{ isSameRegistry, parseName }, { accessOf }, { openSharedLayers }] = await Promise.all([
    import('../registry/name.ts'),
    import('../registry/access.ts'),
    import('./share-cache.ts'),
  ]);
  const repository = parseName(name);
  const isElsewhere = foundIn !== undefined && !isSameRegistry(foundIn, repository.registry);
  const settings = isElsewhere ? withoutCredentials(registry) : registry;
  const shared = await openSharedLayers(await accessOf(repository, settings), {
    push: options.cachePush === true,
  });
  return { layers, shared, close: () => shared.close() };
}

/** What flags say, and the environment of no certain registry; files say for which each is. */
function withoutCredentials(given: RegistrySettings): RegistrySettings {
  const { credentials: _, ...settings } = given;
  if (settings.env['SEAWORTHY_REGISTRY_HOST']) return settings;
  const env = Object.entries(settings.env).filter(([name]) => !name.startsWith('SEAWORTHY_REGISTRY_'));
  return { ...settings, env: Object.fromEntries(env) };
}

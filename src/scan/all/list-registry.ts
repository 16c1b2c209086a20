import { accessOf } from '../../registry/access.ts';
import { formatName, parseName, splitRegistry } from '../../registry/name.ts';
import { RegistryError, type RegistrySettings } from '../../registry/registry.ts';
import { type ImageFilter, isImageTag, matcher, newestTags } from './filter.ts';
import type { ListedImage } from './listed-image.ts';

/**
 * Images of a registry, `HOST`, or of one repository and those below it, `HOST/PREFIX`: each tag of each repository that
 * the filter lets through. A repository whose tags can't be listed is an image with an error. Throws `RegistryError` where
 * nothing can be listed.
 */
export async function* imagesOfRegistry(
  place: string,
  settings: RegistrySettings,
  filter: ImageFilter,
): AsyncGenerator<ListedImage> {
  const { registry, prefix } = splitPlace(place);
  const tried = new Set<string>();
  let catalogError: unknown;
  try {
    for await (const repository of repositoriesOf(registry, settings)) {
      if (prefix !== '' && repository !== prefix && !repository.startsWith(`${prefix}/`)) continue;
      if (tried.has(repository)) continue;
      tried.add(repository);
      yield* orError(registry, repository, settings, filter);
    }
  } catch (error) {
    // Many registries list no catalog, but the tags of one repository.
    if (prefix === '' || tried.size > 0 || !(error instanceof RegistryError)) throw error;
    catalogError = error;
  }
  if (tried.size > 0 || prefix === '') return;
  try {
    yield* imagesOfRepository(registry, prefix, settings, filter);
  } catch (error) {
    throw error instanceof RegistryError && error.code === 'not-found' && catalogError !== undefined
      ? catalogError
      : error;
  }
}

function splitPlace(place: string): { registry: string; prefix: string } {
  const text = place.replace(/\/+$/, '');
  const { registry, rest, said } = splitRegistry(text.includes('/') ? text : `${text}/`);
  if (said && rest === '') return { registry, prefix: '' };
  const { registry: host, repository } = parseName(text);
  return { registry: host, prefix: repository };
}

async function* repositoriesOf(registry: string, settings: RegistrySettings): AsyncGenerator<string> {
  const { listRepositories } = await import('../../registry/catalog.ts');
  yield* listRepositories(await accessOf({ registry, repository: '' }, settings));
}

async function* orError(
  registry: string,
  repository: string,
  settings: RegistrySettings,
  filter: ImageFilter,
): AsyncGenerator<ListedImage> {
  try {
    yield* imagesOfRepository(registry, repository, settings, filter);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    yield { reference: `registry://${registry}/${repository}`, error };
  }
}

/** Of which the newest are looked for. */
const mostTags = 1_000_000;

async function* imagesOfRepository(
  registry: string,
  repository: string,
  settings: RegistrySettings,
  filter: ImageFilter,
): AsyncGenerator<ListedImage> {
  const fits = matcher(filter);
  const { openRepository } = await import('../../registry/repository.ts');
  const opened = await openRepository(await accessOf({ registry, repository }, settings));
  const chosen: string[] = [];
  try {
    for await (const tag of opened.tags()) {
      if (!isImageTag(tag) || !fits(repository, tag)) continue;
      if (filter.latest === undefined) yield imageOf(registry, repository, tag);
      else if (chosen.push(tag) > mostTags)
        throw new RegistryError('limit-exceeded', 'A repository has too many tags to find the newest', repository);
    }
  } finally {
    await opened.close();
  }
  for (const tag of filter.latest === undefined ? [] : newestTags(chosen, filter.latest))
    yield imageOf(registry, repository, tag);
}

function imageOf(registry: string, repository: string, tag: string): ListedImage {
  return { reference: `registry://${formatName({ registry, repository, tag })}` };
}

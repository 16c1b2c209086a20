import type { EngineImage } from '../../engine/engine.ts';
import type { EngineSettings } from '../../image/image.ts';
import { type ImageFilter, isImageTag, matcher, newestTags } from './filter.ts';
import type { ListedImage } from './list.ts';

/** Images of the containerd of this machine, of one namespace or all. Throws `EngineError`. */
export async function* imagesOfContainerd(engines: EngineSettings, filter: ImageFilter): AsyncGenerator<ListedImage> {
  const [{ images }, { containerdAddress }] = await Promise.all([
    import('../../engine/containerd/containerd.ts'),
    import('../../image/source/containerd.ts'),
  ]);
  yield* listed(await images(containerdAddress(engines)), 'containerd', filter);
}

/** As references of images by their names, those with several of them once; one without a name goes by its digest. */
export function listed(images: readonly EngineImage[], scheme: string, filter: ImageFilter): ListedImage[] {
  const wanted = wantedNames(images, filter);
  return images.flatMap(({ names, digest, configDigest }): ListedImage[] => {
    const own = names.filter((name) => wanted.has(name)).map((name) => `${scheme}://${name}`);
    const [first, ...others] = own;
    if (first !== undefined) return [{ reference: first, names: others }];
    const isAskedFor = names.length === 0 && filter.include === undefined && filter.latest === undefined;
    const id = configDigest ?? digest;
    return isAskedFor && id !== undefined ? [{ reference: `${scheme}://${id}` }] : [];
  });
}

/** The names that the filter lets through, of each repository the newest. */
function wantedNames(images: readonly EngineImage[], filter: ImageFilter): ReadonlySet<string> {
  const fits = matcher(filter);
  const tags = new Map<string, string[]>();
  const wanted = new Set<string>();
  for (const name of images.flatMap(({ names }) => names)) {
    const { repository, tag } = parts(name);
    if (tag === undefined) {
      if (fits(repository, '') && filter.latest === undefined) wanted.add(name);
    } else if (isImageTag(tag) && fits(repository, tag)) {
      tags.set(repository, [...(tags.get(repository) ?? []), tag]);
    }
  }
  for (const [repository, own] of tags) {
    for (const tag of newestTags(own, filter.latest ?? own.length)) wanted.add(`${repository}:${tag}`);
  }
  return wanted;
}

function parts(name: string): { repository: string; tag?: string } {
  const [, repository = name, tag] = /^(.+):([\w][\w.-]*)$/.exec(name) ?? [];
  return tag === undefined || name.includes('@') ? { repository: name } : { repository, tag };
}

import type { Image } from '../image/image.ts';
import { resolveReference } from '../image/reference.ts';
import { isSameRegistry, parseName, splitRegistry } from '../registry/name.ts';
import { type ImageName, RegistryError } from '../registry/registry.ts';
import type { NamedImage } from '../vex/vex.ts';

/** Whether a name in a statement is that of the image. */
export type Bears = (said: NamedImage) => boolean;

/**
 * How to tell whether a statement names the image, by registry, repository and tag; undefined for an image that was not
 * found by name, or whose name may be that of more than one registry.
 */
export function bearsOf(image: Image): Bears | undefined {
  const own = imageNameOf(image);
  if (own === undefined) return undefined;
  return ({ repository, tag }) => {
    const said = parsed(repository);
    if (said === undefined) return false;
    const isSame = isSameRegistry(said.registry, own.registry) && said.repository === own.repository;
    return isSame && (tag === undefined || tag === own.tag);
  };
}

/** The name that an image was found by; undefined where it has none that is sure. */
export function imageNameOf(image: Image): ImageName | undefined {
  if (image.kind !== 'layered' || image.foundAt === undefined) return undefined;
  const { reference, foundAt } = image;
  const resolved = resolveReference(reference);
  // A container has changes of its own, of which nobody who speaks of its image knows.
  if (resolved.scheme !== 'named') return undefined;
  const isHubs = foundAt.place === 'docker' || /(^|\.)docker\.io$/i.test(foundAt.address);
  // Settings may send a short name to any registry.
  return splitRegistry(resolved.name).said || isHubs ? parsed(resolved.name) : undefined;
}

function parsed(text: string): ImageName | undefined {
  try {
    return parseName(text);
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}

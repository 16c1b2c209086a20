import { DOCKER_HUB, splitRegistry } from '../../registry/name.ts';
import { StoreProblem } from './store-file.ts';

/** What an image of a store goes by. */
export interface StoredImage {
  /** `sha256:…` of its configuration: its identifier. */
  readonly configDigest: string;
  /** Of its manifest, where the store tells. */
  readonly digest?: string;
  /** Full names with tag or digest. */
  readonly names: readonly string[];
}

/**
 * The full form of a familiar name (reference grammar of distribution): `debian:12` is `docker.io/library/debian:12`. Tag
 * and digest stay as they are.
 */
export function fullName(name: string): string {
  const { registry, rest } = splitRegistry(name);
  return registry === DOCKER_HUB && !rest.includes('/') ? `${registry}/library/${rest}` : `${registry}/${rest}`;
}

/**
 * The image that somebody calls so: by name (`latest` where no tag is given; `localhost/` as podman builds, or Docker's
 * defaults), by digest of manifest or configuration, or by the first digits of its identifier. Throws `StoreProblem`.
 */
export function wantedImage<T extends StoredImage>(images: readonly T[], wanted: string): T {
  const [repository = '', digest] = wanted.split('@', 2);
  const tagged = /:[^/]*$/.test(repository) || digest !== undefined ? wanted : `${wanted}:latest`;
  for (const name of [tagged, fullName(tagged), `localhost/${tagged}`]) {
    const named = images.find((image) => image.names.includes(name) || goesBy(image, name));
    if (named !== undefined) return named;
  }
  const hex = /^(?:sha256:)?([0-9a-f]{1,64})$/.exec(wanted)?.[1];
  const found = hex === undefined ? [] : images.filter((image) => hasDigits(image, hex));
  const [only] = found;
  if (only === undefined) throw new StoreProblem('no-such-image', wanted);
  if (found.length > 1) throw new StoreProblem('ambiguous', wanted);
  return only;
}

function hasDigits(image: StoredImage, hex: string): boolean {
  return image.configDigest.startsWith(`sha256:${hex}`) || image.digest === `sha256:${hex}`;
}

/** `name@sha256:…` of an image that the store knows by a tag of that name. */
function goesBy(image: StoredImage, name: string): boolean {
  const [repository = '', digest] = name.split('@', 2);
  if (digest === undefined || image.digest !== digest) return false;
  const plain = repository.replace(/:[^/]*$/, '');
  return image.names.some((own) => own.startsWith(`${plain}:`) || own.startsWith(`${plain}@`));
}

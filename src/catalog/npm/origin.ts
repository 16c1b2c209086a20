import { shownOrigin } from '../origin.ts';

/** A tarball as registries name them: `<registry>/<name>/-/<name>-<version>.tgz`. */
const registryTarball = /\/-\/(?:@[^/]+\/)?[^/]+\.tgz(?:[?#]|$)/;

/**
 * Where a package came from as the file says it, without what may be a secret; `undefined` where that is a registry.
 */
export function originOf(resolved: string | undefined): string | undefined {
  if (resolved === undefined || registryTarball.test(resolved)) return undefined;
  return shownOrigin(resolved);
}

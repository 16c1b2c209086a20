/** A tarball as registries name them: `<registry>/<name>/-/<name>-<version>.tgz`. */
const registryTarball = /\/-\/(?:@[^/]+\/)?[^/]+\.tgz(?:[?#]|$)/;

/**
 * Where a package came from as the file says it, without what may be a secret; `undefined` where that is a registry.
 */
export function originOf(resolved: string | undefined): string | undefined {
  if (resolved === undefined || registryTarball.test(resolved)) return undefined;
  return withoutSecrets(resolved);
}

/** An address without user, password and query; the fragment (a commit) stays. */
export function withoutSecrets(address: string): string {
  return address
    .slice(0, 2000)
    .replace(/(\/\/)([^/?#@]*(?:@[^/?#@]*)*)@/, (_all, slashes: string, user: string) =>
      user === 'git' ? `${slashes}git@` : slashes,
    )
    .replace(/\?[^#]*/, '');
}

/*
 * Images in package URLs (purl-spec, definitions of the types `oci` and `docker`):
 *
 *   oci     name = last part of the repository; repository_url = registry and whole repository; tag = a tag;
 *           version = digest of the manifest
 *   docker  repository_url = registry, Docker Hub where absent; namespace and name = repository;
 *           version = tag or digest
 */
import type { Purl } from '../purl/purl.ts';

/** An image as a statement names it without its digest. */
export interface NamedImage {
  /** `registry.test/team/app`, as written. */
  readonly repository: string;
  /** Absent where the name goes for all of the repository. */
  readonly tag?: string;
}

/** Whether a package URL names an image. */
export function isImage({ type }: Purl): boolean {
  return type === 'oci' || type === 'docker';
}

/** Digest of a manifest that a package URL has for its version. */
export function digestIn({ version }: Purl): string | undefined {
  return version !== undefined && /^sha\d+:[0-9a-f]+$/.test(version) ? version : undefined;
}

/** The image of a package URL that says its registry and not its digest; undefined for any other. */
export function namedImage(purl: Purl): NamedImage | undefined {
  if (!isImage(purl) || digestIn(purl) !== undefined) return undefined;
  const url = purl.qualifiers['repository_url']?.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const tag = purl.qualifiers['tag'];
  const tagged = tag === undefined ? {} : { tag };
  if (purl.type === 'oci') {
    // Its version is a digest and nothing else; of whose registry a bare name is, nobody knows.
    const last = url?.split('/').at(-1)?.toLowerCase();
    const isWhole = url?.includes('/') === true && last === purl.name.toLowerCase();
    return url !== undefined && isWhole && purl.version === undefined ? { repository: url, ...tagged } : undefined;
  }
  const { namespace, name, version } = purl;
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  if (tag !== undefined && version !== undefined && tag !== version) return undefined;
  return { repository: `${url ?? 'docker.io'}/${path}`, ...(version === undefined ? tagged : { tag: version }) };
}

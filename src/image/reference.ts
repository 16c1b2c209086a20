// reference = path-form | root-form | name-form
// path-form = [ ( "oci" | "oci-archive" | "docker-archive" ) ":" ] path [ ":" tag | "@" digest ]
//           | [ ( "rootfs" | "dir" ) ":" ] path
// root-form = "containerd-root:" path [ "#" ( image-name | "container://" identifier ) ]
// name-form = [ ( "registry" | "docker" | "containerd" | "docker-daemon" | "podman" ) "://" ] image-name
//           | "container://" ( name | identifier )
// image-name: see registry/name.ts. A bare text that is the path of a file or folder is that; with a tag behind it only
// where an image is there, so that `docker:27` is a name beside a folder `docker` of other things. Names have "://", since
// `docker:27` and `registry:2` are images themselves; `docker://` is a registry's image, as skopeo and podman have it.
import { closeSync, existsSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { ImageError, type PathReference, type Place, type Reference } from './image.ts';

const schemes: Readonly<Record<string, PathReference['scheme']>> = {
  oci: 'oci',
  'oci-archive': 'oci-archive',
  'docker-archive': 'docker-archive',
  rootfs: 'rootfs',
  dir: 'rootfs',
};

const places: Readonly<Record<string, Place>> = {
  registry: 'registry',
  docker: 'registry',
  containerd: 'containerd',
  'docker-daemon': 'docker',
  podman: 'podman',
};

/** Where a bare name is looked for unless the user says otherwise. */
const usualPlaces: readonly Place[] = ['docker', 'podman', 'containerd', 'registry'];

const rootForm = 'containerd-root:';

/**
 * Finds out which kind of image lies at a reference. Throws `ImageError` (`not-found`, `not-an-image`, `bad-reference`,
 * `unreadable`).
 */
export function resolveReference(text: string, from: readonly Place[] = usualPlaces): Reference {
  const named = namedReference(text, from);
  if (named !== undefined) return named;
  if (text.startsWith(rootForm)) return rootReference(text);
  const colon = text.indexOf(':');
  const word = text.slice(0, Math.max(colon, 0));
  const scheme = Object.hasOwn(schemes, word) ? schemes[word] : undefined;
  if (scheme === undefined) return bareReference(text, from);
  const rest = nonEmpty(text.slice(colon + 1), text);
  // A root file system has no tags: what follows is part of its path.
  const { path, name } = scheme === 'rootfs' ? { path: rest } : splitName(rest);
  const wantsFolder = scheme === 'oci' || scheme === 'rootfs';
  const stats = statOf(path, text);
  // A pipe can't be read here and there, and opening one waits for whoever writes to it.
  if (!wantsFolder && !stats.isDirectory() && !stats.isFile())
    throw new ImageError('not-an-image', 'That is neither a file nor a folder', path);
  if (wantsFolder !== stats.isDirectory()) {
    throw new ImageError(
      'bad-reference',
      wantsFolder ? 'That scheme wants a folder and this is a file' : 'That scheme wants a file and this is a folder',
      path,
    );
  }
  return { scheme, path, ...(name === undefined ? {} : { name }) };
}

function bareReference(text: string, from: readonly Place[]): Reference {
  const { path, name } = splitName(text);
  const isPath = looksLikePath(text);
  if (!isPath && !existsSync(path)) return { scheme: 'named', name: text, places: from };
  if (name === undefined) return { scheme: recognize(path, statOf(path, text)), path };
  const scheme = imageAt(path);
  if (scheme !== undefined) return { scheme, path, name };
  if (!isPath) return { scheme: 'named', name: text, places: from };
  throw new ImageError('not-found', 'There is no file or folder of that name', text);
}

/** What can hold several images by name. */
function imageAt(path: string): PathReference['scheme'] | undefined {
  try {
    const scheme = recognize(path, statOf(path, path));
    return scheme === 'rootfs' ? undefined : scheme;
  } catch (error) {
    if (error instanceof ImageError && error.code === 'not-an-image') return undefined;
    throw error;
  }
}

function namedReference(text: string, from: readonly Place[]): Reference | undefined {
  const [, word = '', name = ''] = /^([a-z-]+):\/\/(.*)$/s.exec(text) ?? [];
  const place = Object.hasOwn(places, word) ? places[word] : undefined;
  if (place === undefined && word !== 'container') return undefined;
  nonEmpty(name, text);
  return place === undefined ? { scheme: 'container', name, places: from } : { scheme: 'named', name, places: [place] };
}

/** The folder may have "#" in its name; names of images and containers have none. */
function rootReference(text: string): Reference {
  const rest = nonEmpty(text.slice(rootForm.length), text);
  const hash = existsSync(rest) ? -1 : rest.lastIndexOf('#');
  const path = hash === -1 ? rest : rest.slice(0, hash);
  if (!statOf(path, text).isDirectory())
    throw new ImageError('bad-reference', 'That scheme wants a folder and this is a file', path);
  if (hash === -1) return { scheme: 'containerd-root', path };
  const name = nonEmpty(rest.slice(hash + 1), text);
  const prefix = 'container://';
  return name.startsWith(prefix)
    ? { scheme: 'containerd-root', path, container: nonEmpty(name.slice(prefix.length), text) }
    : { scheme: 'containerd-root', path, name };
}

function nonEmpty(part: string, text: string): string {
  if (part !== '') return part;
  throw new ImageError('bad-reference', 'The reference names no image, file or folder', text);
}

/** Whether it can only be meant as a path: absolute, relative with a dot, or with the ending of an archive. */
function looksLikePath(text: string): boolean {
  return text === '' || /^[./~]|\\|\.(?:tar|tgz|tar\.gz|zip|json|sif|iso|img)$/i.test(text);
}

/** The longest prefix that exists is the path; what follows `:` or `@` names one of several images in it. */
function splitName(rest: string): { readonly path: string; readonly name?: string } {
  if (existsSync(rest)) return { path: rest };
  for (let at = rest.length - 1; at > 0; ) {
    at = Math.max(rest.lastIndexOf(':', at - 1), rest.lastIndexOf('@', at - 1));
    if (at > 0 && existsSync(rest.slice(0, at))) return { path: rest.slice(0, at), name: rest.slice(at + 1) };
  }
  return { path: rest };
}

function statOf(path: string, text: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new ImageError('not-found', 'There is no file or folder of that name', text, cause);
    }
    throw new ImageError('unreadable', 'The file or folder cannot be read', `${text} (${code})`, cause);
  }
}

function recognize(path: string, stats: Stats): PathReference['scheme'] {
  if (stats.isDirectory()) {
    if (existsSync(join(path, 'oci-layout')) || existsSync(join(path, 'index.json'))) return 'oci';
    if (['etc', 'usr', 'bin', 'var', 'lib'].some((name) => existsSync(join(path, name)))) return 'rootfs';
    throw new ImageError(
      'not-an-image',
      'The folder is neither an OCI layout (no oci-layout file) nor a root file system (no etc, usr, bin, var or lib); write rootfs:PATH to scan it as one',
      path,
    );
  }
  if (!stats.isFile()) throw new ImageError('not-an-image', 'That is neither a file nor a folder', path);
  if (looksLikeArchive(path)) return 'archive';
  throw new ImageError('not-an-image', 'The file is not a tar archive, plain or gzip, of an image', path);
}

function looksLikeArchive(path: string): boolean {
  const head = Buffer.alloc(512);
  const descriptor = opened(path);
  try {
    const length = readSync(descriptor, head, 0, 512, 0);
    const gzip = length > 2 && head[0] === 0x1f && head[1] === 0x8b;
    return gzip || head.toString('latin1', 257, 262) === 'ustar' || (length === 512 && looksLikeV7(head));
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ImageError('unreadable', 'The file or folder cannot be read', `${path} (${code})`, cause);
  }
}

/** A pre-POSIX header has no magic, but its checksum field is an octal number behind a name. */
function looksLikeV7(head: Buffer): boolean {
  return head[0] !== 0 && /^[0-7 ]{6}\0? ?$/.test(head.toString('latin1', 148, 156).replace(/\0+$/, '\0'));
}

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../internal/limit.ts';
import { ScanAllError } from './error.ts';

const archive = /\.(?:tar|tgz|tar\.gz)$/i;
/** Folders within a folder that are looked into. */
const deepest = 6;

/**
 * References of the images in a folder and those below it, by path: OCI layouts (each image of theirs by its tag, or its
 * digest) and archives. Symbolic links to folders are not followed. Throws `ScanAllError` (`bad-list`).
 */
export function* imagesIn(folder: string, depth = 0): Generator<string> {
  if (existsSync(join(folder, 'oci-layout')) || existsSync(join(folder, 'index.json'))) {
    yield* imagesOfLayout(folder);
    return;
  }
  const entries = list(folder).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < deepest) yield* imagesIn(path, depth + 1);
    else if (archive.test(entry.name) && statSync(path, { throwIfNoEntry: false })?.isFile()) yield path;
  }
}

function list(folder: string): ReturnType<typeof entriesOf> {
  try {
    return entriesOf(folder);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ScanAllError('bad-list', 'A folder of images cannot be read', `${folder} (${code})`, cause);
  }
}

function entriesOf(folder: string): { name: string; isDirectory(): boolean }[] {
  return readdirSync(folder, { withFileTypes: true });
}

/** What the index of a layout says is left to whoever opens it, but for the names of several images. */
function imagesOfLayout(folder: string): string[] {
  const named = namesIn(join(folder, 'index.json'));
  if (named.length < 2) return [`oci:${folder}`];
  // An image of several platforms has one name, and is one image.
  return [...new Set(named.map((name) => `oci:${folder}${name.startsWith('sha256:') ? '@' : ':'}${name}`))];
}

function namesIn(path: string): string[] {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > limits.manifestBytes) return [];
    const index = JSON.parse(readFileSync(path, 'utf8')) as { readonly manifests?: unknown };
    return Array.isArray(index.manifests) ? index.manifests.flatMap(nameOf) : [];
  } catch {
    return [];
  }
}

function nameOf(entry: unknown): string[] {
  const { digest, annotations = {} } = (entry ?? {}) as {
    readonly digest?: unknown;
    readonly annotations?: Readonly<Record<string, unknown>> | null;
  };
  if (annotations?.['vnd.docker.reference.type'] !== undefined) return [];
  const name = annotations?.['org.opencontainers.image.ref.name'] ?? digest;
  // Signatures and attestations that cosign keeps beside an image.
  return typeof name === 'string' && !/^sha256-[0-9a-f]{64}(?:\.\w+)?$/.test(name) ? [name] : [];
}

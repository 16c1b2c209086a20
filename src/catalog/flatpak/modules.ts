/*
 * `files/manifest.json` is the manifest that flatpak-builder built from, resolved (flatpak-manifest(5)):
 *
 *   manifest = { branch, modules: *module }       module = { name, sources: *source, modules: *module } / text
 *   source   = { type: "archive", url, sha256 } / { type: "git", url, tag, commit } / …
 */
import { asArray, asObject, asText, DocumentError, readJson } from '../document.ts';

/** Something that was built into a flatpak. */
export interface Module {
  readonly name: string;
  readonly version: string;
  /** Where its source is from. */
  readonly origin: string;
  /** Digest of the source: `sha256:…`, or a commit of git. */
  readonly integrity: string | undefined;
}

/** What the manifest of a flatpak says. */
export interface Manifest {
  readonly branch: string | undefined;
  readonly modules: readonly Module[];
  /** Names of modules whose sources tell no version. */
  readonly versionless: readonly string[];
}

const maximumDepth = 50;
const maximumModules = 20_000;

/** Reads the manifest; `undefined` when it is none. Throws `DocumentError`. */
export function readManifest(bytes: Uint8Array): Manifest | undefined {
  const manifest = asObject(readJson(bytes));
  if (manifest === undefined) return undefined;
  const modules: Module[] = [];
  const versionless: string[] = [];
  const todo: { readonly value: unknown; readonly depth: number }[] = [];
  const push = (list: unknown, depth: number): void => {
    for (const value of depth > maximumDepth ? [] : (asArray(list) ?? [])) todo.push({ value, depth });
    if (todo.length > maximumModules) throw new DocumentError('too-large', 'A flatpak has too many modules');
  };
  push(manifest['modules'], 0);
  for (let at = 0; at < todo.length; at++) {
    const module = asObject(todo[at]?.value);
    const name = asText(module?.['name']);
    const sources: Readonly<Record<string, unknown>>[] = (asArray(module?.['sources']) ?? []).map(
      (source) => asObject(source) ?? {},
    );
    const first = sources.find((source) => source['type'] === 'archive' || source['type'] === 'git');
    const known = name !== undefined && first !== undefined ? moduleOf(name, first) : undefined;
    if (known !== undefined) modules.push(known);
    else if (name !== undefined && first !== undefined) versionless.push(name.slice(0, 80));
    push(module?.['modules'], (todo[at]?.depth ?? 0) + 1);
  }
  return { branch: asText(manifest['branch']) ?? asText(manifest['default-branch']), modules, versionless };
}

function moduleOf(name: string, source: Readonly<Record<string, unknown>>): Module | undefined {
  const origin = asText(source['url']);
  if (origin === undefined) return undefined;
  if (source['type'] === 'git') {
    const commit = asText(source['commit']);
    const version = versionIn(asText(source['tag']) ?? '') ?? commit;
    return version === undefined ? undefined : { name, version, origin, integrity: commit };
  }
  const sha256 = asText(source['sha256']);
  const version = versionIn(origin.slice(origin.lastIndexOf('/') + 1).replace(archive, ''));
  return version === undefined
    ? undefined
    : { name, version, origin, integrity: sha256 === undefined ? undefined : `sha256:${sha256}` };
}

const archive = /\.(?:tar\.[a-z\d]{1,5}|tar|tgz|tbz2|txz|zip|7z|gem|crate)$/i;

/** `libquay-2.4.1` is 2.4.1, and so is `v2.4.1`; of a longer text only the end is a version. */
function versionIn(text: string): string | undefined {
  return text.length > 300 ? undefined : /^(?:.*[-_])?v?(\d[\w.+~]*)$/i.exec(text)?.[1];
}

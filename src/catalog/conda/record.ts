/*
 * `conda-meta/<name>-<version>-<build>.json`: what conda notes of a package that it has put into an environment.
 *
 *   { "name", "version", "build", "subdir", "channel", "url", "license", "sha256", "md5", "requested_spec",
 *     "depends":    [ "name [ version [ build ] ]", … ],
 *     "files":      [ path, … ],                                        below the folder of the environment
 *     "paths_data": { "paths": [ { "_path", "path_type", "sha256", "sha256_in_prefix" }, … ] } }
 *
 *   channel = [ scheme "://" host "/" [ "t/" token "/" ] ] name *( "/" name ) [ "/" subdir ]
 */
import type { OwnedFile } from '../../inventory/inventory.ts';
import { asArray, asObject, asText, DocumentError, readJson, textsOf } from '../document.ts';

/** An installed package as its record tells it. */
export interface CondaRecord {
  readonly name: string;
  readonly version: string;
  readonly build: string | undefined;
  /** Without host, token and platform: `conda-forge`, `pkgs/main`. */
  readonly channel: string | undefined;
  /** `linux-64`, `noarch`. */
  readonly subdir: string | undefined;
  readonly license: string | undefined;
  readonly integrity: string | undefined;
  /** Whether the user asked for it. */
  readonly direct: boolean;
  /** Names. */
  readonly depends: readonly string[];
  /** Paths without leading slash, below the folder of the environment; none unless they were asked for. */
  readonly files: readonly OwnedFile[];
}

const nameGrammar = /^[a-z\d_][a-z\d_.-]*$/i;
const versionGrammar = /^[!-~]+$/;
const maximumText = 500;

/** Reads a record. Throws `DocumentError`, also when it has no name or version. */
export function readRecord(bytes: Uint8Array, withFiles: boolean): CondaRecord {
  const fields = asObject(readJson(bytes)) ?? {};
  const name = asText(fields['name']) ?? '';
  const version = asText(fields['version']) ?? '';
  if (!nameGrammar.test(name) || !versionGrammar.test(version))
    throw new DocumentError(
      'corrupt',
      'A package has no usable name or version',
      JSON.stringify(`${name.slice(0, 80)} ${version.slice(0, 80)}`),
    );
  const subdir = short(fields['subdir']);
  return {
    name,
    version,
    build: short(fields['build']),
    channel: channelOf(short(fields['channel']) ?? short(fields['url']) ?? '', subdir),
    subdir,
    license: short(fields['license']),
    integrity: digestOf('sha256', fields['sha256']) ?? digestOf('md5', fields['md5']),
    direct: isAskedFor(asText(fields['requested_spec'])),
    depends: textsOf(fields['depends']).flatMap(neededName),
    files: withFiles ? filesOf(fields) : [],
  };
}

function short(value: unknown): string | undefined {
  const text = asText(value);
  return text === undefined || text.length > maximumText ? undefined : text;
}

function channelOf(text: string, subdir: string | undefined): string | undefined {
  const path = text.replace(/^[a-z][\w+.-]*:\/\/[^/]*\/?/i, '').replace(/^t\/[^/]+\//, '');
  const parts = path.split('/').filter((part) => part !== '');
  // Of the address of a package the last part is the file.
  if (/\.(?:conda|tar\.bz2)$/.test(parts.at(-1) ?? '')) parts.pop();
  if (parts.at(-1) === subdir) parts.pop();
  return parts.join('/') || undefined;
}

const digestLengths = { md5: 32, sha256: 64 } as const;

function digestOf(algorithm: keyof typeof digestLengths, value: unknown): string | undefined {
  const digest = asText(value)?.toLowerCase();
  const whole = digest?.length === digestLengths[algorithm] && /^[\da-f]+$/.test(digest);
  return whole ? `${algorithm}:${digest}` : undefined;
}

/** A package that came as a dependency has no spec or `None`; one of a list of exact builds was not asked for alone. */
function isAskedFor(spec: string | undefined): boolean {
  return spec !== undefined && spec !== 'None' && !/=[^=,]+=[^=,]+$/.test(spec) && !spec.includes('://');
}

function neededName(spec: string): readonly string[] {
  const [, name] = /^\s*(?:[^\s:]+::)?([a-z\d_][a-z\d_.-]*)/i.exec(spec.slice(0, maximumText)) ?? [];
  return name === undefined ? [] : [name];
}

/** Paths with digests where the record has them; those of a link are of what it leads to. */
function filesOf(fields: Readonly<Record<string, unknown>>): readonly OwnedFile[] {
  const paths = asArray(asObject(fields['paths_data'])?.['paths']);
  if (paths === undefined) return textsOf(fields['files']).flatMap((path) => (isInside(path) ? [{ path }] : []));
  return paths.flatMap((entry): OwnedFile[] => {
    const told = asObject(entry);
    const path = asText(told?.['_path']);
    if (path === undefined || !isInside(path)) return [];
    const digest = told?.['path_type'] === 'softlink' ? undefined : digestOf('sha256', inPrefix(told));
    return [digest === undefined ? { path } : { path, digest }];
  });
}

/** A file in which conda wrote the folder of the environment has another digest than the shipped one. */
function inPrefix(told: Readonly<Record<string, unknown>> | undefined): unknown {
  return told?.['sha256_in_prefix'] ?? told?.['sha256'];
}

function isInside(path: string): boolean {
  return path.length <= 4096 && !path.startsWith('/') && !path.includes('\0') && !`/${path}/`.includes('/../');
}

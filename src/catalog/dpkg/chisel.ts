import { zstdDecompressSync } from 'node:zlib';
import type { OwnedFile } from '../../inventory/inventory.ts';
import { asObject, asText, textsOf } from '../document.ts';
import { architectureName, blank, packageName } from './status.ts';

/*
 * What chisel, which puts slices of Ubuntu's packages into an image, leaves in place of dpkg's records
 * (canonical/chisel, public/manifest; public/jsonwall): zstd of JSON, one object a line, sorted.
 *
 *   manifest = head *(package / slice / path / content)
 *   head     = { "jsonwall": "1.0", "schema": "1.0", "count": lines with this one }
 *   package  = { "kind": "package", "name", "version", "sha256", "arch" }
 *   path     = { "kind": "path", "path", "slices": [package "_" slice …], "sha256"?, "final_sha256"?, … }   ; "/" ends a folder's
 */

/** Path of the manifest without leading slash. */
export const chiselPath: string = 'var/lib/chisel/manifest.wall';

/** A package of which slices are in the image; of what source it was built is not recorded. */
export interface ChiselledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** What a manifest tells. */
export interface ChiselManifest {
  readonly packages: readonly ChiselledPackage[];
  /** Files by name of the package. */
  readonly files: ReadonlyMap<string, readonly OwnedFile[]>;
  /** What is wrong in it; packages may be missing. */
  readonly faults: readonly string[];
}

/** Largest manifest read, bytes without compression; one of a thousand packages has some 30 MB. */
const maxBytes = 128 << 20;
const maxFaults = 8;
const maxPath = 4096;

/** Reads a manifest, its files only where they are asked for. */
export function readChisel(bytes: Uint8Array, owns: ((path: string) => boolean) | undefined): ChiselManifest {
  let text: Buffer;
  try {
    text = zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'not zstd';
    return { packages: [], files: new Map(), faults: [why] };
  }
  const faults: string[] = [];
  const say = (fault: string): void => {
    if (faults.length < maxFaults) faults.push(fault);
  };
  const packages: ChiselledPackage[] = [];
  const files = new Map<string, OwnedFile[]>();
  let lines = 0;
  let stated: unknown;
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    end = text.indexOf(0x0a, at);
    if (end === -1) end = text.length;
    lines += 1;
    const line = text.toString('utf8', at, end);
    if (isUnread(line, owns !== undefined)) continue;
    const entry = objectOf(line);
    if (lines === 1) stated = entry?.['jsonwall'] === '1.0' && entry['schema'] === '1.0' ? entry['count'] : undefined;
    else if (entry?.['kind'] === 'path') addPath(files, entry, owns);
    else if (entry === undefined || entry['kind'] === 'package') {
      const found = packageOf(entry);
      if (found) packages.push(found);
      else say(`line ${lines}: not a package`);
    }
  }
  if (stated !== lines) say(`${lines} lines, ${typeof stated === 'number' ? stated : 'not known how many'} stated`);
  return { packages, files, faults };
}

/** Most lines tell of files; `kind` is the first of an object. */
function isUnread(line: string, wantsFiles: boolean): boolean {
  return (
    line.startsWith('{"kind":"content"') ||
    line.startsWith('{"kind":"slice"') ||
    (!wantsFiles && line.startsWith('{"kind":"path"'))
  );
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function packageOf(entry: Readonly<Record<string, unknown>> | undefined): ChiselledPackage | undefined {
  const name = asText(entry?.['name']) ?? '';
  const version = asText(entry?.['version']) ?? '';
  const architecture = asText(entry?.['arch']) ?? '';
  const isPackage =
    packageName.test(name) &&
    version !== '' &&
    !blank.test(version) &&
    architectureName.test(architecture) &&
    name.length + version.length <= maxPath;
  return isPackage ? { name, version, architecture } : undefined;
}

function addPath(
  files: Map<string, OwnedFile[]>,
  entry: Readonly<Record<string, unknown>>,
  owns: ((path: string) => boolean) | undefined,
): void {
  const path = asText(entry['path']) ?? '';
  if (!path.startsWith('/') || path.endsWith('/') || path.length > maxPath || !owns?.(path)) return;
  // What a slice's script changed has the final digest.
  const digest = asText(entry['final_sha256']) ?? asText(entry['sha256']) ?? '';
  const file = /^[\da-f]{64}$/.test(digest) ? { path, digest: `sha256:${digest}` } : { path };
  for (const name of new Set(textsOf(entry['slices']).map((slice) => slice.split('_', 1)[0] ?? ''))) {
    const known = files.get(name);
    if (known) known.push(file);
    else files.set(name, [file]);
  }
}

/*
 * Debian packages that are in a snap.
 *
 *   manifest.yaml (snapcraft)   primed-stage-packages: *entry        what is in it, since snapcraft 3.10
 *                               parts: { part: { stage-packages: *entry } }    what was unpacked for it, all or in part
 *                               entry = name [ ":" architecture ] "=" version
 *   dpkg.list (bases)           dpkg -l: "ii" SP name [ ":" architecture ] SP version SP architecture SP description
 */
import { asArray, asObject, asText, entriesOf, readText, readYaml } from '../document.ts';

/** A Debian package as a snap names it. */
export interface StagedDeb {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string | undefined;
  /** Absent when it is surely in the snap. */
  readonly certainty?: 'likely';
}

/** What a snap says of the Debian packages in it. */
export interface StagedDebs {
  readonly debs: readonly StagedDeb[];
  /** Distribution that they are from, `ubuntu` and `22.04`. */
  readonly distro?: { readonly id: string; readonly version?: string | undefined };
  /** What was not understood. */
  readonly faults: readonly string[];
}

const nameGrammar = /^[a-z\d][a-z\d.+-]*$/;
const maximumFaults = 10;

/** The Debian packages in a snap by snapcraft's manifest. Throws `DocumentError`. */
export function readManifest(bytes: Uint8Array): StagedDebs {
  const manifest = asObject(readYaml(bytes));
  if (manifest === undefined) return { debs: [], faults: ['no mapping'] };
  const faults: string[] = [];
  const primed = asArray(manifest['primed-stage-packages']);
  const debs = (primed ?? staged(manifest['parts'])).flatMap((entry) => {
    const deb = readEntry(asText(entry) ?? '');
    if (deb === undefined) faults.push(String(asText(entry)).slice(0, 80));
    return deb === undefined ? [] : [primed === undefined ? { ...deb, certainty: 'likely' as const } : deb];
  });
  const id = asText(manifest['snapcraft-os-release-id']);
  const version = asText(manifest['snapcraft-os-release-version-id']);
  const distro = id !== undefined && /^[a-z\d._-]+$/.test(id) ? { distro: { id, version } } : {};
  return { debs, ...distro, faults: faults.slice(0, maximumFaults) };
}

function staged(parts: unknown): readonly unknown[] {
  return entriesOf(parts).flatMap(([, part]) => asArray(asObject(part)?.['stage-packages']) ?? []);
}

function readEntry(entry: string): StagedDeb | undefined {
  const at = entry.indexOf('=');
  const [name = '', architecture] = entry.slice(0, Math.max(at, 0)).split(':', 2);
  return debOf(name, entry.slice(at + 1).trim(), architecture);
}

function debOf(name: string, version: string, architecture: string | undefined): StagedDeb | undefined {
  return nameGrammar.test(name) && /^\d[^\s]*$/.test(version) ? { name, version, architecture } : undefined;
}

/** The Debian packages of a base by its `dpkg.list`. Throws `DocumentError`. */
export function readDpkgList(bytes: Uint8Array): StagedDebs {
  const lines = readText(bytes).split('\n');
  const faults: string[] = [];
  const debs: StagedDeb[] = [];
  let headed = false;
  for (const line of lines) {
    headed ||= line.startsWith('+++-');
    if (!/^[a-z]i /.test(line)) continue;
    const [, name = '', version = '', architecture] = line.split(/\s+/, 4);
    const deb = debOf(name.split(':', 1)[0] ?? '', version, architecture);
    if (deb === undefined) faults.push(line.slice(0, 80));
    else debs.push(deb);
  }
  if (!headed || debs.length === 0) faults.push('no list of dpkg');
  return { debs, faults: faults.slice(0, maximumFaults) };
}

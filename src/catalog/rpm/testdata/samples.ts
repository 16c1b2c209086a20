import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Distro } from '../../../distro/distro.ts';
import type { LayerRef, Package } from '../../../inventory/inventory.ts';
import type { CatalogResult } from '../../catalog.ts';
import { rpm } from '../rpm.ts';

/** A database in `testdata/` (see its README) and where it lies in an image. */
export interface Sample {
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Lines of its `expected.tsv`. */
  readonly expected: readonly string[];
}

export const layer: LayerRef = { index: 3, diffId: `sha256:${'5'.repeat(64)}`, createdBy: 'RUN dnf install' };

export const almaLinux: Distro = {
  id: 'almalinux',
  name: 'AlmaLinux 9.3 (Shamrock Pampas Cat)',
  versionId: '9.3',
  like: ['rhel', 'centos', 'fedora'],
  source: '/etc/os-release',
  ecosystem: 'AlmaLinux:9',
};

/** Text of a file in `testdata/`. */
export function testText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/** Bytes of a gzipped file in `testdata/`. */
export function testBytes(path: string): Buffer {
  return gunzipSync(readFileSync(new URL(`${path}.gz`, import.meta.url)));
}

const places: readonly (readonly [string, string, string])[] = [
  ['alma9/rpmdb.sqlite', 'var/lib/rpm/rpmdb.sqlite', 'alma9'],
  ['variants/reserved-512.sqlite', 'usr/lib/sysimage/rpm/rpmdb.sqlite', 'alma9'],
  ['variants/big-endian-512.bdb', 'var/lib/rpm/Packages', 'alma9'],
  ['variants/little-endian-65536.bdb', 'usr/share/rpm/Packages', 'alma9'],
  ['rhel8/Packages', 'var/lib/rpm/Packages', 'rhel8'],
  ['sle15/Packages.db', 'usr/lib/sysimage/rpm/Packages.db', 'sle15'],
];

export const samples: readonly Sample[] = places.map(([name, path, folder]) => ({
  name,
  path,
  // No `Buffer`: its `slice` does not copy, and the contract's damages would reach the original.
  bytes: new Uint8Array(testBytes(name)),
  expected: testText(`${folder}/expected.tsv`).trimEnd().split('\n'),
}));

/** What the cataloger makes of files by path, on AlmaLinux 9. */
export function catalogFiles(files: Readonly<Record<string, Uint8Array>>, distro: Distro = almaLinux): CatalogResult {
  const paths = Object.keys(files).toSorted();
  return rpm.catalog({ distro, files: paths.map((path) => ({ path, bytes: files[path] ?? new Uint8Array(), layer })) });
}

/** A line as in `expected.tsv`. */
export function tsvLine(found: Package): string {
  if (found.metadata.kind !== 'rpm') {
    throw new Error('not an rpm package');
  }
  const { epoch, release, sourceRpm, vendor, modularityLabel } = found.metadata;
  const version = found.version.slice(found.version.indexOf(':') + 1, -release.length - 1);
  const columns = [found.name, epoch, version, release, found.architecture, sourceRpm, vendor, modularityLabel];
  return columns.map((column) => column ?? '(none)').join('\t');
}

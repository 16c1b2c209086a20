import { type Distro, distroQualifier, ecosystemFor } from '../../distro/distro.ts';
import type { DpkgMetadata, Location, Ownership, Package, Problem } from '../../inventory/inventory.ts';
import { packagePurl, purlNumbering } from '../../purl/purl.ts';
import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { readStanzas } from '../stanza.ts';
import { type ChiselManifest, chiselPath, readChisel } from './chisel.ts';
import { keptLicenses } from './copyright-extractor.ts';
import { ownedFiles } from './owned-files.ts';
import { copyrightPath, isDoubtful, isOwnership, isStatus, isWitness, ownershipPaths, statusPath } from './paths.ts';
import { readStatus, type StatusRecord, statusFields } from './status.ts';
import { thirdParties } from './third-party.ts';

/** Packages installed by dpkg (Debian, Ubuntu and what derives from them, distroless), or cut into slices by chisel. */
export const dpkg: Cataloger = {
  id: 'dpkg',
  needs: ['var/lib/chisel', 'var/lib/dpkg', 'var/lib/dpkg/status.d', 'var/lib/dpkg/info', 'usr/share/doc'],
  selects: (path, detail) =>
    isStatus(path) || path === chiselPath || (detail === 'files' ? isOwnership(path) : isWitness(path)),
  catalog,
};

/** Far above what any image holds: Debian has some 70,000 packages in all. */
const maxPackages = 200_000;
const maxOwnedFiles = 4_000_000;
/** Problems told one by one of each file. */
const maxProblems = 20;

interface Found {
  readonly record: StatusRecord;
  readonly purl: string;
  readonly id: string;
  readonly locations: Location[];
  /** Its source is not on record: `record.source` is only what dpkg would take it for. */
  readonly chiselled?: true;
}

function catalog({ files: list, distro, detail = 'files', owns }: CatalogInput): CatalogResult {
  const files = new Map(list.map((file) => [file.path, file]));
  const problems: Problem[] = [];
  const found = new Map<string, Omit<Found, 'id'>>();
  for (const file of list) {
    if (isStatus(file.path) && isRecord(file)) readRecords(file, distro, found, problems);
  }
  const manifest = files.get(chiselPath);
  const chiselled = manifest && readChisel(manifest.bytes, detail === 'files' ? (owns ?? everything) : undefined);
  if (manifest && chiselled) addChiselled(chiselled, manifest, distro, found, problems);
  if (found.size === 0 && list.some((file) => isOwnership(file.path))) {
    problems.push(
      problem('unreadable', 'Packages have files, but none is on record', 'no package in status', statusPath),
    );
  }
  const idOf = purlNumbering();
  const sorted = Array.from(found.values(), (entry): Found => ({ ...entry, id: idOf(entry.purl) })).toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  if (detail === 'names') {
    const packages = sorted.map((entry) => sourced(entry, toPackage(entry, distro, { licenses: noLicenses })));
    return { packages, problems };
  }
  const licenses = licensesOf(sorted, files);
  const builtBy = thirdParties(distro);
  const packages = sorted.map((entry) => {
    const { record } = entry;
    return sourced(entry, toPackage(entry, distro, { licenses: licenses(record), thirdParty: builtBy(record) }));
  });
  if (detail === 'packages') return { packages, problems };
  return { packages, ownership: ownershipOf(sorted, { files, owns, chiselled: chiselled?.files }, problems), problems };
}

/** A script or list of a package beside its record is none; whatever it is called, a file that names a package is one. */
function isRecord(file: ImageFile): boolean {
  if (!isDoubtful(file.path)) return true;
  let named = false;
  readStanzas(file.bytes, ['package'], ({ values }) => {
    named = values[0] !== undefined;
    return !named;
  });
  return named;
}

function readRecords(
  file: ImageFile,
  distro: Distro | undefined,
  found: Map<string, Omit<Found, 'id'>>,
  problems: Problem[],
): void {
  const location: Location = { path: `/${file.path}`, layer: file.layer };
  let broken = 0;
  readStanzas(file.bytes, statusFields, (stanza) => {
    const { record, faults } = readStatus(stanza, file.path === statusPath);
    if (faults.length > 0) {
      broken += 1;
      if (broken <= maxProblems) problems.push(damaged(file, faults.join('; ')));
    }
    if (record !== undefined) {
      const purl = purlOf(record, distro);
      // Advisories are named for sources: one package said to be of two is judged by both.
      const key = `${purl} ${sourceKey(record)}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { record, purl, locations: [location] });
      else if (known.locations.at(-1) !== location) known.locations.push(location);
    }
    if (found.size < maxPackages) return true;
    problems.push(problem('too-large', 'Too many packages', `more than ${maxPackages}`, file.path, file));
    return false;
  });
  if (broken > maxProblems) problems.push(damaged(file, `${broken - maxProblems} more`));
}

/** Adds the packages that dpkg has no record of. */
function addChiselled(
  { packages, faults }: ChiselManifest,
  file: ImageFile,
  distro: Distro | undefined,
  found: Map<string, Omit<Found, 'id'>>,
  problems: Problem[],
): void {
  if (faults.length > 0) {
    problems.push(problem('corrupt', 'Chisel manifest is damaged', faults.join('; '), file.path, file));
  }
  const known = new Set(Array.from(found.values(), ({ purl }) => purl));
  let unsourced = 0;
  for (const { name, version, architecture } of packages) {
    const record: StatusRecord = { name, version, architecture, source: { name, version }, essential: false };
    const purl = purlOf(record, distro);
    if (known.has(purl) || found.size >= maxPackages) continue;
    known.add(purl);
    unsourced += 1;
    found.set(purl, { record, purl, locations: [{ path: `/${file.path}`, layer: file.layer }], chiselled: true });
  }
  if (unsourced > 0) {
    const message = 'Chiselled packages do not name their sources, by which advisories are';
    problems.push({ ...problem('unsupported', message, `${unsourced} packages`, file.path, file), lossy: false });
  }
}

function purlOf({ name, version, architecture }: StatusRecord, distro: Distro | undefined): string {
  const qualifiers = { arch: architecture, distro: distro && distroQualifier(distro) };
  return packagePurl({ type: 'deb', namespace: distro?.id, name, version, qualifiers });
}

/**
 * The licences of a package by its copyright file; a binary package without one has that of another from the same
 * source, as its documents may be a link to the other's (Debian policy 12.5).
 */
function licensesOf(
  found: readonly Found[],
  files: ReadonlyMap<string, ImageFile>,
): (record: StatusRecord) => readonly string[] {
  const byName = new Map<string, readonly string[]>();
  const bySource = new Map<string, readonly string[]>();
  for (const { record } of found) {
    const bytes = byName.has(record.name) ? undefined : files.get(copyrightPath(record.name))?.bytes;
    if (bytes !== undefined) {
      const names = keptLicenses(bytes);
      byName.set(record.name, names);
      if (!bySource.has(sourceKey(record))) bySource.set(sourceKey(record), names);
    }
  }
  return (record) => byName.get(record.name) ?? bySource.get(sourceKey(record)) ?? noLicenses;
}

const noLicenses: readonly string[] = [];

function sourceKey({ source }: StatusRecord): string {
  return `${source.name} ${source.version}`;
}

/** What other files and the distribution tell of a package. */
interface Told {
  readonly licenses: readonly string[];
  readonly thirdParty?: string | undefined;
}

/** Judged by its own name, a package without its source would be taken for one of no flaws. */
function sourced(entry: Found, found: Package): Package {
  if (!entry.chiselled) return found;
  const { source: _unknown, ecosystem: _judgedBySource, ...bare } = found;
  return bare;
}

function toPackage(
  { record, purl, id, locations }: Found,
  distro: Distro | undefined,
  { licenses, thirdParty }: Told,
): Package {
  const { name, version, architecture, source } = record;
  const ecosystem = ecosystemFor(distro, 'deb');
  return {
    id,
    name,
    version,
    ...(ecosystem && { ecosystem }),
    type: 'deb',
    kind: 'binary',
    source,
    ...(architecture && { architecture }),
    purl,
    locations,
    licenses,
    foundBy: dpkg.id,
    metadata: thirdParty === undefined ? toMetadata(record) : { ...toMetadata(record), thirdParty },
  };
}

function toMetadata({ status, maintainer, section, essential }: StatusRecord): DpkgMetadata {
  return {
    kind: 'dpkg',
    ...(status && { status }),
    ...(maintainer && { maintainer }),
    ...(section && { section }),
    ...(essential && { essential }),
  };
}

interface OwnershipSources {
  readonly files: ReadonlyMap<string, ImageFile>;
  readonly owns: ((path: string) => boolean) | undefined;
  readonly chiselled: ChiselManifest['files'] | undefined;
}

function ownershipOf(
  found: readonly Found[],
  { files, owns = everything, chiselled }: OwnershipSources,
  problems: Problem[],
): Ownership[] {
  const ownership: Ownership[] = [];
  let total = 0;
  for (const { record, id, locations } of found) {
    const from = locations[0]?.path.slice(1) ?? statusPath;
    const read = (suffix: string): Uint8Array | undefined =>
      ownershipPaths(from, record.name, record.architecture, suffix)
        .map((path) => files.get(path)?.bytes)
        .find((bytes) => bytes !== undefined);
    const recorded = ownedFiles(read('list'), read('md5sums')).filter(({ path: file }) => owns(file));
    const owned = recorded.length > 0 ? recorded : (chiselled?.get(record.name) ?? []);
    total += owned.length;
    if (total > maxOwnedFiles) {
      problems.push(problem('too-large', 'Too many files of packages', `more than ${maxOwnedFiles}`));
      break;
    }
    if (owned.length > 0) ownership.push({ package: id, files: owned });
  }
  return ownership;
}

const everything = (): boolean => true;

function damaged(file: ImageFile, detail: string): Problem {
  return problem('corrupt', 'Package record is damaged', detail, file.path, file);
}

function problem(code: Problem['code'], message: string, detail: string, path?: string, file?: ImageFile): Problem {
  return {
    code,
    message,
    detail,
    by: dpkg.id,
    lossy: true,
    ...(path && { path: `/${path}` }),
    ...(file && { layer: file.layer.index }),
  };
}

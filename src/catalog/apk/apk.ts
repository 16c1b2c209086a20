import { type Distro, distroQualifier, ecosystemFor } from '../../distro/distro.ts';
import type { ApkMetadata, Location, OwnedFile, Ownership, Package, Problem } from '../../inventory/inventory.ts';
import { packagePurl, purlNumbering } from '../../purl/purl.ts';
import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type ApkRecord, readDatabase } from './database.ts';

const databases: ReadonlySet<string> = new Set(['lib/apk/db/installed', 'usr/lib/apk/db/installed']);

/** Packages installed by apk (Alpine, Wolfi, Chainguard). */
export const apk: Cataloger = {
  id: 'apk',
  needs: ['lib/apk/db', 'usr/lib/apk/db'],
  endings: ['installed'],
  selects: (path) => databases.has(path),
  catalog,
};

/** Far above what any image holds: Alpine has some 25,000 packages in all. */
const maxPackages = 200_000;
const maxOwnedFiles = 4_000_000;
/** Problems told one by one of each file. */
const maxProblems = 20;

interface Found {
  readonly package: Package;
  readonly locations: Location[];
  readonly files: readonly OwnedFile[];
}

function catalog(input: CatalogInput): CatalogResult {
  const problems: Problem[] = [];
  const found = new Map<string, Found>();
  const wanted = input.files.filter((file) => databases.has(file.path));
  for (const [index, file] of wanted.entries()) {
    // With /lib a link to /usr/lib it is one file under two paths.
    const same = wanted.slice(0, index).some((other) => Buffer.compare(other.bytes, file.bytes) === 0);
    if (!same) readRecords(file, input, found, problems);
  }
  const idOf = purlNumbering();
  const sorted = Array.from(found.values(), (entry) => ({
    ...entry,
    package: { ...entry.package, id: idOf(entry.package.purl) },
  })).toSorted((a, b) => (a.package.id < b.package.id ? -1 : 1));
  const ownership: Ownership[] = sorted
    .filter((entry) => entry.files.length > 0)
    .map((entry) => ({ package: entry.package.id, files: entry.files }));
  return { packages: sorted.map((entry) => entry.package), ownership, problems };
}

function readRecords(
  file: ImageFile,
  { distro, detail = 'files', owns = () => true }: CatalogInput,
  found: Map<string, Found>,
  problems: Problem[],
): void {
  const location: Location = { path: `/${file.path}`, layer: file.layer };
  let broken = 0;
  let owned = 0;
  readDatabase(file.bytes, detail === 'files', (record) => {
    const faults = [...record.faults];
    const locations = [location];
    const read = toPackage(record, distro, locations, faults);
    if (faults.length > 0) {
      broken += 1;
      if (broken <= maxProblems)
        problems.push(problem('corrupt', 'Package record is damaged', faults.join('; '), file));
    }
    // Advisories are named for origins: one package said to be of two is judged by both.
    const key = `${read?.purl} ${read?.source?.name}`;
    const known = found.get(key);
    if (known !== undefined) known.locations.push(location);
    else if (read !== undefined)
      found.set(key, { package: read, locations, files: record.files.filter(({ path }) => owns(path)) });
    owned += record.files.length;
    if (found.size < maxPackages && owned < maxOwnedFiles) return true;
    problems.push(problem('too-large', 'Too many packages or files of packages', `${found.size} and ${owned}`, file));
    return false;
  });
  if (broken > maxProblems) {
    problems.push(problem('corrupt', 'Package record is damaged', `${broken - maxProblems} more`, file));
  }
}

const packageName = /^[\w.+-]+$/;

function toPackage(
  { line, fields }: ApkRecord,
  distro: Distro | undefined,
  locations: readonly Location[],
  faults: string[],
): Package | undefined {
  const name = fields.get('P') ?? '';
  const version = fields.get('V') ?? '';
  const architecture = fields.get('A') || undefined;
  if (!packageName.test(name) || version === '' || /[\s\p{Cc}]/u.test(version)) {
    faults.push(`line ${line}: package without usable ${packageName.test(name) ? 'version' : 'name'}`);
    return undefined;
  }
  const ecosystem = ecosystemFor(distro, 'apk');
  const qualifiers = { arch: architecture, distro: distro && distroQualifier(distro) };
  const purl = packagePurl({ type: 'apk', namespace: distro?.id, name, version, qualifiers });
  return {
    id: purl,
    name,
    version,
    ...(ecosystem && { ecosystem }),
    type: 'apk',
    kind: 'binary',
    // Binary packages of one origin are built together, so they share its version.
    source: { name: fields.get('o') || name, version },
    ...(architecture && { architecture }),
    purl,
    locations,
    licenses: splitLicenses(fields.get('L') ?? ''),
    foundBy: apk.id,
    metadata: toMetadata(fields),
  };
}

/** An SPDX expression stays whole; older packages list licences with blanks between. */
function splitLicenses(text: string): string[] {
  const whole = text.trim();
  if (/(?:^|\s)(?:AND|OR|WITH)\s|[()]/i.test(whole)) return [whole];
  return [...new Set(whole.split(/\s+/))].filter((name) => name !== '');
}

function toMetadata(fields: ApkRecord['fields']): ApkMetadata {
  const [maintainer, url, commit] = [fields.get('m'), fields.get('U'), fields.get('c')];
  return { kind: 'apk', ...(maintainer && { maintainer }), ...(url && { url }), ...(commit && { commit }) };
}

function problem(code: Problem['code'], message: string, detail: string, file: ImageFile): Problem {
  return { code, message, detail, path: `/${file.path}`, layer: file.layer.index, by: apk.id, lossy: true };
}

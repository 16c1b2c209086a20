import type { Distro } from '../../distro/distro.ts';
import type { OwnedFile, Ownership, Package, Problem } from '../../inventory/inventory.ts';
import { purlNumbering } from '../../purl/purl.ts';
import type { Cataloger, CatalogInput, CatalogResult, Detail, ImageFile } from '../catalog.ts';
import { type Database, findDatabases, folders, isDatabasePath, strayLogs } from './databases.ts';
import { type FileBudget, fileBudget, ownedFiles } from './files.ts';
import { type RpmHeader, readHeader } from './header.ts';
import { verifyHeader } from './header-digest.ts';
import { findManifest, isManifest, isShort, manifestFolder, readManifest } from './manifest.ts';
import { type PackageContext, packageOf, packageOfHeader } from './package.ts';
import { type DatabaseRecord, type HeaderRecord, maxRecords, tooMany } from './record.ts';
import { isSurrounding, readSurroundings, type Surroundings, surroundingFolders } from './surroundings.ts';

/** Problems kept of one database; more are only counted. */
const maxProblems = 100;

/**
 * Catalogues the packages of an rpm database: SQLite, ndb or Berkeley DB, wherever distributions keep it, or the manifest
 * that stands for one; with what package managers and builders of images recorded of them.
 */
export const rpm: Cataloger = {
  id: 'rpm',
  needs: [...folders, manifestFolder, ...surroundingFolders],
  endings: [
    'sqlite',
    'sqlite-wal',
    'db',
    'packages',
    'container-manifest-1',
    'container-manifest-2',
    'json',
    'toml',
    'history',
    'from_repo',
  ],
  selects: (path, detail) => isDatabasePath(path) || isManifest(path) || (detail !== 'names' && isSurrounding(path)),
  catalog,
};

/** What is asked for, and what may still be spent on it. */
interface Request {
  readonly distro: Distro | undefined;
  readonly surroundings: Surroundings | undefined;
  readonly detail: Detail;
  readonly owns: (path: string) => boolean;
  readonly budget: FileBudget;
}

interface FoundPackage {
  readonly found: Package;
  readonly files: readonly OwnedFile[];
}

interface Contents {
  readonly database: Pick<Database, 'file' | 'folder'>;
  readonly packages: readonly FoundPackage[];
  readonly problems: readonly Problem[];
}

function catalog(input: CatalogInput): CatalogResult {
  const detail = input.detail ?? 'files';
  const surroundings = detail === 'names' ? undefined : readSurroundings(input.files, input.distro);
  const request: Request = {
    distro: input.distro,
    surroundings,
    detail,
    budget: fileBudget(),
    owns: input.owns ?? (() => true),
  };
  const databases = findDatabases(input.files);
  const manifest = findManifest(input.files);
  const all = [
    ...databases.map((database) => readDatabase(database, request)),
    ...(manifest ? [readManifestFile(manifest, request)] : []),
  ];
  const problems = [
    ...strayLogs(input.files, databases).map((file) =>
      problem(file, 'corrupt', 'write-ahead log without its database', undefined, true),
    ),
    ...all.flatMap((contents) => contents.problems),
    ...(surroundings?.problems ?? []),
  ];
  const used: Contents[] = [];
  for (const folder of [...folders, manifestFolder]) {
    const here = all.filter(({ database }) => database.folder === folder);
    const best = here.find(({ packages }) => packages.length > 0) ?? here[0];
    for (const other of [...used, ...(best ? here : [])]) {
      if (best?.packages.length && other !== best && other.packages.length && purls(other) !== purls(best)) {
        problems.push(differing(best, other));
      }
    }
    used.push(...(best ? [best] : []));
  }
  return { ...assemble(used), problems };
}

/** Packages of all places; one that an earlier place has too is the same package. */
function assemble(used: readonly Contents[]): { packages: Package[]; ownership: Ownership[] } {
  const idOf = purlNumbering();
  const earlier = new Set<string>();
  const packages: Package[] = [];
  const ownership: Ownership[] = [];
  for (const contents of used) {
    const fresh = contents.packages.filter(({ found }) => !earlier.has(found.purl));
    for (const { found, files } of fresh) {
      const id = idOf(found.purl);
      earlier.add(found.purl);
      packages.push({ ...found, id });
      if (files.length > 0) {
        ownership.push({ package: id, files });
      }
    }
  }
  packages.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { packages, ownership };
}

function purls(contents: Contents): string {
  return contents.packages
    .map(({ found }) => found.purl)
    .toSorted()
    .join('\n');
}

function differing(best: Contents, other: Contents): Problem {
  const name = ({ database, packages }: Contents): string => `/${database.file.path}: ${packages.length} packages`;
  const isOneFolder = best.database.folder === other.database.folder;
  const message = isOneFolder
    ? 'folder with two rpm databases that differ; one is used'
    : 'rpm databases in two places that differ; both are used';
  return problem(best.database.file, 'duplicate', message, `${name(best)}, ${name(other)}`, isOneFolder);
}

function readDatabase(database: Database, request: Request): Contents {
  const packages: FoundPackage[] = [];
  const problems: Problem[] = [];
  const context = contextOf(database.file, request);
  for (const record of upTo(maxRecords, database.records())) {
    if (record.kind === 'header') {
      readPackage(record, request, { database, context, packages, problems });
    } else {
      const file = (record.file === 'log' && database.log) || database.file;
      problems.push(problem(file, record.code, record.message, record.detail, record.lossy));
    }
  }
  return { database, packages, problems: cap(problems, database.file) };
}

function readManifestFile(file: ImageFile, request: Request): Contents {
  const packages: FoundPackage[] = [];
  const problems: Problem[] = [];
  const context = contextOf(file, request);
  let lines = 0;
  for (const entry of readManifest(file)) {
    if (++lines > maxRecords) {
      problems.push(problem(file, 'too-large', 'rpm manifest with too many lines', `over ${maxRecords}`, true));
      break;
    }
    if (entry.kind === 'package') {
      const { ecosystem, ...bare } = packageOf(entry.facts, context);
      // Azure Linux's advisories are named for sources: by its own name a package would be taken for one of no flaws.
      packages.push({ found: { ...bare, ...(ecosystem && !isShort(file) && { ecosystem }) }, files: [] });
    } else {
      problems.push(problem(file, 'corrupt', 'rpm manifest is damaged', `line ${entry.line}: ${entry.detail}`, true));
    }
  }
  if (packages.length === 0 && problems.length === 0) {
    problems.push(problem(file, 'corrupt', 'rpm manifest without packages', undefined, true));
  }
  if (isShort(file)) {
    problems.push(
      problem(
        file,
        'unsupported',
        'rpm manifest without epochs and sources, by which advisories are named',
        undefined,
        false,
      ),
    );
  }
  return { database: { folder: manifestFolder, file }, packages, problems: cap(problems, file) };
}

function contextOf(file: ImageFile, { distro, surroundings }: Request): PackageContext {
  return { location: { path: `/${file.path}`, layer: file.layer }, distro, surroundings };
}

/** The first records, and where there are more, the word that they are not read. */
function* upTo(most: number, records: Iterable<DatabaseRecord>): Generator<DatabaseRecord> {
  let count = 0;
  for (const record of records) {
    if (++count > most) {
      yield tooMany;
      return;
    }
    yield record;
  }
}

interface Reading {
  readonly database: Database;
  readonly context: PackageContext;
  readonly packages: FoundPackage[];
  readonly problems: Problem[];
}

function readPackage(record: HeaderRecord, request: Request, reading: Reading): void {
  const { database, context, packages, problems } = reading;
  const { file } = database;
  const say = (message: string, detail: string, lossy: boolean): unknown =>
    problems.push(problem(file, 'corrupt', message, `package ${record.number}: ${detail}`, lossy));
  const header = readHeader(record.bytes);
  if (typeof header === 'string') {
    say('rpm header can not be read', header, true);
    return;
  }
  const found = packageOfHeader(header, context);
  // A wrong epoch is a wrong version; what is wrong in a list of files costs no package.
  const isLossy = header.faults.length > 0;
  if (request.detail !== 'names' && verifyHeader(header) === 'bad') {
    say('rpm header does not match its digest', found?.name ?? 'no name', true);
  }
  // Keys that rpm trusts are kept as packages of this name; nothing of them is installed.
  if (found && found.name !== 'gpg-pubkey') {
    const files = request.detail === 'files' ? ownedFiles(header, request.budget) : undefined;
    packages.push({ found, files: (files ?? []).filter(({ path }) => request.owns(path)) });
  }
  if (header.faults.length > 0) {
    say('rpm header with values that can not be read', summary(header), isLossy);
  }
}

function summary({ faults }: RpmHeader): string {
  return faults.slice(0, 3).join('; ');
}

function cap(problems: readonly Problem[], file: ImageFile): Problem[] {
  if (problems.length <= maxProblems) {
    return [...problems];
  }
  // The last tells most: that reading was given up, if it was.
  const rest = problems.slice(maxProblems - 1, -1);
  const lossy = rest.some((one) => one.lossy);
  const detail = `${rest.length} more`;
  const others = problem(file, 'corrupt', 'rpm database with many faults', detail, lossy);
  return [...problems.slice(0, maxProblems - 1), others, ...problems.slice(-1)];
}

function problem(
  file: ImageFile,
  code: Problem['code'],
  message: string,
  detail: string | undefined,
  lossy: boolean,
): Problem {
  return { code, message, ...(detail && { detail }), path: `/${file.path}`, layer: file.layer.index, by: 'rpm', lossy };
}

import { dirname } from 'node:path';
import { databasePath } from '../database/database.ts';
import type { Report } from '../finding/finding.ts';
import type { Image } from '../image/image.ts';
import { openImage } from '../image/open.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import { chooseAdvisories } from './advisories.ts';
import { type ArchiveAnswer, askArchive, withArchive, withAvailable } from './archive.ts';
import { assess } from './assess.ts';
import { checkpoint } from './checkpoint.ts';
import { coverageOf } from './coverage.ts';
import { versionSchemes } from './formats.ts';
import { type InventoryRead, inventoryOf } from './inventory-of.ts';
import { judgedOf, judgedProblems } from './judged.ts';
import { lifecycleOf } from './lifecycle.ts';
import { openOptions } from './open-options.ts';
import type { ScanOptions } from './options.ts';
import { precedence } from './precedence.ts';
import { withRisk } from './risk.ts';
import { version } from './version.ts';
import { applyVex, purlsOf, type VexOutcome } from './vex.ts';
import { type DocumentsRead, readDocuments } from './vex-documents.ts';
import { bearsOf } from './vex-image-name.ts';

export type { Conflict, ConflictList, ConflictSide } from './conflicts.ts';
export type { ScanOptions, ScanProgress } from './options.ts';

/** The scope of this version: what the report's silence can't speak of. */
const scope =
  'Looked for: packages of distributions and of programming languages, installed or in lock files; programs of no package, where they are known by name. Other software that no package manager owns is not looked for.';

/**
 * Scans one image from bytes to verdict. Throws `ImageError` when the image can't be read and `DatabaseError` when the
 * advisory database can't be trusted, and the signal's reason once it is aborted.
 */
export async function scan(reference: string, options: ScanOptions = {}): Promise<Report> {
  const image = await openImage(reference, openOptions(options));
  try {
    return await scanImage(image, options);
  } finally {
    image.dispose?.();
  }
}

/** Scans an image that is open; throws what `scan` does. */
export async function scanImage(image: Image, options: ScanOptions = {}): Promise<Report> {
  const database = options.databasePath ?? databasePath(process.env);
  const read = await inventoryOf(image, database, options);
  const { inventory: found } = read;
  const documents = await vexFor(image, found, options);
  await checkpoint(options.signal);
  const chosen = await chooseAdvisories(wantedEcosystems(found.packages), database, options);
  try {
    const answer = await answered(found, options, database);
    const advisories = withArchive(chosen.advisories, answer);
    await checkpoint(options.signal);
    const problems = judgedProblems(found.problems, found.packages, advisories);
    const inventory = { ...found, problems };
    const judged = judgedOf(inventory.packages, { advisories, schemes: versionSchemes });
    const assessment = assess(judged.packages, advisories, {
      precedence,
      all: inventory.packages,
      release: inventory.distro?.versionId,
      services: inventory.distro?.services,
      system: inventory.subject.platform?.split('/')[0],
    });
    const asked = {
      ecosystem: (name: string) => chosen.advisories.ecosystem(name),
      starter: chosen.starter,
      precedence,
      judged,
    };
    const notes = [...chosen.notes, ...(answer === undefined ? [] : [archiveNote]), ...read.remarks, scope];
    const coverage = coverageOf(inventory, asked, assessment, notes);
    await checkpoint(options.signal);
    const indexes = image.kind === 'layered' ? (image.indexDigests ?? []) : [];
    const outcome = applyVex(withAvailable(assessment.findings, answer), documents, inventory, indexes, bearsOf(image));
    const lifecycle = lifecycleOf(inventory.distro, chosen.advisories);
    const report = reportOf(inventory, outcome, coverage, { ...read, database: chosen.provenance });
    return withRisk({
      ...report,
      ...(answer === undefined ? {} : { archive: answer.use }),
      ...(lifecycle === undefined ? {} : { lifecycle }),
    });
  } finally {
    chosen.advisories.close();
  }
}

/** The ecosystems whose advisories are needed; those of what a distribution owns too, for it may not speak of that. */
function wantedEcosystems(packages: readonly Package[]): string[] {
  return [...new Set(packages.flatMap(({ ecosystem }) => ecosystem ?? []))].toSorted();
}

const archiveNote =
  'The archive was asked besides: its changelogs tell what newer versions close, and nothing of what has no fix there.';

async function answered(
  inventory: Inventory,
  options: ScanOptions,
  database: string,
): Promise<ArchiveAnswer | undefined> {
  if (options.archive === undefined) return undefined;
  return await askArchive(options.archive, inventory, options, database);
}

/** Documents are read before anything is assessed: a wrong path is told at once. */
async function vexFor(
  image: Image,
  { packages, distro }: Inventory,
  { vex: places = [], offline = false, databasePath: given }: ScanOptions,
): Promise<DocumentsRead> {
  if (places.length === 0) return { documents: [], passedOver: [] };
  return await readDocuments(
    places,
    image,
    packages.flatMap((found) => purlsOf(found, distro?.codename)),
    { home: dirname(given ?? databasePath(process.env)), offline, env: process.env },
  );
}

function reportOf(
  inventory: Inventory,
  { findings, suppressed, use }: VexOutcome,
  coverage: Report['coverage'],
  made: Pick<InventoryRead, 'cached' | 'use'> & { readonly database: NonNullable<Report['provenance']['database']> },
): Report {
  const { subject, distro, packages, relationships, runs, problems } = inventory;
  return {
    schemaVersion: '1',
    subject,
    ...(distro ? { distro } : {}),
    packages,
    relationships,
    findings,
    suppressed,
    ...(use === undefined ? {} : { vex: use }),
    coverage,
    runs,
    problems,
    provenance: {
      tool: { name: 'seaworthy', version },
      createdAt: new Date().toISOString(),
      database: made.database,
      inventoryCached: made.cached,
      ...(Object.keys(made.use).length === 0 ? {} : { image: made.use }),
    },
  };
}

import { dirname, join } from 'node:path';
import { databasePath } from '../database/database.ts';
import type { Finding, Report } from '../finding/finding.ts';
import type { Image } from '../image/image.ts';
import { openImage } from '../image/open.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { chooseAdvisories } from './advisories.ts';
import { assess } from './assess.ts';
import { checkpoint } from './checkpoint.ts';
import { coverageOf } from './coverage.ts';
import { discover } from './discover.ts';
import { inventoryCache } from './inventory-cache.ts';
import type { ScanOptions } from './options.ts';
import { version } from './version.ts';

export type { ScanOptions, ScanProgress } from './options.ts';

/** The scope of this version: what the report's silence can't speak of. */
const scope =
  'Looked for: packages of the distribution (dpkg, apk, rpm). Not looked for yet: packages of programming languages, software that no package manager owns.';

/**
 * Scans one image from bytes to verdict. Throws `ImageError` when the image can't be read and `DatabaseError` when the
 * advisory database can't be trusted, and the signal's reason once it is aborted.
 */
export async function scan(reference: string, options: ScanOptions = {}): Promise<Report> {
  const database = options.databasePath ?? databasePath(process.env);
  const image = await openImage(reference, options.platform ? { platform: options.platform } : {});
  const { inventory, cached } = await inventoryOf(image, database, options);
  await checkpoint(options.signal);
  const chosen = await chooseAdvisories(inventory.distro?.ecosystem, database, options);
  try {
    await checkpoint(options.signal);
    const assessment = assess(inventory.packages, chosen.advisories, precedence);
    const answering = {
      ecosystem: (name: string) => chosen.advisories.ecosystem(name),
      starter: chosen.starter,
      precedence,
    };
    const coverage = coverageOf(inventory, answering, assessment, [...chosen.notes, scope]);
    await checkpoint(options.signal);
    return reportOf(inventory, assessment.findings, coverage, { cached, database: chosen.provenance });
  } finally {
    chosen.advisories.close();
  }
}

/** Names of the sources, the one that decides first; kept equal to `advisorySources` by a test, and free to load. */
export const precedence: readonly string[] = ['debian', 'alpine', 'osv', 'starter'];

async function inventoryOf(
  image: Image,
  database: string,
  options: ScanOptions,
): Promise<{ inventory: Inventory; cached: boolean }> {
  const folder = options.cacheFolder ?? join(dirname(database), 'inventories');
  const cache = folder === false ? undefined : inventoryCache(folder);
  const known = cache?.read(image);
  if (known) return { inventory: known, cached: true };
  const { onProgress, signal } = options;
  const inventory = await discover(image, {
    onProgress: onProgress && ((done, total) => onProgress({ stage: 'reading', done, total })),
    signal,
  });
  cache?.write(image, inventory);
  return { inventory, cached: false };
}

function reportOf(
  inventory: Inventory,
  findings: readonly Finding[],
  coverage: Report['coverage'],
  made: { readonly cached: boolean; readonly database: NonNullable<Report['provenance']['database']> },
): Report {
  const { subject, distro, packages, relationships, runs, problems } = inventory;
  return {
    schemaVersion: '1',
    subject,
    ...(distro ? { distro } : {}),
    packages,
    relationships,
    findings,
    coverage,
    runs,
    problems,
    provenance: {
      tool: { name: 'seaworthy', version },
      createdAt: new Date().toISOString(),
      database: made.database,
      inventoryCached: made.cached,
    },
  };
}

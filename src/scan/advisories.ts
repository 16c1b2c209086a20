import { existsSync } from 'node:fs';
import { DatabaseError, openDatabase } from '../database/database.ts';
import type { ReportProvenance } from '../finding/finding.ts';
import type { Advisories } from './assess.ts';
import type { ScanOptions } from './scan.ts';
import { starterSet } from './starter.ts';

/** The advisories to judge by, and what the report says of them. */
export interface ChosenAdvisories {
  readonly advisories: Advisories;
  readonly starter: boolean;
  readonly provenance: NonNullable<ReportProvenance['database']>;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Chooses the advisories for an image's ecosystem: the database when it has them, else fetched now for that ecosystem
 * alone, else (offline, or when the fetch fails) the starter set. Throws `DatabaseError` when a database is there but
 * can't be trusted.
 */
export async function chooseAdvisories(
  ecosystem: string | undefined,
  databasePath: string,
  options: ScanOptions,
): Promise<ChosenAdvisories> {
  const known = existsSync(databasePath) ? openKnown(databasePath, ecosystem) : undefined;
  if (known) return known;
  if (ecosystem === undefined) return starter([]);
  if (options.offline)
    return starter([`Nothing was fetched (--offline), and no advisories of ${ecosystem} are in the database.`]);
  try {
    await fetchFor(ecosystem, databasePath, options);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return starter([`The advisories of ${ecosystem} could not be fetched: ${sentence(error)}`]);
  }
  return openKnown(databasePath, ecosystem) ?? starter([`No source has advisories of ${ecosystem}.`]);
}

function sentence({ message, subject, detail }: DatabaseError): string {
  return [message, subject, detail].filter((part) => part !== undefined).join(', ');
}

function openKnown(path: string, ecosystem: string | undefined): ChosenAdvisories | undefined {
  const database = openDatabase(path);
  if (ecosystem !== undefined && database.ecosystem(ecosystem).sources.length === 0) {
    database.close();
    return undefined;
  }
  const { digest, builtAt } = database.info;
  return { advisories: database, starter: false, provenance: { digest, builtAt, starter: false }, notes: [] };
}

function starter(notes: readonly string[]): ChosenAdvisories {
  const { advisories, digest, asOf, entries } = starterSet();
  const loud = `Only the starter set was used: ${entries} well-known flaws. Run \`seaworthy db update\` for all that is known.`;
  return { advisories, starter: true, provenance: { digest, builtAt: asOf, starter: true }, notes: [loud, ...notes] };
}

async function fetchFor(ecosystem: string, databasePath: string, options: ScanOptions): Promise<void> {
  const [{ advisorySources }, { updateDatabase }] = await Promise.all([
    import('./ecosystems.ts'),
    import('../database/database.ts'),
  ]);
  const sources = await advisorySources();
  const source = sources.find((candidate) => candidate.feeds([ecosystem]).length > 0);
  if (!source) return;
  await updateDatabase({
    path: databasePath,
    sources: [source],
    ecosystems: [ecosystem],
    ...(options.mirror === undefined ? {} : { mirror: options.mirror }),
    ...(options.signal ? { signal: options.signal } : {}),
    onProgress: ({ url, done, total }) =>
      options.onProgress?.({ stage: 'fetch', label: url, done, ...(total === undefined ? {} : { total }) }),
  });
}

import type { AdvisorySource } from '../advisory/advisory.ts';
import type { Database } from '../database/database.ts';
import type { Report } from '../finding/finding.ts';
import type * as all from '../scan/all/scan-all.ts';
import type * as caches from '../scan/caches.ts';
import type * as judgement from '../scan/judgement.ts';
import type { ConflictList, ScanOptions } from '../scan/scan.ts';
import type { Env } from './color.ts';

/** Where text goes: a terminal, a pipe or a file. */
export interface Output {
  readonly isTerminal: boolean;
  /** Columns, where it is a terminal that tells them. */
  readonly columns: number | undefined;
  /** Whether somebody still reads. */
  readonly isOpen: () => boolean;
  /** Resolves when the text is handed over, also when nobody reads any more. */
  write(text: string): Promise<void>;
}

/** Scans one image; `scan` of `scan/scan.ts`. */
export type Scan = (reference: string, options: ScanOptions) => Promise<Report>;

/** All that the commands know of the world, so that tests can give them another. */
export interface World {
  /** Version of this program. */
  readonly version: string;
  readonly env: Env;
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input; `undefined` where it is a terminal. */
  readonly readInput: () => string | undefined;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Milliseconds, from any moment on. */
  readonly now: () => number;
  /** Loads what reads images, which nothing but a scan should pay for. */
  readonly loadScan: () => Promise<Scan>;
  /** Loads what judges by policies. */
  readonly loadJudgement: () => Promise<typeof judgement>;
  /** Loads what scans many images. */
  readonly loadScanAll: () => Promise<Pick<typeof all, 'listReferences' | 'scanAll'>>;
  /** Loads what knows the caches. */
  readonly loadCaches: () => Promise<typeof caches>;
  /** Loads what compares records. */
  readonly loadConflicts: () => Promise<(database: Database, name?: string) => ConflictList>;
  /** Loads what reads feeds. */
  readonly loadSources: () => Promise<readonly AdvisorySource[]>;
}

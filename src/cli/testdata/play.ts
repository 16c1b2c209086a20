// The command line with a world of the test's own.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../finding/finding.ts';
import { sampleReports } from '../../report/testdata/sample-reports.ts';
import * as caches from '../../scan/caches.ts';
import type { ScanOptions } from '../../scan/scan.ts';
import type { Env } from '../color.ts';
import { run } from '../run.ts';
import type { Output, World } from '../world.ts';

/** What came of a command line. */
export interface Played {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was asked of the scan. */
  readonly scanned: readonly (readonly [string, ScanOptions])[];
}

/** The world that it is played in. */
export interface Stage {
  readonly report?: Report;
  readonly error?: Error;
  readonly env?: Env;
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
  /** Standard input; a terminal without it. */
  readonly input?: string;
  /** In place of one that gives `report`. */
  readonly loadScan?: World['loadScan'];
  readonly loadScanAll?: World['loadScanAll'];
  /** Whether stdout is still read, after so many characters. */
  readonly isOpen?: (stdout: string) => boolean;
}

/** Folder of the database and the caches. */
export const home: string = mkdtempSync(join(tmpdir(), 'seaworthy-run-'));

/** Carries out one line, its words split at blanks. */
export async function play(line: string, stage: Stage = {}): Promise<Played> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): Output => ({
    isTerminal: stage.isTerminal ?? false,
    columns: stage.isTerminal ? 100 : undefined,
    isOpen: () => stage.isOpen?.(written.stdout) ?? true,
    write: async (text) => {
      written[name] += text;
    },
  });
  const scanned: [string, ScanOptions][] = [];
  const code = await run(line === '' ? [] : line.split(' '), {
    version: '1.2.3',
    env: { SEAWORTHY_HOME: home, ...stage.env },
    stdout: output('stdout'),
    stderr: output('stderr'),
    readInput: () => stage.input,
    signal: stage.signal ?? new AbortController().signal,
    now: () => 0,
    loadScan:
      stage.loadScan ??
      (async () => async (reference, options) => {
        scanned.push([reference, options]);
        options.onProgress?.({ stage: 'reading', done: 1, total: 2 });
        if (stage.error !== undefined) throw stage.error;
        return stage.report ?? sampleReports.clean;
      }),
    loadJudgement: () => import('../../scan/judgement.ts'),
    loadScanAll: stage.loadScanAll ?? (() => import('../../scan/all/scan-all.ts')),
    loadCaches: async () => caches,
    loadConflicts: async () => () => ({ conflicts: [], packages: 0, unordered: [] }),
    loadSources: async () => [],
  });
  return { code, ...written, scanned };
}

import type { ScanOptions } from '../scan/scan.ts';
import type { ScanFlags } from './program.ts';

/** What the options of `scan` say, but for those of images. */
export function scanOptions(flags: ScanFlags): Omit<ScanOptions, 'onProgress'> {
  const { offline, mirror, db, vex, archive, cache, cacheFrom, cachePush } = flags;
  return {
    ...(offline === undefined ? {} : { offline }),
    ...(mirror === undefined ? {} : { mirror }),
    ...(db === undefined ? {} : { databasePath: db }),
    ...(vex === undefined ? {} : { vex }),
    ...(archive === undefined ? {} : { archive }),
    ...(cacheFrom === undefined ? {} : { cacheFrom }),
    ...(cachePush === undefined ? {} : { cachePush }),
    ...(cache ? {} : { cacheFolder: false as const }),
  };
}

import type { ScanOptions } from '../scan/scan.ts';
import { CliError } from './cli-error.ts';
import type { Env } from './color.ts';
import type { ScanFlags } from './scan-flags.ts';

/** What the options of `scan` say, but for those of images. Throws `CliError` (`usage`). */
export function scanOptions(flags: ScanFlags, env: Env): Omit<ScanOptions, 'onProgress'> {
  const { offline, mirror, db, vex, archive, cache, cacheFrom, cachePush } = flags;
  if (cachePush && cacheFrom === undefined && !env['SEAWORTHY_CACHE_REPOSITORY'])
    throw new CliError('usage', '--cache-push needs to know where', 'give --cache-from REPOSITORY too');
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

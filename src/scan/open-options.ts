import { homedir } from 'node:os';
import type { OpenOptions } from '../image/image.ts';
import type { ScanOptions } from './options.ts';
import { version } from './version.ts';

/** How to open an image, with what the environment says where the caller says nothing. */
export function openOptions({ platform, places, registry, engines, lazy, signal }: ScanOptions): OpenOptions {
  const { env } = process;
  const home = env['HOME'] || homedir();
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(places === undefined ? {} : { places }),
    registry: registry ?? { env, home, userAgent: `seaworthy/${version}` },
    engines: engines ?? { env, home },
    ...(lazy === undefined ? {} : { lazy }),
    ...(signal === undefined ? {} : { signal }),
  };
}

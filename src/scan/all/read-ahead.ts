import { dirname } from 'node:path';
import { databasePath } from '../../database/database.ts';
import { layerCache } from '../../image/cache/layer-cache.ts';
import type { Layer } from '../../image/image.ts';
import { cachePlaces } from '../caches.ts';
import { readLayers } from '../lanes.ts';
import type { ScanOptions } from '../options.ts';
import { noExtraWants } from '../selection.ts';

/** Reads a layer so that the layer cache has it, as `discover` first wants it. Throws what reading it throws. */
export async function readAhead(layer: Layer, options: ScanOptions): Promise<void> {
  const home = dirname(options.databasePath ?? databasePath(process.env));
  const places = cachePlaces(home, process.env, options.cacheFolder);
  await readLayers(
    [layer],
    { detail: 'packages', extra: noExtraWants },
    { laneBytes: Number.POSITIVE_INFINITY, layers: places && layerCache(places.layers, places) },
  );
}

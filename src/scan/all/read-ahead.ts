import { dirname } from 'node:path';
import { databasePath } from '../../database/database.ts';
import type { Layer } from '../../image/image.ts';
import { type CachePlaces, cachePlaces } from '../caches.ts';
import { readLayers } from '../lanes.ts';
import { openLayerCaches } from '../layer-caches.ts';
import type { ScanOptions } from '../options.ts';
import { noExtraWants } from '../selection.ts';

/** Where a scan with these options keeps what it finds. */
export function placesOf({ databasePath: given, cacheFolder }: ScanOptions): CachePlaces | undefined {
  return cachePlaces(dirname(given ?? databasePath(process.env)), process.env, cacheFolder);
}

/** Reads a layer so that the layer cache has it, as `discover` first wants it. Throws what reading it throws. */
export async function readAhead(layer: Layer, options: ScanOptions): Promise<void> {
  const { layers, shared, close } = await openLayerCaches(placesOf(options), options);
  const reading = { laneBytes: Number.POSITIVE_INFINITY, layers, shared };
  await readLayers([layer], { detail: 'packages', extra: noExtraWants }, reading).finally(close);
}

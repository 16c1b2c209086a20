import { dirname } from 'node:path';
import type { ImageUse } from '../finding/finding.ts';
import type { Image } from '../image/image.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { cachePlaces } from './caches.ts';
import { inventoryCache } from './inventory-cache.ts';
import type { LayerUse } from './lanes.ts';
import { openLayerCaches } from './layer-caches.ts';
import type { ScanOptions } from './options.ts';

/** What is in an image, and how it was come by. */
export interface InventoryRead {
  readonly inventory: Inventory;
  /** It is of an earlier scan of the same image. */
  readonly cached: boolean;
  readonly use: ImageUse;
  /** What of it is taken on trust, in whole sentences. */
  readonly remarks: readonly string[];
}

/** Finds out what is in an image, from the caches where they know. Throws what `discover` does. */
export async function inventoryOf(image: Image, database: string, options: ScanOptions): Promise<InventoryRead> {
  const places = cachePlaces(dirname(database), process.env, options.cacheFolder);
  const cache = places && inventoryCache(places.inventories);
  const { foundAt, remarks = [] } = image;
  const found = foundAt === undefined ? {} : { foundAt };
  const known = cache?.read(image);
  if (known) return { inventory: known, cached: true, use: found, remarks };
  const { onProgress, signal } = options;
  // A known image needs nothing that reads packages.
  const { discover } = await import('./discover.ts');
  const caches = await openLayerCaches(places, options, foundAt?.place === 'registry' ? foundAt.address : undefined);
  let layers: LayerUse | undefined;
  const inventory = await discover(image, {
    onProgress: onProgress && ((done, total) => onProgress({ stage: 'reading', done, total })),
    signal,
    lazy: options.lazy,
    layers: caches.layers,
    shared: caches.shared,
    onLayers: (use) => {
      layers = use;
    },
    ...(options.oneLane ? { laneBytes: Number.POSITIVE_INFINITY } : {}),
  }).finally(() => caches.close());
  // A table of contents, or a team's cache, is trusted by request only, which the next scan may not make.
  if (layers?.lazy.length === 0 && !layers.shared?.fetched) cache?.write(image, inventory);
  return {
    inventory,
    cached: false,
    use: { ...found, ...useOf(image, layers) },
    remarks: [...remarks, ...lazyRemarks(layers), ...sharedRemarks(layers)],
  };
}

function useOf(image: Image, layers: LayerUse | undefined): ImageUse {
  if (image.kind === 'rootfs' || layers === undefined) return {};
  const { known, bytes, shared, lazy } = layers;
  return {
    layers: { known, shared: shared?.fetched ?? 0, bytes },
    ...(lazy.length === 0 ? {} : { lazy: lazy.map(({ format, fetched, of }) => ({ format, fetched, of })) }),
  };
}

function sharedRemarks(layers: LayerUse | undefined): string[] {
  const { fetched = 0, trouble } = layers?.shared ?? {};
  return [
    ...(fetched === 0
      ? []
      : [`What is in ${fetched} of the layers was taken from the team's cache, which is believed.`]),
    ...(trouble === undefined ? [] : [`The team's cache could not be asked for all: ${trouble.message}.`]),
  ];
}

const unvouchedRemark =
  'The image itself does not vouch for such a table (a SOCI index of version 1 that refers to it): whoever may write to its repository could have made one that hides or changes what the files hold.';

function lazyRemarks(layers: LayerUse | undefined): string[] {
  const count = layers?.lazy.length ?? 0;
  if (count === 0) return [];
  const which = count === 1 ? 'the table of contents of a layer was' : `the tables of contents of ${count} layers were`;
  return [
    `By request (--lazy) ${which} trusted: what a layer holds that its table does not list, a runtime may unpack and this report does not know.`,
    ...(layers?.lazy.some(({ unvouched }) => unvouched) === true ? [unvouchedRemark] : []),
  ];
}

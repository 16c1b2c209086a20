import type { Image } from '../../image/image.ts';
import { openImage } from '../../image/open.ts';
import { inventoryCache } from '../inventory-cache.ts';
import { cacheRepository } from '../layer-caches.ts';
import { openOptions } from '../open-options.ts';
import type { ScanOptions } from '../options.ts';
import { scan, scanImage } from '../scan.ts';
import { isVerified } from '../verified.ts';
import { outcomeError } from './outcome-error.ts';
import { placesOf, readAhead } from './read-ahead.ts';
import type { Opened, PlainImage, Result, Task } from './tasks.ts';

/** Does one task, in a thread of its own. Throws what scanning and reading throw. */
export async function perform(task: Task, options: ScanOptions): Promise<Result> {
  if (task.kind === 'open') {
    const opened = await Promise.all(task.references.map((reference) => openOne(reference, options)));
    return { kind: 'opened', opened };
  }
  if (task.kind === 'layer') {
    await readAhead(task.layer, options);
    return { kind: 'read' };
  }
  const { reference, image } = task;
  const attached = options.vex?.includes('image') === true;
  // Documents that are attached to an image are had only from where it lies.
  const report = image === undefined || attached ? await scan(reference, options) : await scanImage(image, options);
  return { kind: 'report', report };
}

async function openOne(reference: string, options: ScanOptions): Promise<Opened> {
  try {
    const image = await openImage(reference, openOptions(options));
    if (image.kind === 'rootfs') return { kind: 'image', readsAhead: false };
    const { dispose } = image;
    // What a container has written is not in its image's digest, nor is what was changed in an engine's folders.
    const digest = image.layers.every(isVerified) ? (image.digest ?? image.configDigest) : undefined;
    const opened = {
      kind: 'image',
      ...(digest === undefined ? {} : { digest }),
      readsAhead: readsAhead(image, options),
    } as const;
    if (dispose === undefined) return { ...opened, image: plain(image) };
    dispose();
    return opened;
  } catch (error) {
    return { kind: 'failed', error: outcomeError(error) };
  }
}

function plain(image: Extract<Image, { kind: 'layered' }>): PlainImage {
  const { attachments: _, dispose: __, ...rest } = image;
  return rest;
}

/**
 * Not where the inventory is known. Nor by tables of contents or from a team's cache, which an image's own report must tell
 * of: only its own scan may take what is believed.
 */
function readsAhead(image: Image, options: ScanOptions): boolean {
  const places = placesOf(options);
  const isBelieved = options.lazy === true || cacheRepository(options) !== undefined;
  return places !== undefined && !isBelieved && !inventoryCache(places.inventories).knows(image);
}

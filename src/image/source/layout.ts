import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../internal/limit.ts';
import { ImageError, type LayeredImage, type OpenOptions, type PathReference } from '../image.ts';
import type { BlobStore } from './blob-store.ts';
import { openOci } from './oci.ts';

/** Opens a folder in the OCI image layout 1.1. */
export function openLayout(reference: string, resolved: PathReference, options: OpenOptions): Promise<LayeredImage> {
  return openOci(reference, folderStore(resolved.path), resolved.name, options);
}

/** The files of a layout in a folder. */
export function folderStore(folder: string): BlobStore {
  const sizeOf = (name: string): number | undefined => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return stats?.isFile() ? stats.size : undefined;
  };
  return {
    path: folder,
    small(name) {
      const size = sizeOf(name);
      if (size === undefined) return undefined;
      if (size > limits.manifestBytes)
        throw new ImageError('limit-exceeded', 'A manifest is too large', `${name}: ${size} bytes`);
      return readFileSync(join(folder, name));
    },
    locate(name) {
      const size = sizeOf(name);
      return size === undefined ? undefined : { kind: 'file', path: join(folder, name), offset: 0, size };
    },
  };
}

import { RegistryError } from '../../registry/registry.ts';
import { ImageError } from '../image.ts';
import type { Blobs } from '../layer/blobs.ts';
import type { Beside } from './table.ts';

/** Fetches what lies beside a layer, and counts its bytes. What can't be had is absent: the layer can be read without. */
export function besideOf(
  open: Blobs['open'] | undefined,
  onBytes: ((count: number) => void) | undefined,
): { fetch: Beside; fetched(): number } {
  let fetched = 0;
  return {
    async fetch(blob) {
      if (open === undefined) return undefined;
      try {
        const source = await open(blob);
        try {
          const bytes = Buffer.allocUnsafeSlow(blob.size);
          let length = 0;
          while (length < bytes.length) {
            const count = await source.read(bytes.subarray(length));
            if (count === 0) return undefined;
            length += count;
            fetched += count;
            onBytes?.(count);
          }
          return bytes;
        } finally {
          source.close();
        }
      } catch (error) {
        if (error instanceof RegistryError || error instanceof ImageError) return undefined;
        throw error;
      }
    },
    fetched: () => fetched,
  };
}

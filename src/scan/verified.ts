import type { Layer } from '../image/image.ts';

/** Whether the layer's bytes are compared with its diffID as they are read; a folder's can't be. */
export function isVerified({ blob, diffId }: Layer): boolean {
  return blob.kind !== 'overlay' && diffId !== '';
}

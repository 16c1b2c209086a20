import { blockBytes } from '../../internal/tar-header.ts';
import { ImageError } from '../image.ts';
import { TarWalker } from '../layer/tar.ts';
import type { TocEntry } from './toc.ts';

/**
 * Compares what stands behind a file in its gzip member, the headers of what follows it in the tar, with the entries that
 * follow in the table: it costs nothing, for it was fetched with the file. Throws `corrupt` where they differ.
 */
export function checkFollowing(
  size: number,
  behind: Uint8Array,
  following: (index: number) => TocEntry | undefined,
): void {
  const padding = (blockBytes - (size % blockBytes)) % blockBytes;
  let index = 0;
  const walker = new TarWalker((found) => {
    const stated = following(index++)?.entry;
    const same =
      stated !== undefined &&
      found.name === stated.name &&
      found.kind === stated.kind &&
      found.size === stated.size &&
      found.linkName === stated.linkName;
    if (same) return undefined;
    throw new ImageError('corrupt', 'The archive is not what its table of contents says', found.name);
  });
  walker.write(behind.subarray(padding));
}

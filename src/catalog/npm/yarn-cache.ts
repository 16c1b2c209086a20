import type { Extraction, Extractor } from '../../image/image.ts';

/**
 * Tells that an archive of Yarn's cache is there, of which Plug'n'Play runs packages without unpacking them; of its bytes
 * only the first are kept, for the state of Plug'n'Play says what is inside.
 */
export const yarnCache: Extractor = {
  id: 'yarn-cache',
  byName: false,
  endings: ['zip'],
  selects: (path) => path.endsWith('.zip') && path.includes('/cache/') && path.includes('yarn'),
  open: (): Extraction => {
    let kept: Uint8Array = new Uint8Array();
    return {
      write: (chunk) => {
        kept = Uint8Array.from(chunk.subarray(0, 4));
        return false;
      },
      end: () => ({ bytes: kept }),
    };
  },
};

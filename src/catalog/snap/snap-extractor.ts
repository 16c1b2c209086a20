import type { Extractor } from '../../image/image.ts';
import { isPacked } from './layout.ts';

/** Begins every squashfs. */
const signatureBytes = 4;

/** Keeps of a packed snap only how it begins: it may be a gigabyte, and its name is all that is read of it. */
export const snapExtractor: Extractor = {
  id: 'snap',
  byName: true,
  endings: ['snap'],
  selects: isPacked,
  open() {
    const head: number[] = [];
    return {
      write(chunk) {
        head.push(...chunk.subarray(0, signatureBytes - head.length));
        return head.length < signatureBytes;
      },
      end: () => (head.length === 0 ? undefined : { bytes: Uint8Array.from(head) }),
    };
  },
};

import type { Extraction } from '../image/image.ts';
import { digests } from './digests.ts';

/** How an extractor reads a file that it must see whole. */
export interface WholeFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Below these folders distributions put such files: there the digests tell whether a file is still theirs. */
  readonly distributions: readonly string[];
  /** Whether the first bytes (two or more) can be those of such a file; any can when absent. */
  readonly begins?: (head: Buffer) => boolean;
  /** What is kept of it; `undefined` where it is of no interest. */
  readonly keep: (bytes: Buffer) => Uint8Array | undefined;
}

/** Holds one file while it passes, and lets it go. */
export function wholeFile({ path, size, distributions, begins, keep }: WholeFile): Extraction {
  // Not from the pool: this is the only user of its memory, which the system gives only as it is written.
  let held = Buffer.allocUnsafeSlow(size);
  let length = 0;
  return {
    write(chunk) {
      const part = chunk.subarray(0, size - length);
      held.set(part, length);
      length += part.length;
      return length < size && (begins === undefined || length < 2 || begins(held.subarray(0, length)));
    },
    end() {
      const bytes = held.subarray(0, length);
      held = Buffer.alloc(0);
      const kept = length === 0 ? undefined : keep(bytes);
      if (kept === undefined) return undefined;
      if (!distributions.some((folder) => path.startsWith(folder))) return { bytes: kept };
      const whole = digests();
      whole.update(bytes);
      return { bytes: kept, digests: whole.result() };
    },
  };
}

import type { Extraction, Extractor } from '../../image/image.ts';
import { readLicenses } from './copyright.ts';
import { isCopyright } from './paths.ts';

/** No real one has a tenth of it. */
const maximumBytes = 16 << 20;

/** Keeps of a package's copyright file the licences that it names: together the files are larger than all else. */
export const copyrightExtractor: Extractor = {
  id: 'dpkg-copyright',
  byName: true,
  endings: ['copyright'],
  selects: isCopyright,
  open,
};

function open(_path: string, size: number): Extraction {
  const whole = Buffer.allocUnsafe(Math.min(size, maximumBytes));
  let filled = 0;
  return {
    write(chunk) {
      const part = chunk.subarray(0, whole.length - filled);
      whole.set(part, filled);
      filled += part.length;
      return filled < whole.length;
    },
    end() {
      const names = readLicenses(whole.subarray(0, filled));
      return names.length === 0 ? undefined : { bytes: Uint8Array.from(Buffer.from(names.join('\n'))) };
    },
  };
}

/** The licences that were kept. */
export function keptLicenses(bytes: Uint8Array): string[] {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n');
}

import { createHash } from 'node:crypto';
import type { Extraction, Extractor } from '../../image/image.ts';
import { readWheel } from './wheel-archive.ts';
import { packWheelFacts } from './wheel-facts.ts';

/** Bytes of an archive beyond which it is not read. */
const maximumBytes = 2 ** 30;

/** Where distributions put wheels and eggs: there the digests tell whether a file is still theirs. */
const distributions = ['usr/share/python-wheels/', 'usr/share/python3', 'usr/lib/python', 'usr/lib64/python'] as const;

/** Keeps of a wheel or a zipped egg what it and all wheels within it say of themselves. */
export const wheelExtractor: Extractor = {
  id: 'wheel',
  byName: true,
  selects: (path) => (path.endsWith('.whl') || path.endsWith('.egg')) && path.charCodeAt(path.length - 5) !== 0x2f,
  open: (path, size) => (size > maximumBytes ? tooLarge(size) : whole(path, size)),
};

/** The name of a wheel still tells which package it is. */
function tooLarge(size: number): Extraction {
  const problem = { code: 'too-large', message: 'A wheel is too large to be read', detail: `${size} bytes` } as const;
  const facts = { archives: [{ path: '', files: [] }], problems: [problem] };
  return { write: () => false, end: () => ({ bytes: packWheelFacts(facts) }) };
}

/** Holds the file while it passes. */
function whole(path: string, size: number): Extraction {
  // Not from the pool: this is the only user of its memory, which the system gives only as it is written.
  let held = Buffer.allocUnsafeSlow(size);
  let length = 0;
  return {
    write(chunk) {
      const part = chunk.subarray(0, size - length);
      held.set(part, length);
      length += part.length;
      return length < size;
    },
    end() {
      const bytes = held.subarray(0, length);
      held = Buffer.alloc(0);
      const facts = length === 0 ? undefined : readWheel(bytes, path);
      if (facts === undefined) return undefined;
      const digests = distributions.some((folder) => path.startsWith(folder)) ? digestsOf(bytes) : undefined;
      return { bytes: packWheelFacts(facts), ...(digests && { digests }) };
    },
  };
}

function digestsOf(bytes: Uint8Array): string[] {
  return ['md5', 'sha1', 'sha256'].map((name) => `${name}:${createHash(name).update(bytes).digest('hex')}`);
}

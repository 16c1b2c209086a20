import { createHash } from 'node:crypto';
import type { Extraction, Extractor } from '../../image/image.ts';
import { readArchives } from './archive.ts';
import { archiveKind } from './archive-name.ts';
import { packFacts } from './facts.ts';

/** Bytes of an archive beyond which it is not read. */
const maximumBytes = 2 ** 30;

/** Where distributions put archives of Java, by themselves or with a program: there the digests tell whether a file is still theirs. */
const distributions = ['usr/share/', 'usr/lib/'] as const;

/** Keeps of an archive of Java what it and all archives within it say of themselves. */
export const jarExtractor: Extractor = {
  id: 'jar',
  byName: true,
  selects: (path) => archiveKind(path) !== undefined,
  open(path, size) {
    const certain = archiveKind(path) === 'surely';
    return size > maximumBytes ? tooLarge(size) : whole(path, size, certain);
  },
};

function tooLarge(size: number): Extraction {
  const detail = `${size} bytes`;
  return {
    write: () => false,
    end: () => ({
      bytes: packFacts({
        archives: [],
        problems: [{ code: 'too-large', message: 'An archive is too large to be read', detail }],
      }),
    }),
  };
}

/** Holds the file while it passes. */
function whole(path: string, size: number, certain: boolean): Extraction {
  // Not from the pool: this is the only user of its memory, which the system gives only as it is written.
  let held = Buffer.allocUnsafeSlow(size);
  let length = 0;
  return {
    write(chunk) {
      const part = chunk.subarray(0, size - length);
      held.set(part, length);
      length += part.length;
      return length < size && (certain || length < 2 || held.readUInt16BE(0) === 0x504b);
    },
    end() {
      const bytes = held.subarray(0, length);
      held = Buffer.alloc(0);
      const facts = length === 0 ? undefined : readArchives(bytes, certain);
      if (facts === undefined) return undefined;
      const digests = distributions.some((folder) => path.startsWith(folder)) ? digestsOf(bytes) : undefined;
      return { bytes: packFacts(facts), ...(digests && { digests }) };
    },
  };
}

function digestsOf(bytes: Uint8Array): string[] {
  return ['md5', 'sha1', 'sha256'].map((name) => `${name}:${createHash(name).update(bytes).digest('hex')}`);
}

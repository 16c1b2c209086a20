import { createHash } from 'node:crypto';

const algorithms = ['md5', 'sha1', 'sha256'] as const;
/** Folders where distributions put programs, which are theirs only with the digests that they state. */
const distributionFolders = [
  'usr/bin/',
  'usr/sbin/',
  'usr/lib/',
  'usr/lib64/',
  'usr/libexec/',
  'bin/',
  'sbin/',
  'lib/',
];

/** Computes the digests of a file as its bytes pass. */
export interface Digests {
  update(bytes: Uint8Array): void;
  /** Hexadecimal with their algorithm: `sha256:…`. */
  result(): readonly string[];
}

/** Whether a distribution may own the program at a path. */
export function mayBeOwned(path: string): boolean {
  return distributionFolders.some((folder) => path.startsWith(folder));
}

/** Of all algorithms by which distributions state digests. */
export function digests(): Digests {
  const hashes = algorithms.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
  return {
    update(bytes) {
      for (const { hash } of hashes) hash.update(bytes);
    },
    result: () => hashes.map(({ algorithm, hash }) => `${algorithm}:${hash.digest('hex')}`),
  };
}

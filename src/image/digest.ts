// digest = algorithm ":" encoded     (OCI image spec 1.1, descriptor, "Digests"; the two registered algorithms)
import { createHash } from 'node:crypto';
import { ImageError } from './image.ts';

const forms: ReadonlyMap<string, RegExp> = new Map([
  ['sha256', /^sha256:[a-f0-9]{64}$/],
  ['sha512', /^sha512:[a-f0-9]{128}$/],
]);

/** The algorithm of a digest that `checkDigest` has let pass. */
export function algorithmOf(digest: string): string {
  return digest.slice(0, digest.indexOf(':'));
}

/** Gives back a well-formed digest. Throws `corrupt`. */
export function checkDigest(text: unknown): string {
  if (typeof text === 'string' && forms.get(algorithmOf(text))?.test(text)) return text;
  throw new ImageError(
    'corrupt',
    'A digest is neither sha256 nor sha512 as OCI writes them',
    String(text).slice(0, 100),
  );
}

/** Throws `digest-mismatch` unless the bytes have the digest. */
export function verifyDigest(bytes: Uint8Array, digest: string): void {
  const algorithm = algorithmOf(digest);
  const computed = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  if (computed !== digest) {
    throw new ImageError(
      'digest-mismatch',
      'A blob does not have the digest it is named by',
      `stated ${digest}, computed ${computed}`,
    );
  }
}

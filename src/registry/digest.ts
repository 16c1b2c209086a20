// digest = algorithm ":" encoded     (OCI image spec 1.1, descriptor, "Digests"; the two registered algorithms)
import { createHash } from 'node:crypto';
import { RegistryError } from './registry.ts';

const form = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Whether a text is a digest as OCI writes them. */
export function isDigest(text: string): boolean {
  return form.test(text);
}

/** Gives back a well-formed digest. Throws `bad-name`. */
export function checkDigest(text: string): string {
  if (isDigest(text)) return text;
  throw new RegistryError('bad-name', 'A digest is neither sha256 nor sha512 as OCI writes them', text.slice(0, 100));
}

/** The algorithm of a well-formed digest. */
export function algorithmOf(digest: string): string {
  return digest.slice(0, digest.indexOf(':'));
}

/** The digest of bytes. */
export function digestOf(algorithm: string, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Throws `digest-mismatch` unless the bytes have the digest. */
export function verifyDigest(bytes: Uint8Array, digest: string): void {
  const computed = digestOf(algorithmOf(digest), bytes);
  if (computed !== digest) throw mismatch(digest, computed);
}

/** What the registry gave is not what was asked for. */
export function mismatch(stated: string, computed: string): RegistryError {
  return new RegistryError(
    'digest-mismatch',
    'The registry gave other bytes than the digest names',
    `stated ${stated}, computed ${computed}`,
  );
}

import { createHash, type Hash } from 'node:crypto';
import { algorithmOf, mismatch } from './digest.ts';
import type { Descriptor } from './registry.ts';

/** Gives the bytes of a blob from their start, each time anew. */
export type Bytes = () => AsyncIterable<Uint8Array>;

/**
 * Whether what we have is what we say it is: else it would be stored under a false name by a registry that does not look.
 * Throws `digest-mismatch`.
 */
export function checkSource(descriptor: Descriptor, length: number, hash: Hash): void {
  const computed = `${algorithmOf(descriptor.digest)}:${hash.digest('hex')}`;
  if (length === descriptor.size && computed === descriptor.digest) return;
  throw mismatch(`${descriptor.digest}, ${descriptor.size} bytes`, `${computed}, ${length} bytes`);
}

/** The bytes from `start` to `end`. Throws `digest-mismatch` before the last ones leave where the whole is another. */
export async function* stretchOf(
  bytes: Bytes,
  start: number,
  end: number,
  descriptor: Descriptor,
): AsyncGenerator<Uint8Array> {
  const hash = createHash(algorithmOf(descriptor.digest));
  let position = 0;
  for await (const piece of bytes()) {
    hash.update(piece);
    const from = Math.max(0, start - position);
    const to = Math.min(piece.length, end - position);
    position += piece.length;
    if (position >= descriptor.size) checkSource(descriptor, position, hash.copy());
    if (from < to) yield piece.subarray(from, to);
    if (position >= end && end < descriptor.size) return;
  }
  if (position < descriptor.size) checkSource(descriptor, position, hash);
}

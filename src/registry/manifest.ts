import { limits } from '../internal/limit.ts';
import type { HttpAnswer } from '../internal/request.ts';
import { algorithmOf, digestOf, isDigest, mismatch } from './digest.ts';
import mediaTypes from './media-types.json' with { type: 'json' };
import { type Manifest, RegistryError } from './registry.ts';

/** What we take. */
export const acceptedManifests: string = [...mediaTypes.index, ...mediaTypes.manifest, ...mediaTypes.old].join(', ');

const known: ReadonlySet<string> = new Set([...mediaTypes.index, ...mediaTypes.manifest, ...mediaTypes.old]);

/**
 * Reads a manifest or an index and verifies it: against the digest it was asked by, and against the one that the answer
 * states. Throws `RegistryError`, `HttpError`.
 */
export async function readManifest(answer: HttpAnswer, reference: string, place: string): Promise<Manifest> {
  const bytes = await answer.whole(limits.manifestBytes);
  const type = (answer.header('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
  const content = jsonObject(bytes, type, place);
  if (content['schemaVersion'] === 1) {
    // Its digest leaves the signatures in it out, so it can't be verified as the others are.
    throw new RegistryError('unsupported', 'The image is in the old format (schema 1); push it anew', place);
  }
  return { digest: verified(bytes, answer, reference), mediaType: mediaTypeOf(content, type, place), bytes };
}

/** A JSON object; a page of a proxy or a portal is told as what it is. Throws `bad-answer`. */
export function jsonObject(bytes: Uint8Array, type: string, place: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new RegistryError('bad-answer', 'The answer is not the JSON that a registry gives', `${place}: ${type}`);
}

function verified(bytes: Uint8Array, answer: HttpAnswer, reference: string): string {
  const header = answer.header('docker-content-digest')?.trim();
  if (isDigest(reference)) {
    const computed = digestOf(algorithmOf(reference), bytes);
    if (computed !== reference) throw mismatch(reference, computed);
    return reference;
  }
  if (header === undefined) return digestOf('sha256', bytes);
  if (!isDigest(header)) {
    throw new RegistryError('bad-answer', 'The registry states a digest that is none', header.slice(0, 100));
  }
  const computed = digestOf(algorithmOf(header), bytes);
  if (computed !== header) throw mismatch(header, computed);
  return header;
}

/** What a document says of itself counts for more than the header, and its shape for more than nothing. */
function mediaTypeOf(content: Readonly<Record<string, unknown>>, type: string, place: string): string {
  const own = content['mediaType'];
  if (typeof own === 'string' && own !== '') return own;
  if (known.has(type)) return type;
  if (Array.isArray(content['manifests'])) return 'application/vnd.oci.image.index.v1+json';
  if (typeof content['config'] === 'object' || Array.isArray(content['layers'])) {
    return 'application/vnd.oci.image.manifest.v1+json';
  }
  throw new RegistryError('bad-answer', 'The answer is neither a manifest nor an index', `${place}: ${type}`);
}

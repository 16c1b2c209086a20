import { type BlobLocation, ImageError } from '../image.ts';

/** The files of a layout, wherever they lie. */
export interface BlobStore {
  /** For messages. */
  readonly path: string;
  /** The whole of a small file (`limits.manifestBytes`), `undefined` where there is none. Throws `ImageError`. */
  small(name: string): Buffer | undefined;
  /** Where a file lies, `undefined` where there is none. */
  locate(name: string): BlobLocation | undefined;
}

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Reads a JSON object. Throws `corrupt`. */
export function parseJson(bytes: Buffer, what: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new ImageError('corrupt', 'A file of the image is not JSON', what, cause);
  }
  if (isObject(value)) return value;
  throw new ImageError('corrupt', 'A file of the image is not a JSON object', what);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a member that is an array, `[]` where it is none. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The text of a member. */
export function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a member that is an array. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

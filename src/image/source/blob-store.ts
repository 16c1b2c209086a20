import { type BlobLocation, ImageError } from '../image.ts';
import { ambiguousMember } from './members.ts';

/** The files of a layout, wherever they lie. */
export interface BlobStore {
  /** For messages. */
  readonly path: string;
  /** The whole of a small file (`limits.manifestBytes`), `undefined` where there is none. Throws `ImageError`. */
  small(name: string): Buffer | undefined;
  /** Where a file lies, `undefined` where there is none. */
  locate(name: string): BlobLocation | undefined;
}

/** Blobs by digest, wherever they lie. */
export interface ContentStore {
  /** For messages. */
  readonly place: string;
  /**
   * The whole of a small blob (`limits.manifestBytes`), yet to be verified; `undefined` where there is none. Registries have
   * manifests elsewhere than other blobs. Throws `ImageError`, and what its place throws.
   */
  small(digest: string, what: 'manifest' | 'blob'): Promise<Buffer | undefined>;
  /** Where a blob lies; `size` is what the manifest says. */
  locate(digest: string, size: number): Promise<BlobLocation | undefined>;
  /**
   * Where the layers of a configuration lie unpacked, the lowest first, for blobs that are no longer kept; `undefined` where
   * not all do. Absent where nothing is unpacked.
   */
  unpacked?(diffIds: readonly string[]): Promise<readonly BlobLocation[] | undefined>;
}

/** The blobs of an OCI layout: `blobs/ALGORITHM/ENCODED`. */
export function contentsOf(store: BlobStore): ContentStore {
  return {
    place: store.path,
    small: async (digest) => store.small(nameOf(digest)),
    locate: async (digest) => store.locate(nameOf(digest)),
  };
}

function nameOf(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Reads a JSON object. Throws `corrupt`. */
export function parseJson(bytes: Buffer, what: string): Json {
  const value = parseAnyJson(bytes, what);
  if (isObject(value)) return value;
  throw new ImageError('corrupt', 'A file of the image is not a JSON object', what);
}

/** Reads any JSON that all readers understand alike. Throws `corrupt`. */
export function parseAnyJson(bytes: Buffer, what: string): unknown {
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ImageError('corrupt', 'A file of the image is not JSON', what, cause);
  }
  const name = ambiguousMember(text);
  if (name === undefined) return value;
  throw new ImageError(
    'corrupt',
    'A file of the image has a member that runtimes may take for another one',
    `${what}: ${JSON.stringify(name.slice(0, 40))}`,
  );
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

/** The members of an object that are texts; `undefined` where it is none or has none. */
export function textsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

import { type PackedLimits, packedEntries, packingOf, UnpackError } from '../internal/unpack.ts';
import { mostVexBytes, VexError } from '../vex/vex.ts';

/** An archive of documents: none of it is ever written to a path that it names. */
export interface RepositoryArchive {
  /** The bytes of `index.json`. */
  readonly index: Uint8Array;
  /** The files at the given locations that are in it. */
  files(locations: ReadonlySet<string>): Promise<ReadonlyMap<string, Uint8Array>>;
}

const limits: PackedLimits = { entries: 200_000, entryBytes: mostVexBytes, totalBytes: 1 << 30 };

/** Whether these are the bytes of an archive, packed in one of the ways that are known. */
export function isArchive(bytes: Uint8Array): boolean {
  return packingOf(bytes) !== undefined || Buffer.from(bytes.subarray(0, 2)).toString('latin1') === 'PK';
}

/** Reads an archive to its end, so that half of one is not taken for it. Throws `VexError`; `place` is for that. */
export async function openArchive(bytes: Uint8Array, folder: string, place: string): Promise<RepositoryArchive> {
  const pick = async (names: ReadonlySet<string>): Promise<ReadonlyMap<string, Uint8Array>> => {
    const found = new Map<string, Uint8Array>();
    try {
      for await (const { name, bytes: content } of packedEntries(bytes, limits)) {
        const plain = name.replace(/^(\.\/)+/, '');
        const location = plain.startsWith(folder) ? plain.slice(folder.length) : undefined;
        if (location !== undefined && names.has(location)) found.set(location, Buffer.from(content));
      }
    } catch (error) {
      if (!(error instanceof UnpackError)) throw error;
      const code = error.code === 'too-large' ? 'too-large' : 'unreadable';
      throw new VexError(code, 'the archive of a VEX repository cannot be used', place, error.message, error);
    }
    return found;
  };
  const index = (await pick(new Set(['index.json']))).get('index.json');
  if (index === undefined) {
    throw new VexError('not-vex', 'the archive of a VEX repository has no index', place, `${folder}index.json`);
  }
  if (!listsPackages(index)) throw new VexError('not-vex', 'the index of a VEX repository lists no packages', place);
  return { index, files: pick };
}

function listsPackages(index: Uint8Array): boolean {
  try {
    const value = JSON.parse(Buffer.from(index).toString('utf8')) as { readonly packages?: unknown } | null;
    return Array.isArray(value?.packages);
  } catch {
    return false;
  }
}

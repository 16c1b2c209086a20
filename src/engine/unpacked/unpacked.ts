import { createHash } from 'node:crypto';

/**
 * A layer as an engine keeps it: its files in a folder. Only putting its tar together again (`openTarSplit`) shows whether
 * they are still those of its digest.
 */
export interface UnpackedLayer {
  /** `sha256:…` of the tar that it came from. */
  readonly diffId: string;
  /** Folder of an overlay file system; of a tree, where the image is one. */
  readonly path: string;
  /** File of what its tar had besides, where the engine has kept it. */
  readonly tarSplit?: string;
  /** Bytes of its files or of its tar, where the engine tells: how long reading it may take. */
  readonly size?: number;
}

/** What is known of an image that an engine has unpacked. */
export interface UnpackedFacts {
  /** `sha256:…`; `config` has it, as was checked. */
  readonly configDigest: string;
  readonly config: Buffer;
  /** The manifest of this platform, checked, where the engine keeps it. */
  readonly manifest?: { readonly digest: string; readonly bytes: Buffer };
  /** Full names with tag or digest. */
  readonly names: readonly string[];
}

/** An image in a folder for each layer. */
export interface UnpackedLayers extends UnpackedFacts {
  readonly kind: 'layers';
  /** The lowest first; as many as the configuration names, with its diffIDs. */
  readonly layers: readonly UnpackedLayer[];
  /** `either`: besides those of overlay file systems, files named `.wh.…` are whiteouts, as fuse-overlayfs has them. */
  readonly whiteouts: 'overlay' | 'either';
}

/** An image whose layers lie in folders that have all that is below them, too; the topmost is the whole. */
export interface UnpackedTree extends UnpackedFacts {
  readonly kind: 'tree';
  readonly path: string;
  /** The lowest first; each of its folders has also what is below, so that they are only to be read by their `tarSplit`. */
  readonly layers: readonly UnpackedLayer[];
}

/** Why an image can't be read from the folder of an engine; it may still be asked of the engine itself. */
export interface NotUnpacked {
  readonly kind: 'elsewhere';
  readonly reason:
    | 'no-store'
    | 'no-permission'
    | 'no-such-image'
    | 'ambiguous'
    | 'missing-piece'
    | 'damaged'
    | 'unsupported';
  /** What varies: path, digest. */
  readonly detail: string;
}

export type Unpacked = UnpackedLayers | UnpackedTree | NotUnpacked;

/** Names of layers with all that is below them (`ChainID` of the OCI image config): one for each diffID, in order. */
export function chainIds(diffIds: readonly string[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : sha256Digest(Buffer.from(`${below} ${diffId}`)));
  }
  return chain;
}

/** `sha256:` and the hexadecimal hash of the bytes. */
export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

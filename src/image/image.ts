/** What kinds of trouble make an image unreadable as a whole. */
export type ImageErrorCode =
  | 'not-found'
  | 'not-an-image'
  | 'unreadable'
  | 'truncated'
  | 'corrupt'
  | 'digest-mismatch'
  | 'missing-blob'
  | 'unsupported-media-type'
  | 'encrypted'
  | 'no-such-platform'
  | 'limit-exceeded'
  | 'bad-reference';

/** An image, or a layer of one, that can't be read. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  /** What varies: path, digest, numbers. */
  readonly detail: string | undefined;
  constructor(code: ImageErrorCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** Where the user says the image is. */
export interface Reference {
  readonly scheme: 'oci' | 'oci-archive' | 'docker-archive' | 'archive' | 'rootfs';
  /** File or folder. */
  readonly path: string;
  /** Which of several images: a tag (`org.opencontainers.image.ref.name`, `RepoTags`) or a digest. */
  readonly name?: string;
}

/** `platform` of an image index entry (OCI image index, 1.1). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Bytes of a blob, by where they lie; plain data so that it can be handed to a worker thread. */
export type BlobLocation =
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly size: number }
  /** Inside a gzip-compressed archive: `offset` and `size` count uncompressed bytes. */
  | { readonly kind: 'in-gzip'; readonly path: string; readonly offset: number; readonly size: number };

/** One layer; nothing of it is read until it is opened. */
export interface Layer {
  /** 0 is the lowest. */
  readonly index: number;
  /** `sha256:…` of the blob as stored; absent where the archive names none (docker archive). */
  readonly digest?: string;
  /** `sha256:…` of the uncompressed tar (`rootfs.diff_ids`). */
  readonly diffId: string;
  /** Bytes as stored. */
  readonly size: number;
  readonly mediaType: string;
  /** The instruction that made it (`history[].created_by`). */
  readonly createdBy?: string;
  readonly blob: BlobLocation;
}

/** What of the image configuration (OCI image config, 1.1) is used. */
export interface ImageConfig {
  readonly created?: string;
  readonly user?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An image of layers. */
export interface LayeredImage {
  readonly kind: 'layered';
  /** As the user named it. */
  readonly reference: string;
  /** Digest of the manifest; absent in a docker archive. */
  readonly digest?: string;
  readonly configDigest: string;
  readonly mediaType: string;
  readonly platform: Platform;
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
}

/** A root file system in a folder. */
export interface RootfsImage {
  readonly kind: 'rootfs';
  readonly reference: string;
  readonly path: string;
}

export type Image = LayeredImage | RootfsImage;

/** How to open an image. */
export interface OpenOptions {
  /** Wanted of an index with several; default: linux on this machine's architecture. */
  readonly platform?: Platform;
}

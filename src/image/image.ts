import type { EngineAddress } from '../engine/engine.ts';
import type { RegistryAccess, RegistrySettings } from '../registry/registry.ts';

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

/** Where an image that is known by name may be. */
export type Place = 'containerd' | 'docker' | 'podman' | 'registry';

/** An image in a file or folder. */
export interface PathReference {
  readonly scheme: 'oci' | 'oci-archive' | 'docker-archive' | 'archive' | 'rootfs';
  readonly path: string;
  /** Which of several images: a tag (`org.opencontainers.image.ref.name`, `RepoTags`) or a digest. */
  readonly name?: string;
}

/** Where the user says the image is. */
export type Reference =
  | PathReference
  /** An image by name (of an engine also by identifier), where it is looked for, in order. */
  | { readonly scheme: 'named'; readonly name: string; readonly places: readonly Place[] }
  /** A container by name or identifier, of an engine: its image and what it has written. */
  | { readonly scheme: 'container'; readonly name: string; readonly places: readonly Place[] }
  /** What is in the root folder of a containerd that need not run: an image by name, or a container. */
  | {
      readonly scheme: 'containerd-root';
      readonly path: string;
      readonly name?: string;
      readonly container?: string;
    };

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
  | { readonly kind: 'in-gzip'; readonly path: string; readonly offset: number; readonly size: number }
  | { readonly kind: 'registry'; readonly access: RegistryAccess; readonly digest: string; readonly size: number }
  /** In the content store of an engine, over its socket. */
  | { readonly kind: 'engine'; readonly engine: EngineAddress; readonly digest: string; readonly size: number }
  /** A layer that an engine has unpacked in a folder, with an index of what its tar had besides (tar-split). */
  | { readonly kind: 'tar-split'; readonly index: string; readonly folder: string; readonly size: number }
  /** The upper folder of an overlay file system: whiteouts are devices 0/0, opaque folders have an attribute. */
  | {
      readonly kind: 'overlay';
      readonly path: string;
      /** Bytes of its files as far as known, else 0. */
      readonly size: number;
      /** Its attributes are `user.overlay.*`. */
      readonly userAttributes?: boolean;
      /** Files named `.wh.…` are whiteouts too (fuse-overlayfs). */
      readonly whiteoutFiles?: boolean;
    };

/** One layer; nothing of it is read until it is opened. */
export interface Layer {
  /** 0 is the lowest. */
  readonly index: number;
  /** `sha256:…` of the blob as stored; absent where the archive names none (docker archive). */
  readonly digest?: string;
  /** `sha256:…` of the uncompressed tar (`rootfs.diff_ids`); empty for what a container wrote, and where nobody knows it. */
  readonly diffId: string;
  /** Bytes as stored. */
  readonly size: number;
  readonly mediaType: string;
  /** The instruction that made it (`history[].created_by`). */
  readonly createdBy?: string;
  /** Of its descriptor: where a table of contents is said to be (eStargz, zstd:chunked). */
  readonly annotations?: Readonly<Record<string, string>>;
  /** A table of contents that lies beside it (SOCI). */
  readonly table?: LayerTable;
  readonly blob: BlobLocation;
}

/** A table of contents of a layer that is a blob of its own. */
export interface LayerTable {
  readonly digest: string;
  readonly blob: BlobLocation;
  /** Whether the image's manifest names it, by digests, or only something says that it belongs to the image. */
  readonly isVouched: boolean;
}

/** What of the image configuration (OCI image config, 1.1) is used. */
export interface ImageConfig {
  /** ISO 8601. */
  readonly created?: string;
  /** Absent where it names none, which is root. */
  readonly user?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `8080/tcp`. */
  readonly ports: readonly string[];
  readonly healthcheck: boolean;
}

/** A document that came with an image: an attestation, a signature, a bill of materials. */
export interface Attachment {
  /** `sha256:…` of the bytes. */
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly bytes: Uint8Array;
}

/** What is known of where an image was found. */
interface Found {
  /** Where, if not in a file: `registry`, and the host that answered. */
  readonly foundAt?: { readonly place: Place; readonly address: string };
  /** What of it is taken on trust, in whole sentences. */
  readonly remarks?: readonly string[];
  /** Removes what was made to read it. */
  readonly dispose?: () => void;
}

/** An image of layers. */
export interface LayeredImage extends Found {
  readonly kind: 'layered';
  /** As the user named it. */
  readonly reference: string;
  /** Digest of the manifest; absent in a docker archive. */
  readonly digest?: string;
  /** Absent only for a container of which the image's configuration is gone. */
  readonly configDigest?: string;
  readonly mediaType: string;
  readonly platform: Platform;
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
  /** Digests of the indexes by which it was found: it goes by these too. */
  readonly indexDigests?: readonly string[];
  /** What is attached to it where it lies; nothing in a docker archive. */
  readonly attachments?: () => Promise<readonly Attachment[]>;
  /** The container whose changes are its last layer. */
  readonly container?: { readonly id: string; readonly names: readonly string[]; readonly state: string };
}

/** A root file system in a folder. */
export interface RootfsImage extends Found {
  readonly kind: 'rootfs';
  readonly reference: string;
  readonly path: string;
}

export type Image = LayeredImage | RootfsImage;

/** How to open an image. */
export interface OpenOptions {
  /** Wanted of an index with several; default: linux on this machine's architecture. */
  readonly platform?: Platform;
  /** Where a bare name is looked for, in order; default: the engines, then the registry. */
  readonly places?: readonly Place[];
  readonly registry?: RegistrySettings;
  readonly engines?: EngineSettings;
  /** Looks for tables of contents that lie beside the layers. */
  readonly lazy?: boolean;
  readonly signal?: AbortSignal;
}

/** Where engines are, if not at the usual places. */
export interface EngineSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Sockets, by engine. */
  readonly sockets?: Readonly<Partial<Record<Exclude<Place, 'registry'>, string>>>;
  /** containerd's namespace; default: all are looked through. */
  readonly namespace?: string;
}

/**
 * Looks at files as their bytes pass and keeps only what is wanted of them, so that programs and archives are never held
 * whole. It runs in the threads that read layers.
 */
export interface Extractor {
  /** Identifier, by which readers know what it kept: `executable`, `jar`. */
  readonly id: string;
  /** Whether a link with such a name shows the kind of the file that it leads to (`app.jar`). */
  readonly byName: boolean;
  /** As those of a cataloger: what follows the last dot in the names of its files; absent where names do not tell. */
  readonly endings?: readonly string[];
  /** Whether the file may be of its kind, as far as its path tells; called for every file: be cheap. */
  selects(path: string): boolean;
  /** Begins one file of so many bytes. */
  open(path: string, size: number): Extraction;
  /** Where bytes can be had by range: tells what of a file is worth fetching. Absent where all of it is. */
  readonly glances?: Glancing;
}

/** Tells by a few bytes of a file whether the rest is worth fetching. */
export interface Glancing {
  /** How many of the first bytes it judges by. */
  readonly bytes: number;
  /** Whether a file, which anybody may execute or nobody, is likely to be of the kind: those are looked at before others. */
  likely(path: string, mayExecute: boolean): boolean;
  /** Judges by the first bytes of a file; `nothing` where reading it would keep nothing. */
  judge(path: string, size: number, head: Uint8Array): Glance;
}

/** What of a file is worth fetching. */
export type Glance =
  | 'nothing'
  | 'everything'
  /** The bytes from an offset to the end; everything if they show something. */
  | {
      readonly from: number;
      /** Whether it is to be looked at whatever it costs. */
      readonly urgent: boolean;
      shows(tail: Uint8Array): boolean;
    };

/** The reading of one file by an extractor. Never throws for bad data: what is wrong is told in what it keeps. */
export interface Extraction {
  /** Takes the next bytes, which are valid only during the call; `false` when it wants no more. */
  write(chunk: Uint8Array): boolean;
  /** What is kept; `undefined` when the file is of no interest. Called once, after the last bytes that it wanted. */
  end(): Extract | undefined;
}

/** What is kept of one file. */
export interface Extract {
  /** In its own memory (no part of a larger buffer), for it is handed between threads. */
  readonly bytes: Uint8Array;
  /** Digests of the whole file, hexadecimal with their algorithm: `md5:…`, `sha1:…`, `sha256:…`. */
  readonly digests?: readonly string[];
}

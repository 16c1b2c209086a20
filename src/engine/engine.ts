/** What kinds of trouble a container engine gives. */
export type EngineErrorCode =
  | 'not-running'
  | 'no-permission'
  | 'not-found'
  | 'ambiguous'
  | 'timeout'
  | 'interrupted'
  | 'bad-answer'
  | 'limit-exceeded'
  | 'unsupported';

/** A container engine that can't be asked, or whose answer can't be used. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  /** What varies: socket, name, status. */
  readonly detail: string | undefined;
  constructor(code: EngineErrorCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** Which engine. */
export type EngineKind = 'containerd' | 'docker' | 'podman' | 'cri';

/** Where an engine listens; plain data, so that it can be handed to a worker thread. */
export interface EngineAddress {
  readonly kind: EngineKind;
  /** Path of its socket. */
  readonly socket: string;
  /** containerd's: `default`, `k8s.io`, `moby`. */
  readonly namespace?: string;
}

/** An image that an engine has. */
export interface EngineImage {
  readonly engine: EngineAddress;
  /** Full names with tag or digest: `docker.io/library/debian:12`; none for a dangling image. */
  readonly names: readonly string[];
  /** Of the manifest or index; absent where the engine knows only the configuration. */
  readonly digest?: string;
  /** Of that manifest or index, where the engine tells. */
  readonly mediaType?: string;
  /** Of the configuration, where the engine tells. */
  readonly configDigest?: string;
  /** Bytes, as the engine counts them. */
  readonly size?: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A container that an engine knows. */
export interface EngineContainer {
  readonly engine: EngineAddress;
  readonly id: string;
  readonly names: readonly string[];
  /** As its creator named the image. */
  readonly image: string;
  /** Of the manifest, index or configuration, where the engine tells. */
  readonly imageDigest?: string;
  readonly state: 'created' | 'running' | 'paused' | 'stopped' | 'unknown';
  /** Of its first process, on the host. */
  readonly pid?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** containerd's: where its writable layer is. */
  readonly snapshot?: { readonly snapshotter: string; readonly key: string };
  /** Folder of its writable layer, the upper one of an overlay file system, where the engine tells. */
  readonly writableLayer?: string;
}

/** A change that an engine tells of. */
export interface EngineEvent {
  /** ISO 8601. */
  readonly at: string;
  readonly namespace?: string;
  /** `image-created`, `image-removed`, `container-started`, …, or the engine's own word. */
  readonly kind: string;
  /** Name of the image or identifier of the container. */
  readonly subject: string;
}

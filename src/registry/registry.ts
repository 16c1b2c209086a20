/** What kinds of trouble a registry gives. */
export type RegistryErrorCode =
  | 'bad-name'
  | 'bad-setting'
  | 'not-found'
  | 'unauthorized'
  | 'denied'
  | 'rate-limited'
  | 'unreachable'
  | 'untrusted'
  | 'no-tls'
  | 'timeout'
  | 'interrupted'
  | 'bad-answer'
  | 'digest-mismatch'
  | 'limit-exceeded'
  | 'unsupported';

/** A registry that can't be asked, or whose answer can't be used. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  /** What varies: host, name, status, what was understood; never a secret. */
  readonly detail: string | undefined;
  constructor(code: RegistryErrorCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** An image by name, defaults filled in (distribution reference grammar): `docker.io`, `library/debian`, `12`. */
export interface ImageName {
  /** `host[:port]`. */
  readonly registry: string;
  readonly repository: string;
  /** Absent where only a digest is given. */
  readonly tag?: string;
  /** `sha256:…`. */
  readonly digest?: string;
}

/** How a server is trusted and how we show who we are; PEM texts. Plain data. */
export interface TlsSettings {
  /** Authorities besides the system's. */
  readonly ca?: readonly string[];
  readonly certificate?: string;
  readonly key?: string;
  /** Trusts any certificate. */
  readonly skipVerify?: boolean;
}

/** Who we are to a registry. Plain data; never printed. */
export type Credentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token (`identitytoken` of Docker's configuration). */
  | { readonly kind: 'identity'; readonly token: string }
  /** Sent as it is. */
  | { readonly kind: 'bearer'; readonly token: string };

/** One server that may answer for a registry: a mirror, or the registry itself. */
export interface RegistryEndpoint {
  /** `https://host[:port]/v2`, or below another path; no slash at the end. */
  readonly url: string;
  /** The repository as this server has it, where it differs (podman's `prefix` and `location`). */
  readonly repository?: string;
  /** The registry that it stands in for, sent as `?ns=` (containerd's way); absent for the registry itself. */
  readonly namespace?: string;
  readonly can: readonly ('pull' | 'resolve' | 'push')[];
  readonly tls?: TlsSettings;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: Credentials;
}

/** All that is needed to read or write one repository; plain data, so that it can be handed to a worker thread. */
export interface RegistryAccess {
  readonly registry: string;
  readonly repository: string;
  /** In the order in which they are asked; the registry itself is the last. */
  readonly endpoints: readonly RegistryEndpoint[];
  readonly userAgent: string;
  /** What of the environment says how to reach servers: proxies and authorities. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the user, the machine and the environment say of registries. */
export interface RegistrySettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Home folder of the user. */
  readonly home: string;
  readonly userAgent: string;
  /** Docker's or podman's file of credentials, if not a usual one. */
  readonly authFile?: string;
  /** Folder of containerd's `HOST/hosts.toml`, if not a usual one. */
  readonly hostsFolder?: string;
  /** Podman's `registries.conf`, if not a usual one. */
  readonly registriesFile?: string;
  /** A name without a registry is podman's short name, not docker.io's. */
  readonly podmanNames?: boolean;
  /** Where the machine's settings are, if not in `/etc`. */
  readonly systemFolder?: string;
  /** HTTP instead of HTTPS. */
  readonly plainHttp?: boolean;
  readonly tls?: TlsSettings;
  /** Instead of those found for the registry. */
  readonly credentials?: Credentials;
}

/** A content descriptor (OCI image spec 1.1, "Descriptor"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest or an index as stored, its digest verified. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** `host[:port]` of the server that gave it; absent for one to push. */
  readonly from?: string;
}

/** A blob on its way: in order, or by ranges. It is not verified here: whoever reads it hashes it. */
export interface BlobReader {
  readonly size: number;
  /** Fills from the start of `into` with the next bytes; 0 at the end. Throws `RegistryError`. */
  read(into: Uint8Array): Promise<number>;
  /** Just these bytes. Throws `RegistryError` (`unsupported` where the server gives no ranges). */
  range(offset: number, length: number): Promise<Uint8Array>;
  /** Bytes that came over the wire so far. */
  fetched(): number;
  close(): void;
}

/** One repository of a registry (OCI distribution spec 1.1). Every method throws `RegistryError`. */
export interface Repository {
  /** A manifest by tag or digest. */
  manifest(reference: string): Promise<Manifest>;
  /** A small blob, whole and verified. */
  blob(digest: string, maxBytes: number): Promise<Uint8Array>;
  /** A large one. */
  openBlob(digest: string, size: number): BlobReader;
  /** What refers to a manifest: the referrers API, else the tag schema. */
  referrers(digest: string, artifactType?: string): Promise<readonly Descriptor[]>;
  tags(): AsyncGenerator<string>;
  /** Uploads a blob unless it is there; `from` names a repository of the same registry to mount it from. */
  pushBlob(descriptor: Descriptor, bytes: () => AsyncIterable<Uint8Array>, from?: string): Promise<void>;
  /** Uploads a manifest or an index, under its digest or a tag. */
  pushManifest(manifest: Manifest, tag?: string): Promise<void>;
  close(): Promise<void>;
}

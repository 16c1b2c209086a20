import type { Distro } from '../distro/distro.ts';

/** Where in the image a package was found. */
export interface Location {
  /** Absolute path in the squashed image, `/var/lib/dpkg/status`. */
  readonly path: string;
  /** Path inside the archive at `path`, `BOOT-INF/lib/a.jar!META-INF/maven/g/a/pom.properties`. */
  readonly within?: string;
  /** Which layer holds the file that is seen there. */
  readonly layer: LayerRef;
}

/** A layer of the scanned image, as a package refers to it. */
export interface LayerRef {
  /** 0 is the lowest layer. */
  readonly index: number;
  /** `sha256:…` of the uncompressed layer; empty for a root file system. */
  readonly diffId: string;
  /** The instruction that made the layer (`history[].created_by`). */
  readonly createdBy?: string;
}

/** How a package came to be in the image. */
export interface Provenance {
  /** The layer since which the package is there without interruption. */
  readonly introduced: LayerRef;
  /** The layer that last changed its version. */
  readonly changed: LayerRef;
}

/** The source package a binary package was built from. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
}

/** What only one package format knows, by the cataloger that found it. */
export type PackageMetadata = DpkgMetadata | ApkMetadata | RpmMetadata | LanguageMetadata;

export interface DpkgMetadata {
  readonly kind: 'dpkg';
  /** `Status` field, `install ok installed`; absent in `status.d`. */
  readonly status?: string;
  readonly maintainer?: string;
  readonly section?: string;
  readonly essential?: boolean;
  /** Who built it, where that is surely not the distribution: `Docker`, `PPA`. */
  readonly thirdParty?: string;
}

export interface ApkMetadata {
  readonly kind: 'apk';
  readonly maintainer?: string;
  readonly url?: string;
  /** aports commit that built it. */
  readonly commit?: string;
}

export interface RpmMetadata {
  readonly kind: 'rpm';
  readonly epoch?: number;
  readonly release: string;
  readonly vendor?: string;
  readonly packager?: string;
  /** `MODULARITYLABEL`, `ruby:3.3:9040020240515:9`. */
  readonly modularityLabel?: string;
  /** `SOURCERPM`, `bash-5.1.8-9.el9.src.rpm`. */
  readonly sourceRpm?: string;
  /** Who built it, where that is surely not the distribution: `EPEL`, `Docker`. */
  readonly thirdParty?: string;
  /** Repository it was installed from, as dnf, yum or zypper recorded it: `ubi-9-baseos-rpms`, `epel`. */
  readonly repository?: string;
  /** Red Hat's content sets of the image, all layers together: `rhel-9-for-x86_64-baseos-rpms`. */
  readonly contentSets?: readonly string[];
}

/** What the package managers of programming languages and applications say. */
export interface LanguageMetadata {
  readonly kind: 'language';
  /** What the identity was read from, where a format has several that are not equally sure: `pom.properties`. */
  readonly identifiedBy?: string;
  /** Absent where the identity is certain. */
  readonly certainty?: 'likely' | 'guessed';
  /** Digest as the package manager writes it: `sha512-…`, `h1:…`, `sha256:…`. */
  readonly integrity?: string;
  /** Where it came from, when that is not the usual registry: an address, a path. */
  readonly origin?: string;
  /** What it was built with: `go1.22.1`, `rustc 1.80.0`. */
  readonly builtWith?: string;
  readonly homepage?: string;
  /**
   * Packages of a Go module that have functions in the image's programs, all together, without the module's path, `.` for
   * the one of that path; absent where that can't be told of each place where the module is.
   */
  readonly packages?: readonly string[];
}

/** What a lock file or a manifest says of how a package is used. */
export interface Usage {
  /** The image's own application, not one of its dependencies. */
  readonly root?: true;
  /** The application asks for it itself. */
  readonly direct?: true;
  /** `dev`: only to build or test; `optional`: may be missing. Absent when the application needs it to run. */
  readonly scope?: 'dev' | 'optional';
}

/** One package: installed, or only named by a lock file. */
export interface Package {
  /** Unique within its inventory and stable across scans: the purl, with `#n` appended when several are alike. */
  readonly id: string;
  readonly name: string;
  /** The full version in its own scheme, with epoch and revision: `1:2.3-4`. */
  readonly version: string;
  /**
   * The OSV ecosystem whose advisories speak of it: `Debian:12`, `Alpine:v3.20`, `npm`. Absent when the distribution
   * is unknown: then it is catalogued but can't be assessed.
   */
  readonly ecosystem?: string;
  /** Names by which advisories of the ecosystem speak of it, where that is not its own: `f5:nginx` (CPE `vendor:product`). */
  readonly knownAs?: readonly string[];
  /** Package format, which is the purl type: `deb`, `apk`, `rpm`, `npm`, … */
  readonly type: string;
  readonly kind: 'binary' | 'source';
  readonly source?: SourcePackage;
  readonly architecture?: string;
  readonly purl: string;
  /** Every place that shows it: its own files first, then lock files. */
  readonly locations: readonly Location[];
  /** Present when only a lock file or a manifest names it and nothing of it was found installed. */
  readonly presence?: 'locked';
  readonly usage?: Usage;
  readonly licenses: readonly string[];
  /** Identifier of the cataloger. */
  readonly foundBy: string;
  readonly provenance?: Provenance;
  /** `Package.id` of the distribution's package whose files these are: it is judged with that one. */
  readonly ownedBy?: string;
  readonly metadata: PackageMetadata;
}

/** A file that a package manager says belongs to a package. */
export interface OwnedFile {
  /** Absolute path as the package manager wrote it. */
  readonly path: string;
  /** Digest as recorded by the package manager, hexadecimal, with its algorithm: `md5:…`, `sha1:…`, `sha256:…`. */
  readonly digest?: string;
}

/** The files of one package. */
export interface Ownership {
  /** `Package.id`. */
  readonly package: string;
  readonly files: readonly OwnedFile[];
}

/** A relation between two packages, by `Package.id`. */
export interface Relationship {
  readonly kind: 'depends-on' | 'contains' | 'owned-by' | 'built-from';
  readonly from: string;
  readonly to: string;
  /** Of a dependency: only to build or test, or one that may be missing. */
  readonly scope?: 'dev' | 'optional';
}

/** Kinds of trouble that a scan goes on after. */
export type ProblemCode =
  | 'corrupt'
  | 'too-large'
  | 'unreadable'
  | 'unsupported'
  | 'crash'
  | 'path-escape'
  | 'link-cycle'
  | 'duplicate'
  | 'distro-unknown'
  | 'not-fetched';

/** Bad data met on the way: said in the report, never swallowed. */
export interface Problem {
  readonly code: ProblemCode;
  /** Constant text; what varies is in the other fields. */
  readonly message: string;
  /** What was read of it, or how it was wrong. */
  readonly detail?: string;
  /** Path in the image. */
  readonly path?: string;
  readonly layer?: number;
  /** Cataloger or stage that met it. */
  readonly by: string;
  /** True when packages may be missing from the inventory because of it. */
  readonly lossy: boolean;
  /** `Package.id` of the distribution's package that shipped the file as it is: nothing is lost where that one answers for it. */
  readonly ownedBy?: string;
}

/** That a cataloger ran, and how it went. */
export interface CatalogerRun {
  readonly cataloger: string;
  readonly status: 'ok' | 'partial' | 'failed';
  readonly packages: number;
}

/** What was scanned. */
export interface Subject {
  readonly kind: 'image' | 'rootfs';
  /** As the user named it. */
  readonly reference: string;
  /** Digest of the image manifest, `sha256:…`; absent for a root file system. */
  readonly digest?: string;
  /** Digest of the image configuration. */
  readonly configDigest?: string;
  /** `linux/amd64`, `linux/arm64/v8`. */
  readonly platform?: string;
  /** Of the image configuration. */
  readonly config?: {
    /** ISO 8601. */
    readonly created?: string;
    /** Absent where it names none, which is root. */
    readonly user?: string;
    readonly labels: Readonly<Record<string, string>>;
    /** `8080/tcp`. */
    readonly ports: readonly string[];
    readonly healthcheck: boolean;
  };
  /** The container whose changes are the last layer. */
  readonly container?: { readonly id: string; readonly names: readonly string[]; readonly state: string };
  readonly layers: readonly LayerRef[];
  /** Entries (files, folders, links) in all layers; 0 is an image with nothing in it. */
  readonly entries: number;
}

/** A file of apt's settings in the image: its sources, and keyrings for them. */
export interface SettingsFile {
  /** From the root, without a slash before. */
  readonly path: string;
  readonly base64: string;
}

/** Everything that is in one image. */
export interface Inventory {
  readonly subject: Subject;
  readonly distro?: Distro;
  readonly packages: readonly Package[];
  readonly ownership: readonly Ownership[];
  readonly relationships: readonly Relationship[];
  readonly runs: readonly CatalogerRun[];
  readonly problems: readonly Problem[];
  /** Files of apt's settings, where there are any. */
  readonly aptFiles?: readonly SettingsFile[];
}

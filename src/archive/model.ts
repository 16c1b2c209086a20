import type { Clock } from '../internal/clock.ts';
import type { HttpClient } from '../internal/http.ts';
import type { ArchiveError } from './error.ts';

/** Who says so: the image in hand (which may be hostile), the machine that scans, or its user. */
export type Voice = 'image' | 'machine' | 'setting';

/** One suite of one archive, as apt is told of it (sources.list(5)). */
export interface AptSource {
  readonly voice: Voice;
  /** File and line that name it. */
  readonly file: string;
  readonly line: number;
  /** Base address, ending with a slash; may hold credentials. */
  readonly uri: string;
  /** Name below `dists/`; of a flat archive the folder, ending with a slash. */
  readonly suite: string;
  /** Empty: all that the suite has. */
  readonly components: readonly string[];
  /** Empty: any. */
  readonly architectures: readonly string[];
  readonly signedBy: SignedBy;
  /** What apt's `trusted` option says, absent by default. */
  readonly trusted?: boolean;
  /** Nobody wrote down this suite; that there is none of the name is no news. */
  readonly guessed: boolean;
}

/** Which keys may sign; all empty: any key that the same voice has among apt's trusted ones. */
export interface SignedBy {
  /** Keyring files. */
  readonly paths: readonly string[];
  /** Upper-case fingerprints; with `!` at the end the key itself, without any of its subkeys. */
  readonly fingerprints: readonly string[];
  /** Armoured keys within the source. */
  readonly inline: readonly string[];
}

/** A file of OpenPGP keys, binary or armoured. */
export interface Keyring {
  readonly voice: Voice;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What `openArchive` needs. */
export interface ArchiveOptions {
  readonly sources: readonly AptSource[];
  readonly keyrings: readonly Keyring[];
  readonly http: HttpClient;
  /** Made when needed; holds indexes, changelogs and the dates of suites seen. */
  readonly cacheFolder: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ArchiveProgress) => void;
}

/** Bytes of one file that have come. */
export interface ArchiveProgress {
  readonly url: string;
  readonly received: number;
}

/** How far a suite may be believed. */
export type Trust =
  /** Signed by a key of the distribution, whose fingerprint the program knows. */
  | 'pinned'
  /** Signed by a key that this machine or its user trusts. */
  | 'keyring'
  /** Signed by a key that only the image has. */
  | 'image'
  /** Not verified, as its source says `trusted`. */
  | 'unverified';

/** A suite whose Release file was verified. */
export interface Suite {
  readonly source: AptSource;
  /** Base address without credentials. */
  readonly uri: string;
  readonly name: string;
  readonly origin?: string;
  readonly label?: string;
  readonly suite?: string;
  readonly codename?: string;
  /** `Version` of the release: `12.15`. */
  readonly version?: string;
  /** ISO 8601. */
  readonly date: string;
  readonly validUntil?: string;
  /** Components it has, without the prefix `updates/` of the security archive. */
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  /** apt installs nothing of it by itself (`NotAutomatic`), or only newer ones of what came from it. */
  readonly automatic: 'yes' | 'upgrades' | 'no';
  readonly trust: Trust;
  /** Whose signatures hold. */
  readonly signedBy: readonly Signer[];
  /** SHA-256 of the signed text. */
  readonly digest: string;
}

/** A key whose signature holds. */
export interface Signer {
  /** Fingerprint of the primary key, upper case. */
  readonly fingerprint: string;
  /** Name in the list of pinned keys, or the key's own user id. */
  readonly name: string;
  readonly pinned: boolean;
}

/** A package in hand. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Source package that it was built from (`Source`, by default its own name and version). */
  readonly source: { readonly name: string; readonly version: string };
  /** `amd64`, `all`, … */
  readonly architecture: string;
}

/** A binary package that can be installed now. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: { readonly name: string; readonly version: string };
  readonly suite: Suite;
  /** Address of the `.deb`, without credentials. */
  readonly url: string;
  /** Path below the archive's base address. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** A flaw that an entry of a changelog speaks of. */
export interface ChangelogFlaw {
  /** `CVE-2026-1234`. */
  readonly id: string;
  /** Version whose entry speaks of it. */
  readonly version: string;
  /** What it says, on one line. */
  readonly text: string;
}

/** A flaw that is spoken of without being closed there, or not surely. */
export interface MentionedFlaw extends ChangelogFlaw {
  readonly why: 'reverted' | 'not-affected' | 'not-fixed' | 'earlier-fix' | 'related' | 'unsure';
}

/** What the archive has for a package in hand. */
export interface Fix {
  readonly package: InstalledPackage;
  /** The version that apt would choose; absent where the archive has none. */
  readonly candidate?: Candidate;
  /** The candidate is newer than what is installed. */
  readonly newer: boolean;
  /** What an upgrade closes by the changelog. */
  readonly closes: readonly ChangelogFlaw[];
  readonly mentions: readonly MentionedFlaw[];
  /** Where that was read; absent where there was nothing to read or it could not be had. */
  readonly changelog?: ChangelogSource;
}

/** A changelog that was read. */
export interface ChangelogSource {
  /** The package whose file holds it. */
  readonly package: string;
  /** SHA-256 of that file, as the signed index names it. */
  readonly packageDigest: string;
  /** SHA-256 of the changelog, unpacked. */
  readonly digest: string;
  /** Path within the package. */
  readonly path: string;
  /** It goes back to the installed version or before; else more may be closed than it tells. */
  readonly complete: boolean;
}

/** What came of asking for fixes. */
export interface Fixes {
  /** In the order of the packages asked for. */
  readonly fixes: readonly Fix[];
  readonly problems: readonly ArchiveError[];
}

/** Verified suites of archives, and what they hold. */
export interface Archive {
  readonly suites: readonly Suite[];
  /** Suites that are not there, and why; what only they have is missing from all answers. */
  readonly problems: readonly ArchiveError[];
  /** What apt would install of each package, and which flaws that closes; indexes are fetched by now. Throws `aborted`. */
  fixes(packages: readonly InstalledPackage[]): Promise<Fixes>;
}

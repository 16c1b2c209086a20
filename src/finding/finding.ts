import type { AffectedStatus, FixState, FlawFact, Reference, Severity, SourceRef } from '../advisory/advisory.ts';
import type { Distro } from '../distro/distro.ts';
import type { CatalogerRun, LayerRef, Package, Problem, Relationship, Subject } from '../inventory/inventory.ts';
import type { Decision } from './decision.ts';

/** Whether the flaw is in the package. `unknown` is said, never rounded to one of the others. */
export type Verdict = 'affected' | 'not-affected' | 'unknown';

/** What made the matcher say so. */
export interface Evidence {
  /** Rule that was applied: `source-package`, `binary-package`, `cpe`. */
  readonly matcher: string;
  /** What was looked up. */
  readonly searchedBy: { readonly ecosystem: string; readonly name: string; readonly version: string };
  /** The record that answered. */
  readonly found: { readonly advisory: string; readonly source: SourceRef; readonly status: AffectedStatus };
  /** Affected versions in words: `< 5.2.15-2+b8`, `all versions`. */
  readonly range: string;
  /** The comparison that decided: `5.2.15-2 < 5.2.15-2+b8 (dpkg)`. */
  readonly comparison: string;
  /** What this record says; where it is not the verdict of the finding, the sources are in conflict. */
  readonly verdict: Verdict;
}

/** What would make it go away. */
export interface Fix {
  readonly state: FixState;
  /** Lowest version that is not affected, in the version scheme of what `appliesTo` names. */
  readonly version?: string;
  /** Whether `version` is one of the source or the binary package. */
  readonly appliesTo?: 'source' | 'binary';
  readonly note?: string;
  /** A newer version of the package that the distribution's archive has now. */
  readonly available?: {
    /** Of the binary package. */
    readonly version: string;
    readonly suite: string;
    /** Whose signature vouches for it. */
    readonly trust: ArchiveTrust;
    /** Its changelog says that it closes this flaw; false where it does not say so. */
    readonly closes: boolean;
  };
}

/**
 * How far an archive may be believed: signed by a key of the distribution that the program knows, by one that this machine
 * or its user trusts, by one that only the image has, or not verified since its source says `trusted`.
 */
export type ArchiveTrust = 'pinned' | 'keyring' | 'image' | 'unverified';

/** What was asked of a distribution's archive. */
export interface ArchiveUse {
  readonly suites: readonly {
    readonly name: string;
    /** Without credentials. */
    readonly uri: string;
    /** ISO 8601, when the suite was last changed. */
    readonly date: string;
    readonly validUntil?: string;
    readonly trust: ArchiveTrust;
    /** Names and fingerprints of keys whose signatures hold. */
    readonly signedBy: readonly string[];
  }[];
  /** Packages asked about. */
  readonly asked: number;
  /** Packages of which it has a newer version. */
  readonly upgradable: number;
  /** Flaws that their changelogs say are closed, each for each package. */
  readonly closed: number;
  readonly problems: readonly {
    readonly code: string;
    readonly message: string;
    readonly subject?: string;
    readonly detail?: string;
    /** What to do. */
    readonly next: string;
  }[];
}

/** The package a finding is about, short enough to stand in each. */
export interface PackageRef {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly purl: string;
  readonly source?: { readonly name: string; readonly version: string };
  /** Where it is; `!/` goes into an archive. */
  readonly path?: string;
  /** How many places show it, `path` among them; absent for what a distribution's database lists. */
  readonly places?: number;
  /** Only a lock file names it. */
  readonly presence?: 'locked';
  readonly introduced?: LayerRef;
}

/** What is known of a flaw, whatever package it is in. */
export interface Vulnerability {
  /** The name shown: the CVE where there is one. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly summary?: string;
  /** The first of `ratings` by precedence: the distribution for its own packages, the ecosystem's database, NVD, others. */
  readonly severity: Severity;
  /** What everybody says of how bad it is, the one shown among them. */
  readonly ratings: readonly Severity[];
  /** `CWE-79`. */
  readonly weaknesses: readonly string[];
  readonly references: readonly Reference[];
  readonly published?: string;
  /** Somebody disputes that it is a flaw at all. */
  readonly disputed?: true;
  /** It has been exploited (CISA KEV): `added` to the list and to be acted on by `due`, days. */
  readonly exploited?: { readonly added: string; readonly due: string; readonly ransomware: boolean };
  /** How likely it is exploited in the 30 days after `date` (EPSS): a probability and its percentile, 0 to 1. */
  readonly prediction?: { readonly score: number; readonly percentile: number; readonly date: string };
  /** What EPSS said on earlier days, newest first; absent where only one day is known. */
  readonly history?: readonly { readonly date: string; readonly score: number }[];
  /** CISA's decision points (SSVC 2.0.3). */
  readonly decision?: NonNullable<FlawFact['decision']>;
}

/** What a finding puts at risk, each with the worst that it may be where not everything is known. */
export interface FindingRisk {
  /** The hazard as a probability of harm, in percent. */
  readonly score: number;
  readonly most: number;
  /** `−ln(1 − p) · exposure · impact`; hazards add over flaws, packages and images. */
  readonly hazard: number;
  readonly mostHazard: number;
  /** `track`, `track*`, `attend`, `act` (SSVC). */
  readonly ssvc: string;
  /** What is not known of it, in words. */
  readonly assumed: readonly string[];
}

/** The same of all findings of an image, each flaw once. */
export interface ImageRisk {
  readonly score: number;
  readonly most: number;
  readonly hazard: number;
  readonly mostHazard: number;
  /** How likely at least one of the flaws is exploited. */
  readonly exploited: number;
  readonly flaws: number;
  /** Flaws of which something is not known. */
  readonly assumed: number;
  /** What to upgrade first: always what removes the most hazard; ten at most. */
  readonly fixFirst: readonly {
    /** Of the source package where there is one. */
    readonly name: string;
    readonly type: string;
    readonly version: string;
    /** Packages of the image that it replaces, by `Package.id`. */
    readonly packages: readonly string[];
    /** Flaws that it newly closes. */
    readonly flaws: readonly string[];
    /** Hazard that it newly removes, and what is left after it. */
    readonly removes: number;
    readonly left: number;
  }[];
}

/** How long the distribution of an image is looked after. */
export interface Lifecycle {
  /** endoflife.date's product and cycle: `debian`, `12`. */
  readonly product: string;
  readonly cycle: string;
  /** A day, or whether it is over already. */
  readonly endOfLife: string | boolean;
  /** End of what is paid for or done by others (LTS, ESM, ELS). */
  readonly endOfExtended?: string | boolean;
  readonly source: { readonly name: string; readonly asOf: string };
}

/** A known flaw in a package of the image. */
export interface VulnerabilityFinding {
  readonly kind: 'vulnerability';
  /** Stable across scans of the same image lineage. */
  readonly id: string;
  readonly verdict: 'affected' | 'unknown';
  /** Why it can't be told; only with verdict `unknown`. */
  readonly unknownReason?: string;
  readonly package: PackageRef;
  readonly vulnerability: Vulnerability;
  readonly fix: Fix;
  readonly risk?: FindingRisk;
  /** ISO 8601, when it was first told of; only where an earlier report was given. */
  readonly firstSeen?: string;
  /** First is what decided, then every record that says the same of it, then those that say otherwise. */
  readonly evidence: readonly Evidence[];
  /** What a VEX document says of it, which does not settle it: `affected` or `under_investigation`. */
  readonly vex?: VexCitation;
}

/** A VEX statement that speaks of a finding. */
export interface VexCitation {
  readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation';
  /** `vulnerable_code_not_present`, `code_not_reachable`: in the words of its format. */
  readonly justification?: string;
  readonly text?: string;
  readonly timestamp?: string;
  readonly author?: string;
  /** Path of the document, or its digest where it is attached to the image. */
  readonly document: string;
  /** `sha256:…` of the document. */
  readonly digest: string;
  /** Place of the statement in the document, from 0. */
  readonly statement: number;
  /** Nobody has checked who wrote it. */
  readonly signature: 'unverified';
  /** Statements that would settle the finding where this one does not, or the other way round; this one is newer. */
  readonly otherwise?: readonly {
    readonly status: VexCitation['status'];
    readonly document: string;
    readonly statement: number;
    readonly timestamp?: string;
  }[];
}

/** A finding that a VEX statement settles: not affected, or fixed. */
export interface SuppressedFinding {
  readonly finding: Finding;
  readonly vex: VexCitation;
}

/** Which VEX documents were read, and which of their statements spoke of nothing here. */
export interface VexUse {
  /** Places without a document, and files in folders that are none. */
  readonly passedOver: readonly {
    readonly place: string;
    readonly because: 'none-there' | 'not-vex' | 'not-json' | 'bad-entry' | 'named-image' | 'not-refreshed';
  }[];
  readonly documents: readonly {
    readonly id: string;
    readonly format: 'openvex' | 'cyclonedx' | 'csaf';
    readonly place: string;
    readonly digest: string;
    readonly statements: number;
    /** Statements that could not be read, in words. */
    readonly unread: readonly string[];
  }[];
  readonly unmatched: readonly {
    readonly document: string;
    readonly statement: number;
    readonly flaw: string;
    readonly product: string;
    /**
     * The product has no package URL or digest; or the image has no such product, or one of that name in another
     * namespace, or another version or build of it, or the flaw was not found in it; or it is an image named without digest, and this one was not found by name.
     */
    readonly because:
      | 'unidentified'
      | 'other-product'
      | 'named-image'
      | 'other-namespace'
      | 'other-version'
      | 'other-build'
      | 'no-finding';
  }[];
}

export type Finding = VulnerabilityFinding;

/** A source that answered for an ecosystem. */
export interface CoverageSource {
  readonly name: string;
  readonly url: string;
  readonly digest: string;
  readonly fetchedAt: string;
  readonly publishedAt?: string;
  /** `starter` is the small set inside the program, which assesses only what it lists. */
  readonly lists: 'disclosures' | 'fixes' | 'starter';
  readonly advisories: number;
}

/** Why packages were not assessed. */
export type UnassessedReason =
  | 'distro-unknown'
  | 'no-advisories'
  | 'starter-only'
  | 'version-unparsable'
  | 'identity-guessed'
  | 'third-party';

/** What was assessed and with what, for one ecosystem. */
export interface EcosystemCoverage {
  /** `Debian:12`; or `unknown` for packages with none. */
  readonly ecosystem: string;
  readonly packages: number;
  readonly assessed: number;
  readonly unassessed: readonly {
    readonly reason: UnassessedReason;
    readonly packages: number;
    readonly detail?: string;
  }[];
  readonly sources: readonly CoverageSource[];
}

/** What the report's silence is worth. */
export interface Coverage {
  /** True only when every package was assessed by a full source and no problem may have hidden one. */
  readonly complete: boolean;
  readonly ecosystems: readonly EcosystemCoverage[];
  /** Sentences for the user on what is not covered. */
  readonly notes: readonly string[];
}

/** How an image was come by. */
export interface ImageUse {
  /** Where it was found, if not in a file or folder: `registry`, `containerd`, `docker`, `podman`; and the host or socket. */
  readonly foundAt?: { readonly place: string; readonly address: string };
  /** Layers that were known, of those the ones that a team's cache knew, and the bytes as stored of those that were read. */
  readonly layers?: { readonly known: number; readonly shared: number; readonly bytes: number };
  /** Layers of which only the table of contents and what it was asked for were fetched. */
  readonly lazy?: readonly {
    readonly format: string;
    /** Bytes fetched, of so many. */
    readonly fetched: number;
    readonly of: number;
  }[];
}

/** Of what the report was made. */
export interface ReportProvenance {
  readonly tool: { readonly name: 'seaworthy'; readonly version: string };
  /** ISO 8601. */
  readonly createdAt: string;
  readonly database?: {
    readonly digest: string;
    readonly builtAt: string;
    readonly starter: boolean;
    /** Days of what it holds of exploited flaws (CISA KEV) and of predictions (EPSS); absent where it holds none. */
    readonly exploited?: string;
    readonly predictions?: string;
  };
  /** Whether the inventory came from the cache of an earlier scan of the same digest. */
  readonly inventoryCached: boolean;
  readonly image?: ImageUse;
}

/** Everything that is told of one scan. */
export interface Report {
  readonly schemaVersion: '1';
  readonly subject: Subject;
  readonly distro?: Distro;
  readonly packages: readonly Package[];
  readonly relationships: readonly Relationship[];
  readonly findings: readonly Finding[];
  /** Settled by VEX, with the statement that does. */
  readonly suppressed: readonly SuppressedFinding[];
  /** Only where VEX documents were given. */
  readonly vex?: VexUse;
  /** Only where an archive was asked. */
  readonly archive?: ArchiveUse;
  /** Absent where nobody says how long its distribution is looked after. */
  readonly lifecycle?: Lifecycle;
  readonly risk?: ImageRisk;
  /** Only where a policy was asked. */
  readonly decision?: Decision;
  readonly coverage: Coverage;
  readonly runs: readonly CatalogerRun[];
  readonly problems: readonly Problem[];
  readonly provenance: ReportProvenance;
}

/** Presents a report in one format. */
export interface Presenter {
  readonly id: string;
  present(report: Report, options: PresentOptions): string;
  /** The same text in pieces, made as they are taken, where the whole may be large. */
  pieces?(report: Report): Iterable<string>;
}

/** How a presenter may lay out its text. */
export interface PresentOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** Everything a finding knows, not just its line. */
  readonly verbose: boolean;
  /** What comes first; default the worst severity. */
  readonly sort?: 'severity' | 'risk';
}

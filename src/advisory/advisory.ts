import type { RangeEvent } from '../version/range.ts';

/** Where a record came from. */
export interface SourceRef {
  /** Identifier of the `AdvisorySource`: `debian`, `alpine`, `osv`, `starter`. */
  readonly name: string;
  /** Address of the document. */
  readonly url: string;
  /** `sha256:…` of the bytes as fetched. */
  readonly digest: string;
  /** ISO 8601, when it was fetched. */
  readonly fetchedAt: string;
  /** ISO 8601, what the document or server says of its own age. */
  readonly publishedAt?: string;
}

/**
 * What the record says of the package: `affected` in its ranges; `not-affected` at all; `undetermined` nobody knows yet.
 * An `affected` one without a fixed version has a `FixState` that says why.
 */
export type AffectedStatus = 'affected' | 'not-affected' | 'undetermined';

/** What can be expected of a fix. */
export type FixState = 'fixed' | 'not-fixed' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'unknown';

/** A set of versions given by events (OSV schema, `affected[].ranges[]`). */
export interface AffectedRange {
  readonly type: 'ecosystem' | 'semver' | 'git';
  readonly events: readonly RangeEvent[];
}

/** Limits an `affected` entry to some builds of the package. */
export interface Qualifiers {
  /** Module stream `name:stream` (RPM modularity), or `""` for only non-modular builds. */
  readonly module?: string;
  readonly architectures?: readonly string[];
  /** Products that ship the build, as CPE 2.2 URIs: `cpe:/a:redhat:enterprise_linux:9::appstream`; any of them will do. */
  readonly products?: readonly string[];
  /** Kind of build of which the versions are: Oracle's `fips` and `ksplice` have orders of their own. */
  readonly flavour?: 'plain' | 'fips' | 'ksplice';
  /** Paid service that alone carries the fix: `esm-infra`, `esm-apps` (Ubuntu Pro), `LTSS` (SUSE). */
  readonly service?: string;
  /** Go packages that the flaw is in, and in which of their symbols; without symbols it is in all of them. */
  readonly imports?: readonly GoImport[];
  /** Operating systems that alone have the flaw, as Go (`GOOS`) or Rust (`target_os`) call them. */
  readonly systems?: readonly string[];
}

/** A Go package as the Go vulnerability database names it (`ecosystem_specific.imports`). */
export interface GoImport {
  readonly path: string;
  readonly symbols: readonly string[];
}

/** One package that an advisory speaks of. */
export interface Affected {
  /** OSV ecosystem with release: `Debian:12`, `Alpine:v3.20`, `AlmaLinux:9`, `npm`. */
  readonly ecosystem: string;
  readonly package: string;
  /** Whether `package` and its versions are those of the source or of the binary package. */
  readonly appliesTo: 'source' | 'binary';
  readonly status: AffectedStatus;
  /** The union of these is affected; empty with no `versions` means every version. */
  readonly ranges: readonly AffectedRange[];
  /** Versions affected by enumeration, which win over ranges. */
  readonly versions?: readonly string[];
  readonly fixState: FixState;
  /** Severity that the source gives for this very package. */
  readonly severity?: Severity;
  /** The source's own words on it: `postponed`, `ignored`, `Minor issue`. */
  readonly note?: string;
  readonly qualifiers?: Qualifiers;
}

export type SeverityLabel = 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown';

/** How bad it is, in whose words. */
export interface Severity {
  readonly label: SeverityLabel;
  /** Score scheme where there is one: `CVSS_V3`, `CVSS_V4`; or the source's own: `debian-urgency`, `redhat-impact`. */
  readonly scheme: string;
  /** Vector or original word: `CVSS:3.1/AV:N/…`, `unimportant`. */
  readonly value: string;
  /** Who says so: `debian`, `alpine`, `almalinux`, `github`, `nvd`. */
  readonly by: string;
}

export interface Reference {
  readonly type: 'advisory' | 'fix' | 'report' | 'article' | 'web';
  readonly url: string;
}

/** One record of one source. */
export interface Advisory {
  /** The source's own identifier: `CVE-2024-3094`, `ALSA-2024:3671`, `GHSA-…`. */
  readonly id: string;
  /** Other names of the same flaw (OSV `aliases`, `upstream`). */
  readonly aliases: readonly string[];
  /** Flaws that it covers, when the record is a notice about several (OSV `related` of ALSA, RLSA, …). */
  readonly covers: readonly string[];
  readonly summary?: string;
  readonly published?: string;
  readonly modified?: string;
  readonly withdrawn?: string;
  readonly severities: readonly Severity[];
  readonly affected: readonly Affected[];
  readonly references: readonly Reference[];
}

/** What is known beyond single packages: kept under `key`, and looked up by it. */
export type Fact = FlawFact | PredictionFact | ExploitedFact | RepositoryFact | LifecycleFact;

/** What somebody who rates flaws says of one; `key` is its identifier, `CVE-2024-3094`. */
export interface FlawFact {
  readonly kind: 'flaw';
  readonly key: string;
  readonly summary?: string;
  readonly severities: readonly Severity[];
  /** `CWE-79`. */
  readonly weaknesses: readonly string[];
  /** `rejected`: no flaw at all; `disputed`: somebody says so. */
  readonly state?: 'rejected' | 'disputed';
  readonly published?: string;
  readonly modified?: string;
  readonly references: readonly Reference[];
  /** CISA's decision points (SSVC 2.0.3). */
  readonly decision?: {
    readonly exploitation: 'none' | 'poc' | 'active';
    readonly automatable: boolean;
    readonly technicalImpact: 'partial' | 'total';
    readonly at: string;
  };
}

/** EPSS: how likely the flaw of this `key` is exploited in the next 30 days, on one day. */
export interface PredictionFact {
  readonly kind: 'prediction';
  readonly key: string;
  /** Probability, 0 to 1. */
  readonly score: number;
  /** Share of all flaws that score no higher, 0 to 1. */
  readonly percentile: number;
  /** `2026-08-21`. */
  readonly date: string;
  /** `v2026.03.16`. */
  readonly model: string;
}

/** CISA's Known Exploited Vulnerabilities: the flaw of this `key` has been exploited. */
export interface ExploitedFact {
  readonly kind: 'exploited';
  readonly key: string;
  readonly name: string;
  readonly product: string;
  /** `2021-12-10`. */
  readonly added: string;
  /** By when US federal agencies had to act. */
  readonly due: string;
  readonly action: string;
  readonly ransomware: boolean;
}

/** The products, as CPE 2.2 URIs, that a repository (Red Hat's content set, the `key`) ships. */
export interface RepositoryFact {
  readonly kind: 'repository';
  readonly key: string;
  readonly products: readonly string[];
}

/** How long one cycle of a product is looked after; `key` is endoflife.date's name of the product. */
export interface LifecycleFact {
  readonly kind: 'lifecycle';
  readonly key: string;
  /** `12`, `3.20`, `22.04`. */
  readonly cycle: string;
  readonly codename?: string;
  readonly released?: string;
  /** A day, or whether it is over already. */
  readonly endOfLife?: string | boolean;
  readonly endOfSupport?: string | boolean;
  /** End of what is paid for or done by others (LTS, ESM, ELS). */
  readonly endOfExtended?: string | boolean;
  readonly latest?: string;
  readonly latestReleased?: string;
  readonly lts?: string | boolean;
}

/** One file that a source publishes, as the fetcher needs to know it. */
export interface Feed {
  /** Address at its real host; a mirror holds it at `<mirror>/<host>/<path>`. */
  readonly url: string;
  /** Ecosystems that it holds, or prefixes (`Debian`) when it holds several releases; empty when it holds facts alone. */
  readonly ecosystems: readonly string[];
  /** Kinds of fact that it holds. */
  readonly facts?: readonly Fact['kind'][];
  /** Media type without which the server gives something else (RFC 9110, `Accept`). */
  readonly accept?: string;
  /** True when its absence upstream is no error (a release without `community`). */
  readonly optional?: boolean;
  /** True when it holds no records but says where they are: `AdvisorySource.follow` reads it. */
  readonly index?: boolean;
  /** What it is called from edition to edition where its address changes with each (`csaf_vex_2026-11-20.tar.zst`). */
  readonly edition?: string;
  /** ISO 8601, before which nothing in it is missing, where its name says so; else the server's date of it counts. */
  readonly asOf?: string;
  /**
   * Edition, or start of the addresses, of the feeds of its source whose records it replaces: those whose identifiers it
   * has. With `index` it lists records that changed, each a document: `AdvisorySource.revisions` reads it.
   */
  readonly revises?: string;
}

/** A record that is not as the feed has it any more. */
export interface Revision {
  readonly id: string;
  /** ISO 8601 in UTC, to the millisecond: when it changed or went. */
  readonly at: string;
  /** Where the record is now; absent when it is gone. */
  readonly url?: string;
}

/** What came of parsing one feed: every record is counted in one of the three. */
export interface ParseReport {
  readonly read: number;
  readonly kept: number;
  /** Records not kept, by reason: `withdrawn`, `bug-fix`, `malformed`. */
  readonly skipped: Readonly<Record<string, number>>;
  /** The first few records that were malformed, for the user. */
  readonly malformed: readonly string[];
}

/** A publisher of advisories. */
export interface AdvisorySource {
  readonly id: string;
  /**
   * `facts` on flaws, not on packages; `supplement` of what another source says of the same ecosystem, fetched beside it.
   * Without a role it answers for its ecosystems alone, and the first of several sources is taken.
   */
  readonly role?: 'facts' | 'supplement';
  /**
   * Who may ask for it, where it is large: `update` of everything, but no scan by itself; or only an update that `name`s it,
   * and each one after that.
   */
  readonly broughtBy?: 'update' | 'name';
  /**
   * What its silence means for an ecosystem that it covers: with `disclosures` it lists flaws before a fix exists;
   * with `fixes` only flaws that have one, so a silent zero still hides unfixed ones.
   */
  lists(ecosystem: string): 'disclosures' | 'fixes';
  /** The feeds that hold the wanted ecosystems (`undefined`: all that it has). */
  feeds(ecosystems: readonly string[] | undefined): readonly Feed[];
  /** The feeds that an index names; indexes among them are followed too. Throws `AdvisoryError` as `parse` does. */
  follow?(feed: Feed, bytes: Uint8Array): readonly Feed[];
  /** What an index that revises a feed lists, in any order. Throws `AdvisoryError` as `parse` does, possibly after some. */
  revisions?(feed: Feed, bytes: Uint8Array): Iterable<Revision>;
  /**
   * Reads the bytes of one feed, packed as the publisher packs it; yields records and facts; throws `AdvisoryError` when
   * the document as a whole is not one.
   */
  parse(
    feed: Feed,
    bytes: Uint8Array,
    keep: (advisory: Advisory) => void,
    note: (fact: Fact) => void,
  ): ParseReport | Promise<ParseReport>;
}

export type AdvisoryErrorCode = 'not-the-format' | 'truncated' | 'too-large';

/** A feed that can't be used as a whole. */
export class AdvisoryError extends Error {
  override readonly name = 'AdvisoryError';
  readonly code: AdvisoryErrorCode;
  readonly detail: string | undefined;
  constructor(code: AdvisoryErrorCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

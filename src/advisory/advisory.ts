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

/** One file that a source publishes, as the fetcher needs to know it. */
export interface Feed {
  /** Address at its real host; a mirror holds it at `<mirror>/<host>/<path>`. */
  readonly url: string;
  /** Ecosystems that it holds, or prefixes (`Debian`) when it holds several releases. */
  readonly ecosystems: readonly string[];
  /** True when its absence upstream is no error (a release without `community`). */
  readonly optional?: boolean;
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
   * What its silence means for an ecosystem that it covers: with `disclosures` it lists flaws before a fix exists;
   * with `fixes` only flaws that have one, so a silent zero still hides unfixed ones.
   */
  lists(ecosystem: string): 'disclosures' | 'fixes';
  /** The feeds that hold the wanted ecosystems (`undefined`: all that it has). */
  feeds(ecosystems: readonly string[] | undefined): readonly Feed[];
  /** Reads the bytes of one feed; yields records; throws `AdvisoryError` when the document as a whole is not one. */
  parse(feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport;
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

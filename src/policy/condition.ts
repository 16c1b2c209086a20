import type { SeverityLabel } from '../advisory/advisory.ts';

/**
 * What a rule judges, each by itself: a finding of a kind (`finding` is any), a package, each licence of each package, the
 * image, the coverage of its scan, each problem that the scan met.
 */
export type SubjectKind =
  | 'finding'
  | 'vulnerability'
  | 'secret'
  | 'misconfiguration'
  | 'malware'
  | 'package'
  | 'licence'
  | 'image'
  | 'coverage'
  | 'problem';

/** Severities that a policy can name; an unknown one is not among them. */
export type KnownSeverity = Exclude<SeverityLabel, 'unknown'>;

/** Bounds, all of which hold. */
export interface Bounds {
  readonly atLeast?: number;
  readonly over?: number;
  readonly atMost?: number;
  readonly under?: number;
}

/** One or several, any of which will do. */
export type OneOf<T> = T | readonly T[];

/**
 * What a rule asks. All keys hold together; a list is any of its values; text is a glob (`*` any text, `?` one character; in
 * paths both stop at `/`, and `**` does not). A key whose fact is unknown is neither true nor
 * false: `deny` and `warn` then apply, `allow` does not.
 */
export interface Condition {
  readonly all?: readonly Condition[];
  readonly any?: readonly Condition[];
  readonly not?: Condition;
  /** A CEL expression that comes to true or false, over the same facts. */
  readonly cel?: string;

  // Of a finding.
  readonly kind?: OneOf<string>;
  /** Identifier or alias, glob. */
  readonly id?: OneOf<string>;
  readonly severity?: OneOf<KnownSeverity> | { readonly atLeast: KnownSeverity };
  /** `available`: a version that is not affected exists. `installable`: and the distribution's archive has it now. */
  readonly fix?: OneOf<'available' | 'installable' | 'none' | 'will-not-fix'>;
  /** In CISA's Known Exploited Vulnerabilities. */
  readonly kev?: boolean;
  readonly ransomware?: boolean;
  /** Probability, 0 to 1. */
  readonly epss?: Bounds;
  readonly epssPercentile?: Bounds;
  /** Highest base score that anybody gives, 0 to 10. */
  readonly cvss?: Bounds;
  /** Seaworthy's risk, 0 to 100, and hazard, from 0. */
  readonly risk?: Bounds;
  readonly hazard?: Bounds;
  readonly ssvc?: OneOf<'track' | 'track*' | 'attend' | 'act'>;
  readonly exploitation?: OneOf<'none' | 'poc' | 'active'>;
  readonly automatable?: boolean;
  readonly technicalImpact?: 'partial' | 'total';
  /** Whether it is sure that the flaw is there. */
  readonly verdict?: OneOf<'affected' | 'unknown'>;
  readonly disputed?: boolean;
  /** `CWE-79`. */
  readonly cwe?: OneOf<string>;
  /** Days since the flaw was published, since it was first seen in this image's line, since a fix exists. */
  readonly published?: Bounds;
  readonly firstSeen?: Bounds;
  readonly fixed?: Bounds;
  /** Not in the report of the last release, or of the base image (by flaw and package name). */
  readonly newSince?: 'release' | 'base';
  /** Path in the image, glob. */
  readonly path?: OneOf<string>;

  // Of a package, or that of a finding or licence.
  readonly package?: OneOf<string>;
  readonly type?: OneOf<string>;
  readonly purl?: OneOf<string>;
  /** A range in the scheme of the package's format: `>= 5.6.0, <= 5.6.1`. */
  readonly version?: string;
  /** Bound by one of these SPDX identifiers (globs) whatever is chosen: any part of AND, each choice of OR. */
  readonly licence?: OneOf<string>;
  /** One can do with these alone: every part of AND, any choice of OR; for lists of what is allowed, with `not`. */
  readonly licenceWithin?: OneOf<string>;
  /** Only a lock file names it. */
  readonly locked?: boolean;

  // Of the image: in rules on anything.
  /** Name as given, without tag and digest, glob: `ghcr.io/acme/*`. */
  readonly image?: OneOf<string>;
  readonly registry?: OneOf<string>;
  readonly tag?: OneOf<string>;
  /** Whether it was named by digest. */
  readonly pinned?: boolean;
  readonly platform?: OneOf<string>;
  /** `root` (also where the configuration names no user), `nonroot`; or a glob over the user as written. */
  readonly user?: OneOf<string>;
  /** Every label named: with that value (glob), or `true` for any, `false` for none. */
  readonly label?: Readonly<Record<string, string | boolean>>;
  /** Name of the base image (`org.opencontainers.image.base.name`), glob. */
  readonly base?: OneOf<string>;
  /** `debian`, `debian:12`, glob. */
  readonly distribution?: OneOf<string>;
  /** Days since the image was made, since the scan, since the advisory database was built. */
  readonly age?: Bounds;
  readonly scanAge?: Bounds;
  readonly databaseAge?: Bounds;
  /** Whether the distribution's end of life has passed; or days past it (`over: -90`: in fewer than 90 days). */
  readonly endOfLife?: boolean | Bounds;
  readonly signed?: boolean;
  /** Whether it can be reached from outside. */
  readonly exposed?: boolean;

  // Of the coverage: in rules on anything.
  readonly coverage?: 'complete' | 'incomplete';
  /** Packages that were not assessed. */
  readonly unassessed?: Bounds;
  /** Findings that VEX statements settle, of which nobody has verified who made them. */
  readonly settled?: Bounds;

  // Of a problem.
  readonly problem?: OneOf<string>;
  /** Packages may be missing because of it. */
  readonly lossy?: boolean;
}

/** A time in which a `deny` is a `warn`. Where its start is unknown there is none. */
export interface Grace {
  /** Days; or by severity, where those not named have none. */
  readonly days?: number | Readonly<Partial<Record<KnownSeverity, number>>>;
  /** Since when: first seen in this image's line, a fix exists, the flaw was published. */
  readonly from?: 'discovered' | 'fixed' | 'published';
  /** The last day, whatever the count of days says. */
  readonly until?: string;
}

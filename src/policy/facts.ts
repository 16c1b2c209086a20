import type { SeverityLabel } from '../advisory/advisory.ts';

/** What a policy sees of one image. A property that is absent is not known; dates are ISO 8601. */
export interface Facts {
  readonly image: ImageFacts;
  readonly findings: readonly FindingFacts[];
  readonly packages: readonly PackageFacts[];
  readonly coverage: CoverageFacts;
  readonly problems: readonly ProblemFacts[];
}

/** What is known of the image as a whole. */
export interface ImageFacts {
  /** As the user named it. */
  readonly reference?: string;
  /** Of the reference: without tag and digest, with the registry (`docker.io/library/debian`). */
  readonly name?: string;
  readonly registry?: string;
  readonly tag?: string;
  readonly pinned?: boolean;
  readonly digest?: string;
  readonly platform?: string;
  readonly created?: string;
  /** As the configuration has it; the empty text where it names none. */
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly base?: { readonly name?: string; readonly digest?: string };
  readonly distribution?: { readonly id: string; readonly version?: string; readonly name?: string };
  /** The day on which the distribution is no longer looked after; or whether that is so already. */
  readonly endOfLife?: string | boolean;
  readonly signed?: boolean;
  readonly exposed?: boolean;
  /** When the scan was made, and the advisory database it used. */
  readonly scanned?: string;
  readonly databaseBuilt?: string;
}

/** What is known of a finding. */
export interface FindingFacts {
  readonly kind: string;
  /** `CVE-2024-3094`; of other kinds the rule that found it. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly title?: string;
  /** Never `unknown`: then it is absent. */
  readonly severity?: Exclude<SeverityLabel, 'unknown'>;
  readonly fix?: 'available' | 'none' | 'will-not-fix';
  /** Whether the distribution's archive has the fix now. */
  readonly installable?: boolean;
  readonly fixVersion?: string;
  /** When a fix came out. */
  readonly fixed?: string;
  readonly kev?: boolean;
  readonly ransomware?: boolean;
  readonly epss?: number;
  readonly epssPercentile?: number;
  readonly cvss?: number;
  /** 0 to 100; and the most that it may be, without which it is not known. */
  readonly risk?: number;
  readonly riskMost?: number;
  readonly hazard?: number;
  readonly hazardMost?: number;
  readonly ssvc?: string;
  readonly exploitation?: string;
  readonly automatable?: boolean;
  readonly technicalImpact?: string;
  readonly verdict: 'affected' | 'unknown';
  readonly disputed: boolean;
  /** Absent where nobody names any. */
  readonly weaknesses?: readonly string[];
  readonly published?: string;
  readonly firstSeen?: string;
  /** Whether it is not in the report of the last release, or of the base image. */
  readonly newSinceRelease?: boolean;
  readonly newSinceBase?: boolean;
  readonly path?: string;
  readonly package?: PackageFacts;
}

/** What is known of a package. */
export interface PackageFacts {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  readonly type?: string;
  readonly purl?: string;
  /** Its source package, which is its own name where it has none apart. */
  readonly source?: string;
  readonly path?: string;
  readonly locked?: boolean;
  /** Expressions or names as the package states them; absent where it states none. */
  readonly licences?: readonly string[];
}

/** What the silence of the scan is worth. */
export interface CoverageFacts {
  readonly complete?: boolean;
  readonly packages?: number;
  readonly unassessed?: number;
  /** Why it is not complete, in words. */
  readonly because?: string;
  /** Findings that VEX statements settle, of which nobody has verified who made them. */
  readonly settled?: number;
}

/** Trouble that the scan met. */
export interface ProblemFacts {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly lossy: boolean;
}

/** What is known of an image besides its report; what is absent is not known. */
export interface Circumstances {
  /** Of the image configuration: ISO 8601, user, labels. */
  readonly created?: string;
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly endOfLife?: string | boolean;
  readonly signed?: boolean;
  readonly exposed?: boolean;
  /** When each finding was first seen, by `identitiesOf`; of one that it lacks nobody knows. */
  readonly firstSeen?: ReadonlyMap<string, string>;
  /** When a fix of each finding came out, by `identityOf`. */
  readonly fixed?: ReadonlyMap<string, string>;
  /** Identities of what the last release's report, and the base image's, have. */
  readonly release?: ReadonlySet<string>;
  readonly base?: ReadonlySet<string>;
  /** What `risk/` says of findings. */
  readonly risks?: readonly RiskFacts[];
}

/** What `risk/` says of a finding, as far as a policy asks: `most` has the worst in place of all that is not known. */
export interface RiskFacts {
  readonly finding: { readonly id: string };
  /** 0 to 100. */
  readonly score: number;
  readonly most: number;
  readonly hazard: { readonly value: number; readonly most: number };
  readonly ssvc: {
    readonly outcome: string;
    readonly most: string;
    readonly exploitation: Assumable<string>;
    readonly automatable: Assumable<boolean>;
    readonly technicalImpact: Assumable<string>;
  };
}

/** A value that somebody states, or that was assumed for want of one. */
export interface Assumable<T> {
  readonly value: T;
  readonly assumed?: true;
}

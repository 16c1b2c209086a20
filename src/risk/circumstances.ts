import type { FlawFact } from '../advisory/advisory.ts';
import type { CvssEnvironment } from '../cvss/cvss.ts';
import type { Vulnerability } from '../finding/finding.ts';

/** A value with who says so, since when, and how it was come by; `assumed` where nobody says it. */
export interface Sourced<T> {
  readonly value: T;
  /** `CISA KEV`, `EPSS`, `nvd`; `assumption` where it is assumed. */
  readonly by: string;
  /** Day of the statement. */
  readonly date?: string;
  /** In words, where it was derived. */
  readonly how?: string;
  readonly assumed?: true;
}

/** EPSS's score of one day. */
export interface DayScore {
  /** `2026-08-21`. */
  readonly date: string;
  /** Probability, 0 to 1. */
  readonly score: number;
}

/** CISA's decision points of a flaw. */
export type Decision = NonNullable<FlawFact['decision']>;

/** What risk asks of a flaw: a finding's, with what databases may know beyond it. */
export type KnownFlaw = Vulnerability & {
  readonly decision?: Decision;
  /** EPSS's scores of earlier days, in any order. */
  readonly history?: readonly DayScore[];
};

/** How an image can be attacked where it runs; what is absent is not known and taken for the worst. */
export interface ExposureFacts {
  /** By a service, ingress or host port from outside; from within its network alone; or not at all. */
  readonly reachable?: 'outside' | 'inside' | 'none';
  /** What runs as: with the host's privileges or namespaces, as root, or as another user. */
  readonly privilege?: 'host' | 'root' | 'user';
  /** What confines it. */
  readonly confinement?: {
    readonly seccomp?: boolean;
    /** AppArmor or SELinux. */
    readonly mandatoryAccess?: boolean;
    readonly readOnlyRoot?: boolean;
  };
  /** Packages that were seen loaded, by `PackageRef.id`, and since when it was looked at. */
  readonly loaded?: { readonly packages: ReadonlySet<string>; readonly since: string };
  /** Who observed all this: `kubernetes`, `user`. */
  readonly by?: string;
}

/** What depends on an image (SSVC: mission prevalence, public well-being impact). */
export interface Mission {
  readonly prevalence?: 'minimal' | 'support' | 'essential';
  readonly wellBeing?: 'minimal' | 'material' | 'irreversible';
}

/** What risk depends on besides the finding. What is absent is not known. */
export interface Circumstances {
  /** The day on which it is reckoned, `2026-11-24`. */
  readonly today: string;
  /** What is at risk, an image or a workload; hazards of one flaw on one asset count once. */
  readonly asset?: string;
  /** How much the asset depends on what, and CVSS's environmental metrics of it. */
  readonly environment?: Omit<CvssEnvironment, 'withoutThreat'>;
  readonly exposure?: ExposureFacts;
  readonly mission?: Mission;
  /** In how many days something may happen; 30 unless given. */
  readonly horizonDays?: number;
  /** Days of the editions of what the database holds: without them, silence on a flaw says nothing. */
  readonly held?: { readonly exploited?: string; readonly predictions?: string };
}

import type { SeverityLabel } from '../advisory/advisory.ts';

/** From worst to best. */
export type Outcome = 'deny' | 'warn' | 'allow';

/** A place in a policy file; 1 is the first line and column. */
export interface Place {
  /** Path as given, or `built-in default`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a decision speaks of, short enough to stand in each reason. */
export interface SubjectRef {
  readonly kind: 'finding' | 'package' | 'licence' | 'image' | 'coverage' | 'problem';
  /** `CVE-2024-3094 xz-utils`: what distinguishes it in this image. */
  readonly name: string;
  readonly finding?: string;
  readonly package?: string;
  readonly severity?: SeverityLabel;
}

/** Why something is denied, warned of or allowed in spite of a rule. */
export interface Reason {
  readonly rule: string;
  readonly file: string;
  /** What counts: after grace and exception. */
  readonly outcome: Outcome;
  /** What the rule says by itself. */
  readonly ruleOutcome: Outcome;
  readonly subject: SubjectRef;
  readonly message: string;
  /** What would make it pass. */
  readonly remedy: string;
  /** Keys of the condition of which the facts are not known, where it applies for that: it counts them as bad. */
  readonly unknown: readonly string[];
  /** Whole days until `deny` is in force, where it is not yet; and the last day of grace. */
  readonly grace?: { readonly daysLeft: number; readonly until: string };
  readonly exception?: ExceptionUse;
  /** One that would excuse it, had it not expired. */
  readonly expired?: ExceptionUse;
  /** The `allow` rule that exempts it. */
  readonly exemptedBy?: { readonly rule: string; readonly reason: string };
}

/** The exception that was used, as every decision shows it. */
export interface ExceptionUse {
  readonly reason: string;
  readonly owner: string;
  readonly expires: string;
  readonly ticket?: string;
  readonly place: Place;
}

/** An exception that had no effect. */
export interface IdleException extends ExceptionUse {
  /** It is past its day (`matches`: things that it would still excuse), or speaks of nothing that is here. */
  readonly because: 'expired' | 'unmatched';
  readonly matches: number;
}

/** What a policy says of an image. */
export interface Decision {
  readonly outcome: Outcome;
  readonly policy: string;
  /** ISO 8601. */
  readonly decidedAt: string;
  /** Worst first: by outcome, severity (unknown is the worst), place of the rule, subject. */
  readonly reasons: readonly Reason[];
  readonly counts: {
    readonly deny: number;
    readonly warn: number;
    /** Reasons that an exception or an `allow` rule takes away. */
    readonly excused: number;
    readonly inGrace: number;
  };
  readonly idleExceptions: readonly IdleException[];
}

/** What a reason says; where it rests on facts that are not known, it says no more than that it may be so. */
export function messageOf({ message, unknown }: Pick<Reason, 'message' | 'unknown'>): string {
  return unknown.length === 0 ? message : `perhaps: ${message}`;
}

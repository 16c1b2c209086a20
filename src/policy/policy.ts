import type { Outcome, Place } from '../finding/decision.ts';
import type { Condition, Grace, SubjectKind } from './condition.ts';
import type { Facts } from './facts.ts';

export type {
  Decision,
  ExceptionUse,
  IdleException,
  Outcome,
  Place,
  Reason,
  SubjectRef,
} from '../finding/decision.ts';
export type { Condition, Grace, SubjectKind } from './condition.ts';
export type { Circumstances, Facts } from './facts.ts';

/** One rule as a policy file states it. In a lower file, a rule of the same id says only what changes. */
export interface RuleSource {
  /** Lower case, digits, `-`: `critical-fixable`. */
  readonly id: string;
  readonly description?: string;
  /** What is judged, each by itself; default `vulnerability`. `finding` is one of any kind. */
  readonly on?: SubjectKind;
  /** Absent: always. */
  readonly when?: Condition;
  /** Default `deny`. `allow` needs `exempts` and `reason`. */
  readonly then?: Outcome;
  /** What comes of it where a fact that decides is unknown; default: the same as where the condition holds. */
  readonly ifUnknown?: Outcome;
  /** `{{finding.id}} in {{package.name}}`: facts between braces. */
  readonly message?: string;
  /** What would make it pass, with facts as in `message`. */
  readonly remedy?: string;
  /** How long a `deny` is but a `warn`. */
  readonly grace?: Grace;
  /** Of `allow`: which rules do not judge what this one matches. */
  readonly exempts?: readonly string[];
  /** Of `allow`: why. */
  readonly reason?: string;
  /** Whether lower files may loosen or switch off this rule; default false: they may only tighten it. */
  readonly overridable?: boolean;
  /** Switches off a rule of a higher file that is `overridable`. */
  readonly off?: boolean;
}

/** A time-limited permission. Without `vulnerability` and `package` it is refused. */
export interface ExceptionSource {
  /** CVE or any other name of the flaw. */
  readonly vulnerability?: string | readonly string[];
  /** A name or purl, as glob; `version` is a range in the package's own scheme: `< 1.2.3`, `>= 1, < 2`. */
  readonly package?: string | { readonly name?: string; readonly purl?: string; readonly version?: string };
  /** Glob over the path in the image. */
  readonly path?: string;
  readonly image?: string | { readonly name?: string; readonly digest?: string };
  /** Only of these rules; default all. */
  readonly rules?: readonly string[];
  readonly reason: string;
  readonly owner: string;
  /** A day, `2027-01-31`: the last on which it holds (UTC). */
  readonly expires: string;
  readonly ticket?: string;
}

/** What a file allows the files that extend it, and itself. */
export interface PolicyLimits {
  /** At most so many days from today to an exception's expiry; default 365. */
  readonly exceptionDays?: number;
  /** Whether exceptions may be made in lower files; default true. */
  readonly exceptions?: boolean;
}

/** One policy file, `seaworthy: policy/1`. */
export interface PolicyDocument {
  readonly seaworthy: 'policy/1';
  readonly name?: string;
  readonly description?: string;
  /** Names of built-in policies, or paths that start with `./`, `../` or `/`; later ones are lower. */
  readonly extends?: readonly string[];
  /** Globs over image names: this file speaks only of these. */
  readonly images?: readonly string[];
  readonly limits?: PolicyLimits;
  readonly rules?: readonly RuleSource[];
  readonly exceptions?: readonly ExceptionSource[];
  readonly tests?: readonly PolicyCase[];
}

/** A test in the file: facts in short form and what is to come of them. */
export interface PolicyCase {
  readonly name: string;
  /** Day of the decision; default 2026-01-01. */
  readonly today?: string;
  /** Facts by the names that `fields.json` has, dates as such; what is not given is unknown. */
  readonly image?: CaseFacts;
  readonly findings?: readonly CaseFacts[];
  /** `xz-utils 5.6.1`, or facts. */
  readonly packages?: readonly (string | CaseFacts)[];
  readonly problems?: readonly CaseFacts[];
  /** Default complete. */
  readonly coverage?: CaseFacts;
  readonly expect:
    | Outcome
    | {
        readonly outcome: Outcome;
        /** Rules that must be among the reasons, and only they where given. */
        readonly rules?: readonly string[];
        /** Texts that must occur in the messages. */
        readonly messages?: readonly string[];
      };
}

/** Facts in the short form of a test; the schema says which. */
export type CaseFacts = Readonly<Record<string, unknown>>;

/** A rule as it stands after inheritance. */
export interface Rule {
  readonly id: string;
  readonly description?: string;
  readonly on: SubjectKind;
  /** Of which images it speaks; where that is unknown, it speaks of this one, except an `allow` rule. */
  readonly scope?: Condition;
  readonly when: Condition;
  /** What comes of it where its condition holds. */
  readonly outcome: Outcome;
  readonly ifUnknown: Outcome;
  readonly message: string;
  readonly remedy?: string;
  readonly grace?: Grace;
  readonly exempts?: readonly string[];
  readonly reason?: string;
  readonly overridable: boolean;
  /** The file (or built-in policy) that states it, and those whose rule of that id it changed, lowest first. */
  readonly origin: readonly Place[];
}

/** An exception and where it stands. */
export interface Exception extends ExceptionSource {
  /** Images that its file speaks of. */
  readonly images?: readonly string[];
  readonly place: Place;
}

/** A policy that is ready to decide. */
export interface Policy {
  readonly name: string;
  readonly description?: string;
  /** Files it is made of, highest (organisation) first. */
  readonly files: readonly string[];
  readonly rules: readonly Rule[];
  readonly exceptions: readonly Exception[];
  readonly tests: readonly PolicyCase[];
  /** What is told but does not stop it: exceptions past their day. */
  readonly warnings: readonly PolicyProblem[];
  /** Rules made into functions, in the order of `rules`. */
  readonly compiled: readonly CompiledRule[];
  /** Exceptions made into functions: those of a flaw by its name in capitals, and the others. */
  readonly excuses: {
    readonly byFlaw: ReadonlyMap<string, readonly CompiledException[]>;
    readonly others: readonly CompiledException[];
  };
}

/** An exception as a function. */
export interface CompiledException {
  readonly exception: Exception;
  /** The last millisecond at which it holds. */
  readonly end: number;
  /** Whether it excuses such a subject from a rule; what is not known is not excused. */
  readonly matches: (subject: Subject, rule: string) => boolean;
}

/** Whether a condition holds; `unknown` where a fact that decides is not known (Kleene's logic). */
export type Truth = true | false | 'unknown';

/** What a condition is asked about. */
export interface Subject {
  readonly facts: Facts;
  readonly finding?: Facts['findings'][number];
  readonly package?: Facts['packages'][number];
  /** Licence as the package states it. */
  readonly licence?: string;
  readonly problem?: Facts['problems'][number];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What is left of the work that CEL expressions may do in one decision. */
  readonly budget: { left: number };
}

/** A condition as a function: cheap, total, without side effects. */
export type Test = (subject: Subject) => Truth;

export interface CompiledRule {
  readonly rule: Rule;
  readonly scope: Test;
  readonly test: Test;
  /** Each key of `when` by itself, for who asks why. */
  readonly parts: readonly (readonly [key: string, test: Test])[];
  readonly message: (subject: Subject) => string;
  readonly remedy: (subject: Subject) => string;
}

/** What is wrong with a policy. */
export type PolicyErrorCode =
  | 'unreadable'
  | 'too-large'
  | 'not-yaml'
  | 'unknown-field'
  | 'wrong-type'
  | 'bad-value'
  | 'missing-field'
  | 'duplicate-id'
  | 'contradiction'
  | 'bad-cel'
  | 'cel-too-complex'
  | 'bad-template'
  | 'not-found'
  | 'cycle'
  | 'too-deep'
  | 'loosens'
  | 'exception-too-broad'
  | 'exception-too-long'
  | 'exception-forbidden'
  | 'expired';

/** One thing wrong with a policy, and where. */
export interface PolicyProblem extends Place {
  readonly code: PolicyErrorCode;
  /** Constant text. */
  readonly message: string;
  /** The offending key or value, and what is allowed. */
  readonly detail?: string;
}

/** A policy that can't be used: everything that is wrong with it, the first in its own fields. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly detail: string | undefined;
  readonly problems: readonly PolicyProblem[];
  constructor(problems: readonly [PolicyProblem, ...PolicyProblem[]], cause?: unknown) {
    const [first] = problems;
    super(first.message, cause === undefined ? undefined : { cause });
    this.code = first.code;
    this.file = first.file;
    this.line = first.line;
    this.column = first.column;
    this.detail = first.detail;
    this.problems = problems;
  }
}

import type { ExceptionSource } from '../policy.ts';

/** Ignore files that are understood: Trivy's in lines, Trivy's in YAML, Grype's settings. */
export type IgnoreKind = 'trivyignore' | 'trivyignore-yaml' | 'grype';

/** Why an entry is not taken over as it stands. */
export type MigrationCode =
  | 'too-large'
  | 'not-yaml'
  | 'wrong-shape'
  | 'unknown-field'
  | 'bad-name'
  | 'bad-date'
  | 'bad-purl'
  | 'bad-pattern'
  | 'no-criteria'
  | 'no-effect'
  | 'other-kind'
  | 'not-expressible'
  | 'expired'
  | 'no-expiry'
  | 'expiry-shortened';

/** What was not taken over, or not as it stands. */
export interface MigrationProblem {
  /** 1 is the first. */
  readonly line: number;
  readonly code: MigrationCode;
  /** `left-out`: no exception came of it; `changed`: it says less than the file does, never more. */
  readonly effect: 'left-out' | 'changed';
  /** Constant text. */
  readonly message: string;
  readonly detail?: string;
}

/** What came of an ignore file. */
export interface Migration {
  readonly exceptions: readonly ExceptionSource[];
  /** The line of the file that each exception is from. */
  readonly lines: readonly number[];
  readonly problems: readonly MigrationProblem[];
}

/** What an ignore file does not say itself. */
export interface MigrateOptions {
  /** ISO 8601 day. */
  readonly today: string;
  /** Name of the file, which stands for the owner and the reason where it gives none. */
  readonly file: string;
  /** Days from today to the expiry of what has none; default 90. */
  readonly days?: number;
  /**
   * Rules that judge flaws (`flawRules`) in the policy that the exceptions will stand in. An exception for all flaws of a
   * package is for these; without it there is none, since it would excuse the package from everything.
   */
  readonly rules?: readonly string[];
}

/** Where problems are put as they are met. */
export type Told = MigrationProblem[];

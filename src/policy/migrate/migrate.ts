import type { ExceptionSource, Policy } from '../policy.ts';
import { finished, type Told } from './finish.ts';
import { readGrype } from './grype.ts';
import { readTrivyText } from './trivy-text.ts';
import { readTrivyYaml } from './trivy-yaml.ts';

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

const mostBytes = 1024 * 1024;

/** The kind of an ignore file by its name, as the tools look for it; undefined for any other. */
export function ignoreKindOf(file: string): IgnoreKind | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1).toLowerCase();
  if (/^\.?grype(?:[.-].*)?\.ya?ml$/.test(name)) return 'grype';
  if (/trivyignore.*\.ya?ml$/.test(name)) return 'trivyignore-yaml';
  return /trivyignore/.test(name) ? 'trivyignore' : undefined;
}

/**
 * Exceptions that excuse what an ignore file of Trivy or Grype hides, and nothing else. Each has an expiry; what has none in
 * the file gets one, and is told. What can't be said exactly is left out, and is told. Never throws for bad text.
 */
export async function migrate(text: string, kind: IgnoreKind, options: MigrateOptions): Promise<Migration> {
  if (Buffer.byteLength(text) > mostBytes) {
    const message = 'the file is larger than an ignore file may be';
    return {
      exceptions: [],
      problems: [{ line: 1, code: 'too-large', effect: 'left-out', message, detail: `${mostBytes} bytes` }],
    };
  }
  const told: Told = [];
  const wishes =
    kind === 'trivyignore'
      ? readTrivyText(text, told)
      : kind === 'grype'
        ? await readGrype(text, told)
        : await readTrivyYaml(text, told);
  const exceptions = finished(wishes, options, told);
  return { exceptions, problems: told.toSorted((a, b) => a.line - b.line) };
}

/** The rules of a policy that judge flaws and nothing else, by identifier. */
export function flawRules({ rules }: Policy): readonly string[] {
  return [...new Set(rules.filter(({ on }) => on === 'vulnerability').map(({ id }) => id))];
}

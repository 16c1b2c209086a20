import { globOf } from '../glob.ts';
import { checks } from './checks.ts';
import cisDocker from './cis-docker.json' with { type: 'json' };
import type { BaselineFacts } from './facts.ts';
import type { ControlResult, ControlStatus, Standard } from './model.ts';
import nsaKubernetes from './nsa-kubernetes.json' with { type: 'json' };
import podSecurityStandards from './pod-security-standards.json' with { type: 'json' };

export type { ControlResult, Standard } from './model.ts';

/** How an image stands by one standard. */
export interface BaselineResult {
  readonly standard: string;
  readonly title: string;
  readonly results: readonly ControlResult[];
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
  /** Passed of those known, 0 to 1; absent where nothing is known. */
  readonly score?: number;
}

/** How controls have changed from one result to the next, by identifier. */
export interface BaselineDifference {
  readonly standard: string;
  readonly better: readonly string[];
  readonly worse: readonly string[];
  /** Known before and not now: neither better nor worse, and not to be passed over. */
  readonly lost: readonly string[];
  readonly found: readonly string[];
}

/** What is asked besides the facts. */
export interface BaselineOptions {
  /** Names of base images that are trusted, globs. */
  readonly trustedBases?: readonly string[];
}

/** Standards that are known. */
export const standards: readonly Standard[] = [cisDocker, podSecurityStandards, nsaKubernetes];

const mostEvidence = 10;

/** Holds what is known of an image against a standard, control by control. */
export function assess(standard: Standard, facts: BaselineFacts, options: BaselineOptions = {}): BaselineResult {
  const globs = (options.trustedBases ?? []).map((glob) => globOf(glob));
  const context = {
    facts,
    trusted: globs.length === 0 ? undefined : (name: string) => globs.some((test) => test(name)),
  };
  const results = standard.controls.map((control): ControlResult => {
    const { id, title, why = '' } = control;
    const check = control.check === undefined ? undefined : checks[control.check];
    if (check === undefined) return { id, title, status: 'unknown', why, evidence: [] };
    const { evidence = [], ...verdict } = check(context);
    return { id, title, ...verdict, evidence: evidence.slice(0, mostEvidence) };
  });
  const count = (status: ControlStatus): number => results.filter((result) => result.status === status).length;
  const [passed, failed, unknown] = [count('pass'), count('fail'), count('unknown')];
  const known = passed + failed;
  return {
    standard: standard.id,
    title: standard.title,
    results,
    passed,
    failed,
    unknown,
    ...(known === 0 ? {} : { score: passed / known }),
  };
}

/** What has changed between two results of the same standard; a control that one of them lacks counts as unknown there. */
export function difference(before: BaselineResult, after: BaselineResult): BaselineDifference {
  const old = new Map(before.results.map(({ id, status }) => [id, status]));
  const now = new Map(after.results.map(({ id, status }) => [id, status]));
  const ids = [...new Set([...now.keys(), ...old.keys()])];
  const changed = (from: readonly ControlStatus[], to: readonly ControlStatus[]): readonly string[] =>
    ids.filter((id) => from.includes(old.get(id) ?? 'unknown') && to.includes(now.get(id) ?? 'unknown'));
  return {
    standard: after.standard,
    better: changed(['fail'], ['pass']),
    worse: changed(['pass'], ['fail']),
    lost: changed(['pass', 'fail'], ['unknown']),
    found: changed(['unknown'], ['pass', 'fail']),
  };
}

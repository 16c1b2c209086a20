import { decide } from './decide.ts';
import type { Facts } from './facts.ts';
import { packageOf, readerOf } from './fields.ts';
import { pathOf } from './keys.ts';
import type { CompiledRule, Decision, Policy, Rule, Subject, SubjectRef, Truth } from './policy.ts';
import { refOf, subjectsOf } from './subjects.ts';

/** Whether and why a rule applies to something. */
export interface Explanation {
  readonly subject: SubjectRef;
  readonly truth: Truth;
  /** Each key of the condition with what it asks, what is known, and whether that holds. */
  readonly parts: readonly {
    readonly key: string;
    readonly asked: string;
    readonly known: string;
    readonly truth: Truth;
  }[];
}

/** A rule, where it comes from, and what it says of each thing that it judges; what it does not apply to is last. */
export interface RuleExplanation {
  readonly rule: Rule;
  /** Whether it speaks of this image. */
  readonly scope: Truth;
  readonly judged: number;
  /** Those to which it applies, or may, and as many of the others as are wanted. */
  readonly explanations: readonly Explanation[];
}

/** Why a policy decides as it does: each rule after inheritance, and the decision itself. */
export function explainPolicy(
  policy: Policy,
  facts: Facts,
  now: number,
  others = 1,
): { readonly decision: Decision; readonly rules: readonly RuleExplanation[] } {
  const subjects = subjectsOf(facts, now);
  return {
    decision: decide(policy, facts, now),
    rules: policy.compiled.map((compiled) =>
      explainRule(compiled, subjects(compiled.rule.on), subjects('image'), others),
    ),
  };
}

function explainRule(
  compiled: CompiledRule,
  judged: readonly Subject[],
  [whole]: readonly Subject[],
  others: number,
): RuleExplanation {
  const explained = judged.map((subject) => explain(compiled, subject));
  const passed = explained.filter(({ truth }) => truth === false);
  return {
    rule: compiled.rule,
    scope: whole === undefined ? 'unknown' : compiled.scope(whole),
    judged: judged.length,
    explanations: [...explained.filter(({ truth }) => truth !== false), ...passed.slice(0, others)],
  };
}

function explain({ rule, test, parts }: CompiledRule, subject: Subject): Explanation {
  return {
    subject: refOf(subject, rule.on),
    truth: test(subject),
    parts: parts.map(([key, part]) => ({
      key,
      asked: JSON.stringify(rule.when[key as keyof typeof rule.when]),
      known: knownOf(key, subject),
      truth: part(subject),
    })),
  };
}

/** Fields that keys are asked of where their names differ. */
const fields: Readonly<Record<string, string>> = {
  cwe: 'finding.weaknesses',
  published: 'finding.publishedDays',
  firstSeen: 'finding.firstSeenDays',
  fixed: 'finding.fixedDays',
  package: 'package.name',
  licence: 'package.licences',
  licenceWithin: 'package.licences',
  image: 'image.name',
  label: 'image.labels',
  age: 'image.ageDays',
  scanAge: 'image.scanAgeDays',
  databaseAge: 'image.databaseAgeDays',
  coverage: 'coverage.complete',
  problem: 'problem.code',
};

function knownOf(key: string, subject: Subject): string {
  if (key === 'all' || key === 'any' || key === 'not' || key === 'cel') return '';
  if (key === 'path') return pathOf(subject) ?? 'unknown';
  if (key.startsWith('licence') && subject.licence !== undefined) return subject.licence;
  if (key === 'newSince') {
    const { newSinceRelease, newSinceBase } = subject.finding ?? {};
    return `release ${newSinceRelease ?? 'unknown'}, base ${newSinceBase ?? 'unknown'}`;
  }
  const named = fields[key] ?? groups.map((group) => `${group}.${key}`).find((path) => readerOf(path) !== undefined);
  const value = named === undefined ? undefined : readerOf(named)?.(subject);
  if (value === undefined)
    return packageOf(subject) === undefined && named?.startsWith('package.') ? 'no package' : 'unknown';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const groups = ['finding', 'package', 'image', 'coverage', 'problem'] as const;

import type { Condition } from './condition.ts';
import type { PolicyProblem, RuleSource } from './policy.ts';
import { problemAt } from './problems.ts';
import type { PolicyFile } from './read-document.ts';
import { looser } from './tighten.ts';

/** Where a field of a rule is stated. */
export interface Stated {
  readonly file: PolicyFile;
  readonly path: readonly (string | number)[];
}

/** A rule while files are put together. */
export interface MergedRule {
  readonly source: RuleSource;
  readonly scope?: Condition;
  /** Who states each of its fields. */
  readonly stated: ReadonlyMap<string, Stated>;
  /** Rules of that id that it was made of, highest first. */
  readonly origin: readonly Stated[];
  /** Place of its first file, from the highest. */
  readonly level: number;
}

/** Scoped files that change the same rule each leave one for other images; more than these is no policy. */
const mostRules = 2000;

/** The rules of files, highest first, put together: what a lower one says of a rule of a higher one changes it. */
export function mergeRules(files: readonly PolicyFile[]): {
  readonly rules: readonly MergedRule[];
  readonly problems: readonly PolicyProblem[];
} {
  const problems: PolicyProblem[] = [];
  let rules: readonly MergedRule[] = [];
  for (const [level, file] of files.entries()) {
    const seen = new Set<string>();
    for (const [at, source] of (file.document.rules ?? []).entries()) {
      const stated: Stated = { file, path: ['rules', at] };
      if (seen.has(source.id)) {
        problems.push(problemAt('duplicate-id', file.place([...stated.path, 'id']), source.id));
        continue;
      }
      seen.add(source.id);
      rules = withRule(rules, source, stated, level, problems);
    }
    if (rules.length > mostRules) {
      problems.push(problemAt('too-large', file.place([]), `more than ${mostRules} rules, each for other images`));
      break;
    }
  }
  return { rules: rules.filter(({ source }) => source.off !== true), problems };
}

function withRule(
  rules: readonly MergedRule[],
  source: RuleSource,
  stated: Stated,
  level: number,
  problems: PolicyProblem[],
): readonly MergedRule[] {
  const { images } = stated.file.document;
  const scope: Condition | undefined = images === undefined ? undefined : { image: images };
  if (!rules.some((rule) => rule.source.id === source.id)) {
    if (source.off === true) {
      problems.push(
        problemAt('bad-value', stated.file.place([...stated.path, 'off']), `there is no rule ${source.id} above`),
      );
    }
    const fresh = { source, stated: statedBy(source, stated), origin: [stated], level };
    return [...rules, scope === undefined ? fresh : { ...fresh, scope }];
  }
  const told = new Set<string>();
  return rules.flatMap((rule) => {
    if (rule.source.id !== source.id) return [rule];
    for (const { field, detail } of looser(rule.source, source)) {
      if (!told.has(field)) problems.push(problemAt('loosens', stated.file.place([...stated.path, field]), detail));
      told.add(field);
    }
    const changed: MergedRule = {
      ...rule,
      source: { ...rule.source, ...source },
      stated: new Map([...rule.stated, ...statedBy(source, stated)]),
      origin: [...rule.origin, stated],
    };
    if (scope === undefined) return [changed];
    const others: MergedRule = { ...rule, scope: both(rule.scope, { not: scope }) };
    return [others, { ...changed, scope: both(rule.scope, scope) }];
  });
}

function both(one: Condition | undefined, other: Condition): Condition {
  return one === undefined ? other : { all: [one, other] };
}

function statedBy(source: RuleSource, { file, path }: Stated): ReadonlyMap<string, Stated> {
  return new Map(Object.keys(source).map((field) => [field, { file, path: [...path, field] }]));
}

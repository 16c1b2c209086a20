import type { CelCompiler } from './cel.ts';
import { checkCondition } from './check-condition.ts';
import { endOfDay } from './days.ts';
import { groupsOf } from './fields.ts';
import type { MergedRule, Stated } from './merge.ts';
import type { PolicyErrorCode, PolicyProblem, Test } from './policy.ts';
import { problemAt } from './problems.ts';
import { suggestion } from './schema-walk.ts';
import { templateErrors } from './text-template.ts';
import { canonical, thenOf } from './tighten.ts';

/** What is wrong with rules that have the form of some, and the functions of their CEL expressions. */
export function checkRules(
  rules: readonly MergedRule[],
  compile: CelCompiler | undefined,
): { readonly problems: readonly PolicyProblem[]; readonly cel: ReadonlyMap<string, Test> } {
  const cel = new Map<string, Test>();
  const byId = new Map(rules.map((rule) => [rule.source.id, rule]));
  const problems = rules.flatMap((rule) => [
    ...checkWhen(rule, compile, cel),
    ...checkTexts(rule),
    ...checkGrace(rule),
    ...checkAllow(rule, byId),
  ]);
  return { problems: unique([...problems, ...contradictions(rules)]), cel };
}

function checkWhen(
  rule: MergedRule,
  compile: CelCompiler | undefined,
  cel: Map<string, Test>,
): readonly PolicyProblem[] {
  const { source } = rule;
  if (source.when === undefined) return [];
  const on = source.on ?? 'vulnerability';
  return checkCondition(source.when, { on, compile, cel }).map(({ code, path, offset, detail }) =>
    told(rule, 'when', code, detail, path, offset),
  );
}

function checkTexts(rule: MergedRule): readonly PolicyProblem[] {
  const groups = groupsOf(rule.source.on ?? 'vulnerability');
  return (['message', 'remedy'] as const).flatMap((field) =>
    templateErrors(rule.source[field] ?? '', groups).map(({ name, offset }) =>
      told(
        rule,
        field,
        'bad-template',
        `there is no ${name} to tell of ${rule.source.on ?? 'vulnerability'}`,
        [],
        offset,
      ),
    ),
  );
}

function checkGrace(rule: MergedRule): readonly PolicyProblem[] {
  const { grace, on = 'vulnerability' } = rule.source;
  if (grace === undefined) return [];
  const problems: PolicyProblem[] = [];
  if (thenOf(rule.source) !== 'deny')
    problems.push(told(rule, 'grace', 'bad-value', 'only a rule that denies has a time of grace'));
  if (grace.until !== undefined && endOfDay(grace.until) === undefined) {
    problems.push(told(rule, 'grace', 'bad-value', `${grace.until} is not a day`, ['until']));
  }
  if (grace.days !== undefined && !groupsOf(on).includes('finding')) {
    problems.push(told(rule, 'grace', 'bad-value', 'days are counted for findings; for others say until', ['days']));
  }
  return problems;
}

function checkAllow(rule: MergedRule, byId: ReadonlyMap<string, MergedRule>): readonly PolicyProblem[] {
  const { source } = rule;
  if (thenOf(source) !== 'allow') {
    return source.exempts === undefined
      ? []
      : [told(rule, 'exempts', 'bad-value', 'only a rule that allows exempts from others')];
  }
  if (source.exempts === undefined || source.reason === undefined) {
    const missing = source.exempts === undefined ? 'exempts' : 'reason';
    return [told(rule, 'id', 'missing-field', `${source.id} allows, and needs ${missing}`)];
  }
  if (source.ifUnknown !== undefined)
    return [told(rule, 'ifUnknown', 'bad-value', 'what is unknown is never allowed for it')];
  return source.exempts.flatMap((id, at) => {
    const target = byId.get(id);
    if (target === undefined) {
      return [told(rule, 'exempts', 'bad-value', `there is no rule ${id}${suggestion(id, [...byId.keys()])}`, [at])];
    }
    if (target.level < rule.level && target.source.overridable !== true) {
      return [told(rule, 'exempts', 'loosens', `${id}: it is not overridable`, [at])];
    }
    return kindsMeet(source.on, target.source.on)
      ? []
      : [
          told(
            rule,
            'exempts',
            'bad-value',
            `${id} judges ${target.source.on ?? 'vulnerability'}, this rule does not`,
            [at],
          ),
        ];
  });
}

function kindsMeet(
  one: MergedRule['source']['on'] = 'vulnerability',
  other: MergedRule['source']['on'] = 'vulnerability',
): boolean {
  const wide = one === 'finding' || other === 'finding';
  return one === other || (wide && groupsOf(one).includes('finding') && groupsOf(other).includes('finding'));
}

/** A rule that allows what another denies under the very same condition: nobody can mean both. */
function contradictions(rules: readonly MergedRule[]): readonly PolicyProblem[] {
  const denying = new Map(rules.filter(({ source }) => thenOf(source) === 'deny').map((rule) => [key(rule), rule]));
  return rules.flatMap((rule) => {
    const other = thenOf(rule.source) === 'allow' ? denying.get(key(rule)) : undefined;
    return other === undefined
      ? []
      : [
          told(
            rule,
            'id',
            'contradiction',
            `${rule.source.id} allows what ${other.source.id} denies, by the same condition`,
          ),
        ];
  });
}

/** The same for rules that ask the same of the same. */
function key({ source, scope }: MergedRule): string {
  return canonical([source.on ?? 'vulnerability', ['when', source.when ?? {}], ['scope', scope ?? {}]]);
}

function told(
  rule: MergedRule,
  field: string,
  code: PolicyErrorCode,
  detail: string,
  path: readonly (string | number)[] = [],
  offset?: number,
): PolicyProblem {
  const stated: Stated | undefined = rule.stated.get(field) ?? rule.origin.at(-1);
  if (stated === undefined) throw new Error('a rule is stated somewhere');
  return problemAt(code, stated.file.place([...stated.path, ...path], offset), detail);
}

/** A rule that scoped files have split is told once. */
function unique(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  return [...new Map(problems.map((one) => [JSON.stringify(one), one])).values()];
}

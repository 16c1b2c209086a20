import { celKey } from './check-condition.ts';
import { type CompileContext, compileCondition, partsOf } from './compile-condition.ts';
import type { SubjectKind } from './condition.ts';
import { groupsOf } from './fields.ts';
import type { MergedRule } from './merge.ts';
import type { CompiledRule, Rule, Subject, Test } from './policy.ts';
import texts from './rule-texts.json' with { type: 'json' };
import { compileTemplate } from './text-template.ts';
import { thenOf, unknownOf } from './tighten.ts';
import { all } from './truth.ts';
import type { VersionSchemes } from './version-range.ts';

/** A rule that has been checked, as it stands and as functions. */
export function compileRule(merged: MergedRule, cel: ReadonlyMap<string, Test>, schemes: VersionSchemes): CompiledRule {
  const rule = ruleOf(merged);
  const context: CompileContext = {
    schemes,
    cel: (expression) => {
      const test = cel.get(celKey(rule.on, expression));
      if (test === undefined) throw new Error('an expression was not checked');
      return test;
    },
  };
  const parts = partsOf(rule.when, context);
  return {
    rule,
    scope: compileCondition(rule.scope ?? {}, context),
    test: all(parts.toSorted(cheapFirst).map(([, test]) => test)),
    parts,
    message: compileTemplate(rule.message),
    remedy: rule.remedy === undefined ? defaultRemedy(rule.on) : compileTemplate(rule.remedy),
  };
}

/** Keys that are dear to ask; what is false without them need not be asked of them. */
const dear: ReadonlySet<string> = new Set(['all', 'any', 'not', 'cel', 'id', 'package', 'path', 'purl', 'version']);

function cheapFirst([one]: readonly [string, Test], [other]: readonly [string, Test]): number {
  return Number(dear.has(one)) - Number(dear.has(other));
}

function ruleOf({ source, scope, origin }: MergedRule): Rule {
  const on = source.on ?? 'vulnerability';
  const { description, remedy, grace, exempts, reason } = source;
  return {
    id: source.id,
    ...(description === undefined ? {} : { description }),
    on,
    ...(scope === undefined ? {} : { scope }),
    when: source.when ?? {},
    outcome: thenOf(source),
    ifUnknown: unknownOf(source),
    message: source.message ?? texts[textsOf(on)].message,
    ...(remedy === undefined ? {} : { remedy }),
    ...(grace === undefined ? {} : { grace }),
    ...(exempts === undefined ? {} : { exempts }),
    ...(reason === undefined ? {} : { reason }),
    overridable: source.overridable === true,
    origin: origin.toReversed().map(({ file, path }) => file.place(path)),
  };
}

function textsOf(on: SubjectKind): Exclude<keyof typeof texts, 'fixable'> {
  if (on in texts && on !== 'finding') return on as Exclude<keyof typeof texts, 'fixable'>;
  return groupsOf(on).includes('finding') ? 'finding' : 'image';
}

function defaultRemedy(on: SubjectKind): (subject: Subject) => string {
  const usual = compileTemplate(texts[textsOf(on)].remedy);
  const fixable = compileTemplate(texts.fixable.remedy);
  return (subject) =>
    subject.finding?.fix === 'available' &&
    subject.finding.fixVersion !== undefined &&
    subject.finding.package !== undefined
      ? fixable(subject)
      : usual(subject);
}

import type { CelCompiler } from './cel.ts';
import type { Condition, SubjectKind } from './condition.ts';
import { type Group, groupsOf } from './fields.ts';
import { keys } from './keys.ts';
import type { PolicyErrorCode, Test } from './policy.ts';
import { versionRange } from './version-range.ts';

/** Something wrong with a condition: at a key, or in the text that it has. */
export interface ConditionProblem {
  readonly code: PolicyErrorCode;
  readonly path: readonly (string | number)[];
  readonly offset?: number;
  readonly detail: string;
}

/** What conditions are checked with, and the functions of the expressions met. */
export interface ConditionCheck {
  readonly on: SubjectKind;
  /** Undefined where no expression was seen when the policy was read. */
  readonly compile: CelCompiler | undefined;
  readonly cel: Map<string, Test>;
}

const deepest = 16;

/** What is wrong with a condition of a rule: keys that it can't be asked, expressions, ranges. */
export function checkCondition(
  condition: Condition,
  check: ConditionCheck,
  path: readonly (string | number)[] = [],
  depth = 0,
): readonly ConditionProblem[] {
  if (depth > deepest) return [{ code: 'too-deep', path, detail: `all, any and not more than ${deepest} deep` }];
  return Object.entries(condition).flatMap(([key, value]): readonly ConditionProblem[] => {
    const here = [...path, key];
    if (key === 'not') return checkCondition(value as Condition, check, here, depth + 1);
    if (key === 'all' || key === 'any') {
      return (value as readonly Condition[]).flatMap((one, at) => checkCondition(one, check, [...here, at], depth + 1));
    }
    if (key === 'cel') return checkCel(String(value), check, here);
    const groups = keys[key]?.groups ?? [];
    if (!groups.some((group) => groupsOf(check.on).includes(group))) {
      return [
        {
          code: 'unknown-field',
          path: here,
          detail: `${key} is asked of ${spoken(groups)}, not of ${spoken([check.on])}`,
        },
      ];
    }
    if (key === 'version' && versionRange(String(value)) === undefined) {
      return [{ code: 'bad-value', path: here, detail: 'a range is written >= 1.2, < 2 || = 3' }];
    }
    return [];
  });
}

function checkCel(
  expression: string,
  { compile, on, cel }: ConditionCheck,
  path: readonly (string | number)[],
): readonly ConditionProblem[] {
  if (compile === undefined || cel.has(celKey(on, expression))) return [];
  const made = compile(expression, on);
  if (typeof made !== 'function') return [{ path, ...made }];
  cel.set(celKey(on, expression), made);
  return [];
}

/** By what the function of an expression is kept: what it may ask for depends on what is judged. */
export function celKey(on: SubjectKind, expression: string): string {
  return `${on} ${expression}`;
}

/** Whether there is an expression anywhere in a condition. */
export function hasCel(condition: Condition | undefined, depth = 0): boolean {
  if (condition === undefined || depth > deepest) return false;
  const inner = [
    ...(condition.all ?? []),
    ...(condition.any ?? []),
    ...(condition.not === undefined ? [] : [condition.not]),
  ];
  return condition.cel !== undefined || inner.some((one) => hasCel(one, depth + 1));
}

function spoken(groups: readonly (Group | SubjectKind)[]): string {
  return groups
    .map((group) => (group === 'image' || group === 'coverage' ? `the ${group}` : `a ${group}`))
    .join(' or ');
}

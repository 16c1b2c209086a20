import type { Condition } from './condition.ts';
import { type KeyContext, keys } from './keys.ts';
import type { Test } from './policy.ts';
import { all, any, not } from './truth.ts';

/** What a condition is made into a function with. */
export interface CompileContext extends KeyContext {
  /** The function of a CEL expression, which has been checked; by its text. */
  cel(expression: string): Test;
}

/** The parts of a condition, each as a function, by the key that states it. */
export function partsOf(condition: Condition, context: CompileContext): readonly (readonly [string, Test])[] {
  return Object.entries(condition).map(([key, value]) => [key, partOf(key, value, context)]);
}

/** A condition as a function; an empty one always holds. */
export function compileCondition(condition: Condition, context: CompileContext): Test {
  return all(partsOf(condition, context).map(([, test]) => test));
}

function partOf(key: string, value: unknown, context: CompileContext): Test {
  const inner = (one: Condition): Test => compileCondition(one, context);
  if (key === 'all') return all((value as readonly Condition[]).map(inner));
  if (key === 'any') return any((value as readonly Condition[]).map(inner));
  if (key === 'not') return not(inner(value as Condition));
  if (key === 'cel') return context.cel(String(value));
  const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (known === undefined) throw new Error(`no key ${key}`);
  return known.test(value, context);
}

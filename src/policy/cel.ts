import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { type Compiled, celGroups, compileCel, Unavailable } from './cel-compile.ts';
import type { CelValue } from './cel-functions.ts';
import type { SubjectKind } from './condition.ts';
import { fieldTypes, groupsOf } from './fields.ts';
import type { Test } from './policy.ts';
import { suggestion } from './schema-walk.ts';

/** What is wrong with an expression, and the place in it, from 0. */
export interface CelError {
  readonly code: 'bad-cel' | 'cel-too-complex';
  readonly detail: string;
  readonly offset: number;
}

/** Checks expressions against the facts that a rule sees, and makes functions of them. */
export type CelCompiler = (expression: string, on: SubjectKind) => Test | CelError;

const fieldNames = Object.values(fieldTypes).flatMap(Object.keys);

const longest = 2000;
const limits = { maxAstNodes: 400, maxDepth: 32, maxListElements: 100, maxMapEntries: 1, maxCallArguments: 4 };

/**
 * The compiler of CEL expressions (cel-spec, langdef.md): the library parses them and checks their types; they are run
 * by functions of our own, for which a fact that is not known is neither an error nor a value, and whose work is counted.
 */
export async function celCompiler(): Promise<CelCompiler> {
  const { Environment: Made } = await import('@marcbachmann/cel-js');
  const environments = new Map<string, Environment>();
  return (expression, on) => {
    if (expression.length > longest) return tooComplex(`longer than ${longest} characters`, 0);
    const groups = groupsOf(on);
    const environment = environments.get(groups.join()) ?? environmentOf(new Made({ limits }), groups);
    environments.set(groups.join(), environment);
    return compiled(environment, expression);
  };
}

function environmentOf(environment: Environment, groups: readonly string[]): Environment {
  for (const [name, group] of celGroups) {
    if (groups.includes(group)) environment.registerVariable({ name, schema: { ...fieldTypes[group] } });
  }
  // Known to the type checker; `cel-compile.ts` has what it does.
  return environment.registerFunction('string.glob(string): bool', () => false);
}

function compiled(environment: Environment, expression: string): Test | CelError {
  let ast: ASTNode;
  try {
    const parsed = environment.parse(expression);
    const checked = parsed.check();
    if (!checked.valid) return toldBy(checked.error);
    if (checked.type !== 'bool') return wrong(`comes to ${checked.type ?? 'nothing'}, not to true or false`, 0);
    ast = parsed.ast;
  } catch (error) {
    return toldBy(error);
  }
  try {
    return testOf(compileCel(ast));
  } catch (error) {
    if (error instanceof Unavailable) return wrong(error.detail, error.offset);
    throw error;
  }
}

function testOf(run: Compiled): Test {
  return (subject) => {
    const value: CelValue = run({ subject, locals: [] });
    return typeof value === 'boolean' ? value : 'unknown';
  };
}

function toldBy(error: unknown): CelError {
  const told = error as {
    readonly code?: string;
    readonly summary?: string;
    readonly range?: { readonly start: number };
  };
  const offset = told.range?.start ?? 0;
  const { summary = String(error) } = told;
  if (told.code === 'limit_exceeded') return tooComplex(summary, offset);
  const [, field] = /^No such key: (\w+)$/.exec(summary) ?? [];
  return wrong(field === undefined ? summary : `there is no field ${field}${suggestion(field, fieldNames)}`, offset);
}

function wrong(detail: string, offset: number): CelError {
  return { code: 'bad-cel', detail, offset };
}

function tooComplex(detail: string, offset: number): CelError {
  return { code: 'cel-too-complex', detail, offset };
}

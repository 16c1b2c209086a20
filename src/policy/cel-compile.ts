import type { ASTNode } from '@marcbachmann/cel-js';
import { type CelValue, functions, operators, unaryMinus } from './cel-functions.ts';
import { fieldTypes, readerOf } from './fields.ts';
import type { Subject } from './policy.ts';

/** What an expression is run over. */
export interface CelState {
  readonly subject: Subject;
  /** Values of the variables of macros, outermost first. */
  readonly locals: CelValue[];
}

/** An expression as a function. */
export type Compiled = (state: CelState) => CelValue;

/** Something of CEL that is not for policies. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly detail: string;
  readonly offset: number;
  constructor(detail: string, offset: number) {
    super('not available in policies');
    this.detail = detail;
    this.offset = offset;
  }
}

/** What groups of facts are called in CEL, which has `package` for itself. */
export const celGroups: ReadonlyMap<string, string> = new Map(
  Object.keys(fieldTypes).map((group) => [group === 'package' ? 'pkg' : group, group]),
);

type Scope = readonly string[];
type Node = ASTNode & { readonly checkedType?: { readonly name: string } };

/**
 * Makes a function of an expression whose types have been checked. Unknown facts follow Kleene's logic, as errors do in CEL
 * (`false && unknown` is false); what can tell a known fact from an unknown one, as `has`, is refused, since by it knowing
 * less could allow more. Throws `Unavailable`.
 */
export function compileCel(ast: ASTNode, scope: Scope = []): Compiled {
  const node = ast as Node;
  const inner = (one: ASTNode): Compiled => compileCel(one, scope);
  switch (node.op) {
    case 'value':
      return literal(node);
    case 'id':
      return variable(node, scope);
    case '.':
    case '[]':
      return access(node, scope);
    case 'list':
      return listOf(node.args.map(inner));
    case '&&':
      return logical(inner(node.args[0]), inner(node.args[1]), false);
    case '||':
      return logical(inner(node.args[0]), inner(node.args[1]), true);
    case '?:':
      return choice(inner(node.args[0]), inner(node.args[1]), inner(node.args[2]));
    case '!_':
      return mapped([inner(node.args)], ([value]) => (typeof value === 'boolean' ? !value : undefined));
    case '-_':
      return mapped([inner(node.args)], ([value]) => unaryMinus(value));
    case 'call':
      return call(node, node.args[0], node.args[1], scope);
    case 'rcall':
      return macro(node, scope) ?? call(node, node.args[0], [node.args[1], ...node.args[2]], scope);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return binary(node, node.args, scope);
    case '.?':
    case '[?]':
    case 'map':
    default:
      throw new Unavailable('maps and optional fields are not for policies', node.start);
  }
}

function literal(node: Node & { readonly op: 'value' }): Compiled {
  const { args } = node;
  const value = typeof args === 'bigint' ? Number(args) : args;
  if (typeof value === 'number' && !Number.isSafeInteger(value) && typeof args === 'bigint') {
    throw new Unavailable('the number is too large', node.start);
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new Unavailable('null, bytes and unsigned numbers are not for policies', node.start);
  }
  return () => value;
}

function variable(node: Node & { readonly op: 'id' }, scope: Scope): Compiled {
  const slot = scope.lastIndexOf(node.args);
  if (slot >= 0) return ({ locals }) => locals[slot];
  throw new Unavailable(`${node.args} is not a value by itself: ask for one of its fields`, node.start);
}

function access(node: Node & { readonly op: '.' | '[]' }, scope: Scope): Compiled {
  const [from] = node.args;
  const key = typeof node.args[1] === 'string' ? node.args[1] : literalText(node.args[1]);
  const group = from.op === 'id' && !scope.includes(from.args) ? celGroups.get(from.args) : undefined;
  if (group !== undefined) {
    const read = key === undefined ? undefined : readerOf(`${group}.${key}`);
    if (read === undefined) throw new Unavailable('a field must be named as such', node.start);
    return ({ subject }) => read(subject);
  }
  const holder = compileCel(from, scope);
  const index = typeof node.args[1] === 'string' ? (): string => key ?? '' : compileCel(node.args[1], scope);
  return mapped([holder, index], ([held, at]) => {
    if (Array.isArray(held)) return typeof at === 'number' ? (held as readonly CelValue[])[at] : undefined;
    if (typeof held !== 'object' || typeof at !== 'string') return undefined;
    return Object.hasOwn(held, at) ? (held as Readonly<Record<string, string>>)[at] : undefined;
  });
}

function literalText(node: ASTNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

/** A list with an unknown element is unknown: what it holds can't be told. */
function listOf(elements: readonly Compiled[]): Compiled {
  return mapped(elements, (values) => values);
}

function logical(left: Compiled, right: Compiled, decides: boolean): Compiled {
  return (state) => {
    const one = left(state);
    if (one === decides) return one;
    const other = right(state);
    if (other === decides) return other;
    return one === undefined || other === undefined ? undefined : !decides;
  };
}

function choice(condition: Compiled, yes: Compiled, no: Compiled): Compiled {
  return (state) => {
    const chosen = condition(state);
    return chosen === undefined ? undefined : (chosen === true ? yes : no)(state);
  };
}

/** Unknown where any part is. */
function mapped(
  parts: readonly Compiled[],
  result: (values: readonly CelValue[], budget: Subject['budget']) => CelValue,
): Compiled {
  return (state) => {
    const values: CelValue[] = [];
    for (const part of parts) {
      const value = part(state);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return result(values, state.subject.budget);
  };
}

function binary(node: Node, [one, other]: readonly [ASTNode, ASTNode], scope: Scope): Compiled {
  const operate = operators[node.op];
  if (operate === undefined) throw new Unavailable(`${node.op} is not for policies`, node.start);
  const type = node.checkedType?.name ?? '';
  if (type.startsWith('list')) throw new Unavailable('lists are not added up in policies', node.start);
  const whole = type === 'int';
  const [first, second] = [compileCel(one, scope), compileCel(other, scope)];
  return (state) => {
    const left = first(state);
    const right = left === undefined ? undefined : second(state);
    return right === undefined ? undefined : operate(left, right, whole);
  };
}

function call(node: Node, name: string, args: readonly ASTNode[], scope: Scope): Compiled {
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) throw new Unavailable(`${name}() is not for policies${instead[name] ?? ''}`, node.start);
  return mapped(
    args.map((arg) => compileCel(arg, scope)),
    known,
  );
}

const instead: Readonly<Record<string, string>> = {
  has: ': a fact that is unknown decides as if it were bad by itself; say ifUnknown where it should not',
  matches: ': use glob("…"), startsWith, endsWith or contains',
};

const macros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

function macro(node: Node & { readonly op: 'rcall' }, scope: Scope): Compiled | undefined {
  const [name, receiver, [variableNode, body, more]] = node.args;
  if (!macros.has(name) || variableNode?.op !== 'id' || body === undefined) return undefined;
  if (more !== undefined) throw new Unavailable('map() takes a variable and an expression', node.start);
  const range = compileCel(receiver, scope);
  const step = compileCel(body, [...scope, variableNode.args]);
  const weight = Math.max(1, Math.ceil((body.end - body.start) / 8));
  return (state) => {
    const held = range(state);
    if (held === undefined) return undefined;
    const items: readonly CelValue[] = Array.isArray(held) ? (held as readonly CelValue[]) : Object.keys(held);
    return fold(name, items, (item) => {
      state.subject.budget.left -= weight;
      if (state.subject.budget.left < 0) return undefined;
      state.locals.push(item);
      const value = step(state);
      state.locals.pop();
      return value;
    });
  };
}

function fold(name: string, items: readonly CelValue[], step: (item: CelValue) => CelValue): CelValue {
  if (name === 'all' || name === 'exists') {
    const decides = name === 'exists';
    let unknown = false;
    for (const item of items) {
      const value = step(item);
      if (value === decides) return decides;
      if (value === undefined) unknown = true;
    }
    return unknown ? undefined : !decides;
  }
  const kept: CelValue[] = [];
  for (const item of items) {
    const value = step(item);
    if (value === undefined) return undefined;
    if (name === 'map') kept.push(value);
    else if (value === true) kept.push(item);
  }
  return name === 'exists_one' ? kept.length === 1 : kept;
}

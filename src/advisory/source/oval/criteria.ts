/*
 * Criteria (OVAL definitions schema 5.11, `CriteriaType`):
 *
 *   criteria = operator (AND / OR / ONE / XOR), negate; *(criteria / criterion / extend_definition)
 *
 * They are true of a whole system; here it is asked what they say of each package. A criterion on the system (the product, the
 * machine, a module) limits the packages that stand beside it in an AND.
 */
import type { OvalTest } from './document.ts';
import { type Claim, type Leaf, leafOf, negated, type Product } from './leaf.ts';
import type { XmlElement } from './xml.ts';

/** What has to hold of the system for a statement to apply; what is absent may be anything. */
export interface Condition {
  /** Any of these. */
  readonly products?: readonly Product[];
  /** Architectures of the machine, any of these. */
  readonly machines?: readonly string[];
  /** `name:stream`, all of these. */
  readonly modules: readonly string[];
  readonly flavour?: string;
  /** Why it can't be told whether the statement applies. */
  readonly unclear?: string;
}

/** What a definition says of one package. */
export interface Statement {
  readonly package: string;
  /** Undefined when it can't be told: then `when.unclear` says why. */
  readonly claim: Claim | undefined;
  readonly architectures?: readonly string[];
  readonly when: Condition;
}

const anywhere: Condition = { modules: [] };

type Node = Leaf | { readonly kind: 'criteria'; readonly operator: string; readonly nodes: readonly Node[] };
type PackageLeaf = Extract<Leaf, { kind: 'package' | 'unclear' }>;

/** What the criteria of a definition say of packages; empty when they speak of none. */
export function statementsOf(
  criteria: XmlElement | undefined,
  test: (id: string) => OvalTest | undefined,
): readonly Statement[] {
  if (criteria === undefined) return [];
  const statements: Statement[] = [];
  state(nodeOf(criteria, test, false), anywhere, statements);
  return statements;
}

/** By De Morgan's laws `isNegated` ends at the criteria's leaves. */
function nodeOf(element: XmlElement, test: (id: string) => OvalTest | undefined, isNegated: boolean): Node {
  const isOpposite = isNegated !== (element.attributes.get('negate') === 'true');
  if (element.name === 'criterion') {
    const leaf = leafOf(element.attributes.get('comment') ?? '', test(element.attributes.get('test_ref') ?? ''));
    return isOpposite ? negated(leaf) : leaf;
  }
  if (element.name !== 'criteria') return { kind: 'unclear', because: element.name };
  const operator = element.attributes.get('operator') ?? 'AND';
  const swapped = operator === 'AND' ? 'OR' : operator === 'OR' ? 'AND' : operator;
  return {
    kind: 'criteria',
    operator: isOpposite ? swapped : operator,
    nodes: element.children.map((child) => nodeOf(child, test, isOpposite)),
  };
}

function speaksOfPackage(node: Node): boolean {
  if (node.kind === 'criteria') return node.nodes.some(speaksOfPackage);
  return node.kind === 'package' || (node.kind === 'unclear' && node.name !== undefined);
}

function state(node: Node, when: Condition, statements: Statement[]): void {
  if (node.kind !== 'criteria') {
    if (node.kind === 'package' || node.kind === 'unclear') say(node, when, statements);
    return;
  }
  const packages = node.nodes.filter(speaksOfPackage);
  const others = node.nodes.filter((child) => !speaksOfPackage(child));
  const narrowed = node.operator === 'AND' ? others.reduce((sum, child) => both(sum, conditionOf(child)), when) : when;
  const isPlain = node.operator === 'AND' ? packages.length < 2 : node.operator === 'OR' && others.length === 0;
  const merged = node.operator === 'AND' && packages.length > 1 ? intersection(packages) : undefined;
  if (merged !== undefined) say(merged, narrowed, statements);
  else if (isPlain) for (const child of packages) state(child, narrowed, statements);
  else {
    const because = node.operator === 'AND' ? 'only together with other packages' : `criteria of ${node.operator}`;
    for (const child of packages) state(child, { ...narrowed, unclear: narrowed.unclear ?? because }, statements);
  }
}

function say(leaf: PackageLeaf, when: Condition, statements: Statement[]): void {
  if (leaf.kind === 'unclear') {
    if (leaf.name === undefined) return;
    statements.push({
      package: leaf.name,
      claim: undefined,
      when: { ...when, unclear: when.unclear ?? leaf.because },
    });
    return;
  }
  const { name, claim, architectures } = leaf;
  statements.push({ package: name, claim, when, ...(architectures === undefined ? {} : { architectures }) });
}

/** `at least 1.2` and `less than 1.5` of the same package are one range. */
function intersection(nodes: readonly Node[]): PackageLeaf | undefined {
  let merged: Extract<Leaf, { kind: 'package' }> | undefined;
  for (const node of nodes) {
    if (node.kind !== 'package' || node.claim.kind !== 'range') return undefined;
    if (merged === undefined) {
      merged = node;
      continue;
    }
    if (merged.name !== node.name || merged.claim.kind !== 'range' || merged.architectures || node.architectures)
      return undefined;
    const [one, two]: [Claim, Claim] = [merged.claim, node.claim];
    if (Object.keys(one).some((key) => key !== 'kind' && key in two)) return undefined;
    merged = { ...merged, claim: { ...one, ...two } };
  }
  return merged?.claim.kind === 'range' && merged.claim.fixed !== undefined && merged.claim.last !== undefined
    ? undefined
    : merged;
}

function conditionOf(node: Node): Condition {
  switch (node.kind) {
    case 'product':
      return { products: [node.product], modules: [] };
    case 'machine':
      return { machines: [node.architecture], modules: [] };
    case 'module':
      return { modules: [node.module] };
    case 'flavour':
      return { flavour: node.flavour, modules: [] };
    case 'always':
    case 'package':
      return anywhere;
    case 'unclear':
      return { modules: [], unclear: node.because };
    case 'criteria':
      break;
  }
  const conditions = node.nodes.map(conditionOf);
  if (node.operator === 'AND') return conditions.reduce(both, anywhere);
  return node.operator === 'OR' ? either(conditions) : { modules: [], unclear: `criteria of ${node.operator}` };
}

/**
 * Two products at once are a product and what is added to it: whichever of them is asked for. Different flavours or modules
 * can't both be of one package.
 */
function both(one: Condition, two: Condition): Condition {
  const products = together(one.products, two.products);
  const machines =
    one.machines && two.machines
      ? one.machines.filter((machine) => two.machines?.includes(machine))
      : (one.machines ?? two.machines);
  const flavour = one.flavour ?? two.flavour;
  const isMixed = one.flavour !== undefined && two.flavour !== undefined && one.flavour !== two.flavour;
  const unclear = one.unclear ?? two.unclear ?? (isMixed ? 'two flavours at once' : undefined);
  return {
    modules: [...new Set([...one.modules, ...two.modules])],
    ...(products && { products }),
    ...(machines && { machines }),
    ...(flavour === undefined ? {} : { flavour }),
    ...(unclear === undefined ? {} : { unclear }),
  };
}

function together<T>(one: readonly T[] | undefined, two: readonly T[] | undefined): readonly T[] | undefined {
  return one && two ? [...one, ...two] : (one ?? two);
}

/** Any of them: products may be listed, machines too; a mixture can't be told by what is asked of one package. */
function either(conditions: readonly Condition[]): Condition {
  const [first] = conditions;
  if (first === undefined) return anywhere;
  if (conditions.length === 1) return first;
  const isOnly = (key: 'products' | 'machines'): boolean =>
    conditions.every((one) => {
      const keys = Object.keys(one).filter((name) => name !== 'modules');
      return one.modules.length === 0 && keys.length === 1 && keys[0] === key;
    });
  if (isOnly('products')) return { modules: [], products: conditions.flatMap(({ products = [] }) => products) };
  if (isOnly('machines')) return { modules: [], machines: conditions.flatMap(({ machines = [] }) => machines) };
  const unclear = 'either of several conditions';
  if (conditions.some((one) => one.products === undefined)) return { modules: [], unclear };
  return { modules: [], unclear, products: conditions.flatMap(({ products = [] }) => products) };
}

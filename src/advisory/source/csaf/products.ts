import { asObject, asText } from '../document.ts';
import type { CsafDocument, CsafPart } from './csaf.ts';
import { objectsIn, optional, textsIn } from './fields.ts';

/** What the product tree says. */
export interface ProductTree {
  readonly parts: CsafDocument['parts'];
  /** Members of each product group. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** A product that is another one within a third. */
interface Relationship {
  readonly of: string;
  readonly within: string;
}

/** No genuine tree nests branches deeper, or strings longer chains of relationships. */
const DEEPEST = 64;
const LONGEST_CHAIN = 8;

/** Reads `product_tree` (CSAF 3.2.2). */
export function productTree(value: unknown): ProductTree {
  const tree = asObject(value);
  const parts = new Map<string, CsafPart>();
  const relationships = new Map<string, Relationship>();
  collect(tree?.['branches'], parts, 0);
  for (const product of objectsIn(tree?.['full_product_names'])) add(product, parts);
  for (const one of objectsIn(tree?.['relationships'])) {
    const id = asText(asObject(one['full_product_name'])?.['product_id']);
    const [of, within] = [asText(one['product_reference']), asText(one['relates_to_product_reference'])];
    if (id !== undefined && of !== undefined && within !== undefined) relationships.set(id, { of, within });
  }
  const groups = new Map<string, readonly string[]>();
  for (const group of objectsIn(tree?.['product_groups'])) {
    groups.set(asText(group['group_id']) ?? '', textsIn(group['product_ids']));
  }
  return { parts: (id) => chainOf(id, parts, relationships), groups };
}

function collect(branches: unknown, parts: Map<string, CsafPart>, depth: number): void {
  if (depth > DEEPEST) return;
  for (const branch of objectsIn(branches)) {
    const product = asObject(branch['product']);
    if (product !== undefined) add(product, parts);
    collect(branch['branches'], parts, depth + 1);
  }
}

function add(product: Readonly<Record<string, unknown>>, parts: Map<string, CsafPart>): void {
  const id = asText(product['product_id']);
  if (id === undefined) return;
  const helper = asObject(product['product_identification_helper']);
  const name = asText(product['name']) ?? id;
  parts.set(id, { id, name, ...optional('purl', helper?.['purl']), ...optional('cpe', helper?.['cpe']) });
}

function chainOf(
  id: string,
  parts: ReadonlyMap<string, CsafPart>,
  relationships: ReadonlyMap<string, Relationship>,
): readonly CsafPart[] | undefined {
  const chain: CsafPart[] = [];
  let at = [id];
  for (let step = 0; step < LONGEST_CHAIN && at.length > 0; step++) {
    const [first = '', ...rest] = at;
    const relationship = relationships.get(first);
    const part = parts.get(first);
    if (relationship !== undefined) at = [relationship.of, relationship.within, ...rest];
    else {
      if (part !== undefined) chain.push(part);
      at = rest;
    }
  }
  return chain.length === 0 ? undefined : chain;
}

/*
 * CSAF 2.0 and 2.1, profile VEX (clause 4.5), as far as statements go:
 *
 *   product_tree  = { branches*, full_product_names*, relationships: [ { product_reference,
 *                     relates_to_product_reference, full_product_name } ], product_groups: [ { group_id, product_ids } ] }
 *   vulnerability = { cve?, ids?: [ { text } ], product_status: { status: [ product id ] }, flags: [ { label, … } ],
 *                     threats: [ { category: "impact", details, … } ], remediations: [ { details, … } ] }
 */
import { component, digestOf, type Fields, fieldsOf, given, listOf, textOf, textsOf } from './fields.ts';
import type { ReadDocument } from './openvex.ts';
import type { VexComponent, VexProduct, VexStatement, VexStatus } from './statement.ts';

const STATUSES: Readonly<Record<string, VexStatus>> = {
  known_not_affected: 'not_affected',
  fixed: 'fixed',
  first_fixed: 'fixed',
  known_affected: 'affected',
  first_affected: 'affected',
  last_affected: 'affected',
  under_investigation: 'under_investigation',
};

/** Deeper trees are cut: no publisher comes near. */
const DEEPEST = 40;

/** Whether it is a CSAF document. */
export function isCsaf(document: Fields): boolean {
  return textOf(fieldsOf(document['document'])['csaf_version']) !== undefined;
}

/** Reads the statements of a CSAF document: one for each flaw, status and justification. */
export function readCsaf(whole: Fields): ReadDocument {
  const document = fieldsOf(whole['document']);
  const tracking = fieldsOf(document['tracking']);
  const timestamp = textOf(tracking['current_release_date']);
  const author = textOf(fieldsOf(document['publisher'])['name']);
  const tree = treeOf(fieldsOf(whole['product_tree']));
  const statements: VexStatement[] = [];
  const unread: string[] = [];
  for (const [index, item] of listOf(whole['vulnerabilities']).entries()) {
    const fields = fieldsOf(item);
    const names = namesOf(fields);
    if (names.length === 0) unread.push(`vulnerability ${index + 1}: it has neither a CVE nor another id`);
    else statements.push(...statementsOf(fields, { index, names, tree, timestamp, unread }));
  }
  return {
    id: textOf(tracking['id']) ?? '',
    format: 'csaf',
    ...(author === undefined ? {} : { author }),
    ...(timestamp === undefined ? {} : { timestamp }),
    statements,
    unread,
  };
}

function namesOf(fields: Fields): readonly string[] {
  const ids = listOf(fields['ids']).map((item) => textOf(fieldsOf(item)['text']));
  return [textOf(fields['cve']), ...ids].filter((name) => name !== undefined);
}

interface Place {
  readonly index: number;
  readonly names: readonly string[];
  readonly tree: Tree;
  readonly timestamp: string | undefined;
  readonly unread: string[];
}

function statementsOf(fields: Fields, { index, names, tree, timestamp, unread }: Place): VexStatement[] {
  const flags = saidOf(fields['flags'], 'label', tree);
  const impacts = saidOf(fields['threats'], 'details', tree, ({ category }) => category === 'impact');
  const actions = saidOf(fields['remediations'], 'details', tree);
  const groups = new Map<string, VexStatement & { readonly products: VexProduct[] }>();
  for (const [name, ids] of Object.entries(fieldsOf(fields['product_status']))) {
    const status = STATUSES[name];
    if (status === undefined) continue;
    for (const id of textsOf(ids)) {
      const product = tree.product(id);
      if (product === undefined) {
        unread.push(`vulnerability ${index + 1}: the product tree has no ${id}`);
        continue;
      }
      const justification = flags(id);
      const text = status === 'affected' ? actions(id) : impacts(id);
      const key = JSON.stringify([status, justification, text]);
      const known = groups.get(key);
      if (known) known.products.push(product);
      else {
        groups.set(key, {
          index,
          names,
          products: [product],
          status,
          ...given({ justification, text, timestamp }),
        });
      }
    }
  }
  return [...groups.values()];
}

/** What flags, threats or remediations say of a product, by product and group; those that name none go for all. */
function saidOf(
  value: unknown,
  key: string,
  tree: Tree,
  counts: (fields: Fields) => boolean = () => true,
): (id: string) => string | undefined {
  const said = new Map<string, string>();
  let ofAll: string | undefined;
  for (const item of listOf(value)) {
    const fields = fieldsOf(item);
    const text = textOf(fields[key]);
    if (text === undefined || !counts(fields)) continue;
    const ids = [
      ...textsOf(fields['product_ids']),
      ...textsOf(fields['group_ids']).flatMap((group) => tree.group(group)),
    ];
    if (ids.length === 0) ofAll ??= text;
    for (const id of ids) if (!said.has(id)) said.set(id, text);
  }
  return (id) => said.get(id) ?? ofAll;
}

interface Tree {
  product(id: string): VexProduct | undefined;
  group(id: string): readonly string[];
}

function treeOf(tree: Fields): Tree {
  const products = new Map<string, VexProduct>();
  const add = (value: unknown): void => {
    const fields = fieldsOf(value);
    const id = textOf(fields['product_id']);
    if (id !== undefined) products.set(id, { ...identified(fields), parts: [] });
  };
  const walk = (branches: unknown, depth: number): void => {
    for (const item of listOf(branches)) {
      const branch = fieldsOf(item);
      add(branch['product']);
      if (depth < DEEPEST) walk(branch['branches'], depth + 1);
    }
  };
  walk(tree['branches'], 0);
  for (const item of listOf(tree['full_product_names'])) add(item);
  for (const item of listOf(tree['relationships'])) {
    const relation = fieldsOf(item);
    const part = products.get(textOf(relation['product_reference']) ?? '');
    const whole = products.get(textOf(relation['relates_to_product_reference']) ?? '');
    const id = textOf(fieldsOf(relation['full_product_name'])['product_id']);
    if (part && whole && id !== undefined) products.set(id, { ...whole, parts: [part] });
  }
  const groups = new Map(
    listOf(tree['product_groups']).map((item) => {
      const group = fieldsOf(item);
      return [textOf(group['group_id']) ?? '', textsOf(group['product_ids'])] as const;
    }),
  );
  return { product: (id) => products.get(id), group: (id) => groups.get(id) ?? [] };
}

function identified(fields: Fields): VexComponent {
  const helper = fieldsOf(fields['product_identification_helper']);
  const digests = listOf(helper['hashes']).flatMap((item) =>
    listOf(fieldsOf(item)['file_hashes']).flatMap((hash) => {
      const { algorithm, value } = fieldsOf(hash);
      return digestOf(textOf(algorithm), textOf(value)) ?? [];
    }),
  );
  const purls = [textOf(helper['purl']), ...textsOf(helper['purls'])];
  const found = component([...purls, textOf(helper['cpe'])], digests);
  return { ...found, name: textOf(fields['name']) ?? found.name };
}

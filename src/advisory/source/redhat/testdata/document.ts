import type { Affected } from '../../../advisory.ts';

interface Product {
  readonly id: string;
  readonly purl?: string;
  readonly cpe?: string;
}

/** A document of the published form with just these packages of these products. */
export function documentWith(
  statuses: Readonly<Record<string, readonly (readonly [cpe: string, purl: string])[]>>,
  more: object = {},
): object {
  const products = new Map<string, Product>();
  const relationships: object[] = [];
  const status: Record<string, string[]> = {};
  for (const [name, pairs] of Object.entries(statuses)) {
    for (const [cpe, purl] of pairs) {
      products.set(cpe, { id: cpe, cpe });
      products.set(purl, { id: purl, purl });
      const id = `${cpe} ${purl}`;
      const product = { product_id: id };
      relationships.push({ full_product_name: product, product_reference: purl, relates_to_product_reference: cpe });
      (status[name] ??= []).push(id);
    }
  }
  const branches = Array.from(products.values(), ({ id, purl, cpe }) => ({
    product: { product_id: id, product_identification_helper: purl === undefined ? { cpe } : { purl } },
  }));
  return {
    document: { aggregate_severity: { text: 'Moderate' }, tracking: { id: 'CVE-2026-1', status: 'final' } },
    product_tree: { branches, relationships },
    vulnerabilities: [{ cve: 'CVE-2026-1', product_status: status, ...more }],
  };
}

/** One line for each: `9 binary curl [module] affected fixed 0..1 {products} note`. */
export function line({
  ecosystem,
  appliesTo,
  package: name,
  status,
  fixState,
  ranges,
  note,
  severity,
  qualifiers = {},
}: Affected): string {
  const { module, architectures, products = [] } = qualifiers;
  const spans = ranges.map(({ events }) => events.flatMap((event) => Object.values<string>(event)).join('..'));
  return [
    ecosystem.replace('Red Hat:', ''),
    appliesTo,
    name,
    ...(module === undefined || module === '' ? [] : [`[${module}]`]),
    status === 'affected' ? fixState : status,
    ...(spans.length === 0 ? [] : [spans.join(' or ')]),
    ...(architectures === undefined ? [] : [architectures.join('+')]),
    `{${products.map((cpe) => cpe.replace(/^cpe:\/[ao]:redhat:/, '')).join(' ')}}`,
    ...(note === undefined ? [] : [note]),
    ...(severity === undefined ? [] : [severity.value]),
  ].join(' ');
}


import type { LifecycleFact } from './advisory.ts';
import products from './lifecycle-products.json' with { type: 'json' };

/** What is known of a product in an image: a distribution by os-release, anything else by its name. */
export type ProductFacts =
  | {
      /** `ID` of os-release(5). */
      readonly distribution: string;
      /** `PRETTY_NAME`, which tells CentOS Stream from CentOS. */
      readonly name: string;
      readonly codename?: string;
    }
  /** `node`, `postgres`, `stdlib` (of Go). */
  | { readonly program: string };

interface Product {
  readonly product: string;
  readonly distributions?: readonly string[];
  readonly names?: readonly string[];
  /** Only where the pretty name has this word. */
  readonly named?: string;
  /** What to make of a version before it is compared, by the first pattern that fits. */
  readonly version?: readonly (readonly string[])[];
}

const PRODUCTS: readonly Product[] = products;

/** endoflife.date's name of a product, which is the key of its life cycles; undefined for one that it does not follow. */
export function productOf(facts: ProductFacts): string | undefined {
  return entryOf(facts)?.product;
}

/**
 * The cycle that a version belongs to: the longest of which it is a part (`3.20.3` of `3.20`), or the one with the
 * codename where there is no version (`trixie`); undefined when none fits, as of rolling and unreleased versions.
 */
export function cycleOf(
  facts: ProductFacts,
  version: string | undefined,
  cycles: readonly LifecycleFact[],
): LifecycleFact | undefined {
  const entry = entryOf(facts);
  const own = cycles.filter(({ key }) => key === entry?.product);
  if (version === undefined) return 'codename' in facts ? byCodename(own, facts.codename) : undefined;
  const text = adapted(version.replace(/^v(?=\d)/, ''), entry?.version ?? []);
  let best: LifecycleFact | undefined;
  for (const fact of own) {
    if (isPart(text, fact.cycle) && fact.cycle.length > (best?.cycle.length ?? 0)) best = fact;
  }
  return best;
}

function entryOf(facts: ProductFacts): Product | undefined {
  if ('program' in facts) return PRODUCTS.find(({ names }) => names?.includes(facts.program) === true);
  return PRODUCTS.find(
    ({ distributions, named }) =>
      distributions?.includes(facts.distribution) === true && (named === undefined || facts.name.includes(named)),
  );
}

function adapted(version: string, rules: readonly (readonly string[])[]): string {
  for (const [pattern = '', replacement = ''] of rules) {
    const expression = new RegExp(pattern);
    if (expression.test(version)) return version.replace(expression, replacement);
  }
  return version;
}

/** `1.2` is part of neither `1` nor `1.20`'s cycle by accident: a digit after it would make it another number. */
function isPart(version: string, cycle: string): boolean {
  return version.startsWith(cycle) && !/^\d/.test(version.slice(cycle.length));
}

/** The first word counts: `Noble Numbat` is `noble` in os-release. */
function byCodename(cycles: readonly LifecycleFact[], codename: string | undefined): LifecycleFact | undefined {
  if (codename === undefined) return undefined;
  return cycles.find((fact) => fact.codename?.split(' ')[0]?.toLowerCase() === codename.toLowerCase());
}

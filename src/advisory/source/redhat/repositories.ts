import type { Fact } from '../../advisory.ts';
import { textsIn } from '../csaf/fields.ts';
import { asObject, documentMembers, innerMembers, isObjectSlice, memberValue } from '../document.ts';
import type { Tally } from '../tally.ts';

/** Reads repository-to-cpe.json; a repository without a product is skipped. */
export function readRepositories(bytes: Uint8Array, note: (fact: Fact) => void, tally: Tally): void {
  for (const member of documentMembers(bytes)) {
    if (member.key !== 'data' || !isObjectSlice(member)) continue;
    for (const repository of innerMembers(member)) {
      const products = productsOf(memberValue(repository));
      if (products === undefined || repository.key === '') tally.skip('malformed', repository.key);
      else if (products.length === 0) tally.skip('no-product');
      else {
        note({ kind: 'repository', key: repository.key, products });
        tally.keep();
      }
    }
  }
}

function productsOf(value: unknown): readonly string[] | undefined {
  const cpes = asObject(value)?.['cpes'];
  if (!Array.isArray(cpes)) return undefined;
  return [...new Set(textsIn(cpes).map((cpe) => cpe.trim()))].filter((cpe) => cpe.startsWith('cpe:/'));
}

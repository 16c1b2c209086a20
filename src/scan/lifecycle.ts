import { cycleOf, productOf } from '../advisory/lifecycle.ts';
import type { Distro } from '../distro/distro.ts';
import type { Lifecycle } from '../finding/finding.ts';
import type { FactLookup } from './vulnerability.ts';

/** How long a distribution is looked after, where a loaded source says so. */
export function lifecycleOf(distro: Distro | undefined, { facts }: FactLookup): Lifecycle | undefined {
  if (distro === undefined) return undefined;
  const { id, name, codename, versionId } = distro;
  const known = { distribution: id, name, ...(codename === undefined ? {} : { codename }) };
  const product = productOf(known);
  if (product === undefined) return undefined;
  const told = facts('lifecycle', product);
  const cycle = cycleOf(known, versionId, told);
  const stored = told.find((fact) => fact === cycle);
  if (stored?.endOfLife === undefined) return undefined;
  const { endOfLife, endOfExtended, source } = stored;
  return {
    product,
    cycle: stored.cycle,
    endOfLife,
    ...(endOfExtended === undefined ? {} : { endOfExtended }),
    source: { name: source.name, asOf: source.publishedAt ?? source.fetchedAt },
  };
}

import type { Qualifiers } from '../advisory/advisory.ts';
import type { Package } from '../inventory/inventory.ts';
import { type Products, standingOf } from './products.ts';

/**
 * Whether a record that speaks only of some builds speaks of this one; `inherited` where it speaks of the line of builds
 * that this one was cut from, and goes for it unless something is said of its own.
 */
export type Qualification = 'yes' | 'no' | 'unclear' | 'inherited';

/** Builds for every architecture. */
const everywhere: ReadonlySet<string> = new Set(['noarch', 'all']);

/**
 * Compares the operating system, the architecture, the products and the module stream with those that a record is limited to.
 * Where nothing is known of its products they limit nothing.
 */
export function qualifies(
  found: Package,
  qualifiers: Qualifiers | undefined,
  products?: Products,
  system = 'linux',
): Qualification {
  if (qualifiers === undefined) return 'yes';
  const { architectures, module, products: said, systems } = qualifiers;
  if (systems?.includes(system) === false) return 'no';
  const { architecture } = found;
  if (
    architectures &&
    architecture !== undefined &&
    !everywhere.has(architecture) &&
    !architectures.some((one) => one === architecture || everywhere.has(one))
  )
    return 'no';
  const standing = said === undefined || products === undefined ? 'own' : standingOf(found, said, products);
  if (standing === 'none') return 'no';
  const answer = module === undefined ? 'yes' : inModule(found, module);
  return answer === 'yes' && standing === 'inherited' ? 'inherited' : answer;
}

/** `MODULARITYLABEL` is `name:stream:version:context` (Fedora modularity); a module's builds have `.module` in their release. */
function inModule({ metadata }: Package, module: string): Qualification {
  if (metadata.kind !== 'rpm') return 'yes';
  const { modularityLabel: label, release } = metadata;
  const modular = label !== undefined || /\.module[_+]/.test(release);
  if (module === '' || !modular) return (module === '') === !modular ? 'yes' : 'no';
  if (label === undefined) return 'unclear';
  return `${label}:`.startsWith(`${module}:`) ? 'yes' : 'no';
}

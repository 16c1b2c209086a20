import type { Qualifiers } from '../advisory/advisory.ts';
import type { Package } from '../inventory/inventory.ts';

/** Whether a record that speaks only of some builds speaks of this one. */
export type Qualification = 'yes' | 'no' | 'unclear';

/** Builds for every architecture. */
const everywhere: ReadonlySet<string> = new Set(['noarch', 'all']);

/** Compares the module stream and the architecture of a package with those that a record is limited to. */
export function qualifies(found: Package, qualifiers: Qualifiers | undefined): Qualification {
  if (qualifiers === undefined) return 'yes';
  const { architectures, module } = qualifiers;
  const { architecture } = found;
  if (
    architectures &&
    architecture !== undefined &&
    !everywhere.has(architecture) &&
    !architectures.includes(architecture)
  )
    return 'no';
  return module === undefined ? 'yes' : inModule(found, module);
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

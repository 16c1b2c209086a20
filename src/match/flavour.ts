import type { Qualifiers } from '../advisory/advisory.ts';
import type { Package } from '../inventory/inventory.ts';
import { rpmFlavourOf } from '../version/rpm-flavour.ts';

/**
 * Whether a package is a build of the flavour that a record speaks of: versions of different flavours (plain, FIPS, Ksplice) are
 * not compared, as `1.1.1g-15.ksplice1.el8_3` fixes nothing in `1.1.1g-16.el8_3` and the other way round.
 */
export function isOfFlavour({ metadata, version }: Package, flavour: Qualifiers['flavour']): boolean {
  return flavour === undefined || metadata.kind !== 'rpm' || rpmFlavourOf(version) === flavour;
}

/**
 * Kind of build that an RPM's version or release names: Oracle builds some packages anew for FIPS validation
 * (`3.6.16-4.el8_fips`) and for Ksplice (`2.28-151.0.1.ksplice2.el8`), under the name and with an order of their own.
 */
export type RpmFlavour = 'plain' | 'fips' | 'ksplice';

/** The flavour of a version, `2:1.1.1g-15.ksplice1.el8_3`, or of a release alone. */
export function rpmFlavourOf(version: string): RpmFlavour {
  const words = version.toLowerCase().split(/[^a-z\d]+/);
  if (words.some((word) => /^ksplice\d*$/.test(word))) return 'ksplice';
  return words.includes('fips') ? 'fips' : 'plain';
}

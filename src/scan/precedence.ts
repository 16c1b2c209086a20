/**
 * Names of the advisory sources, the one that decides first: the distributions' own, then the ecosystems' databases, then
 * the starter set; those that give facts on flaws are asked by name. Kept equal to `advisorySources` by a test, and free to load.
 */
export const precedence: readonly string[] = [
  'debian',
  'redhat',
  'oracle',
  'suse',
  'azure',
  'photon',
  'alpine',
  'osv',
  'kev',
  'epss',
  'endoflife',
  'archive',
  'starter',
];

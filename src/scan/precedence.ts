/**
 * Names of the advisory sources, the one that decides first: the distributions' own, then the ecosystems' databases, then
 * the starter set; those that give facts on flaws are asked by name. Kept equal to `advisorySources` by a test, and free to load.
 */
export const precedence: readonly string[] = [
  'debian',
  'debian-lists',
  'ubuntu-vex',
  'ubuntu',
  'redhat',
  'oracle',
  'suse',
  'amazon',
  'fedora',
  'azure',
  'photon',
  'alpine',
  'alpine-tracker',
  'wolfi',
  'chainguard',
  'minimos',
  'arch',
  'osv',
  'go',
  'rustsec',
  'pypa',
  'rubysec',
  'ghsa',
  'nodejs',
  'nvd',
  'cve',
  'vulnrichment',
  'kev',
  'epss',
  'epss-history',
  'endoflife',
  'archive',
  'starter',
];

/** Those of them that only add to what another says of an ecosystem. */
export const supplements: ReadonlySet<string> = new Set(['debian-lists', 'ubuntu-vex', 'alpine-tracker', 'archive']);

/** Ecosystems whose advisories are so large that no scan fetches them by itself, and the source that has them. */
export const onRequest: ReadonlyMap<string, string> = new Map([['CPE', 'nvd']]);

import type { AdvisorySource } from '../../advisory.ts';
import { osvPublisher } from '../osv/publisher.ts';

/**
 * GitHub's advisories: `…/advisories/github-reviewed/YYYY/MM/<id>/<id>.json`. Those that GitHub has not reviewed are copies of
 * the NVD's without packages.
 */
export const ghsa: AdvisorySource = osvPublisher({
  id: 'ghsa',
  // Half a gigabyte, of which OSV.dev has the reviewed part.
  broughtBy: 'name',
  url: 'https://github.com/github/advisory-database/archive/refs/heads/main.zip',
  ecosystems: [
    'crates.io',
    'GitHub Actions',
    'Go',
    'Hex',
    'Maven',
    'npm',
    'NuGet',
    'Packagist',
    'Pub',
    'PyPI',
    'RubyGems',
    'SwiftURL',
  ],
  kindOf: (name) => {
    if (!/(?:^|\/)advisories\/.*\.json$/.test(name)) return 'no-record';
    return /(?:^|\/)unreviewed\//.test(name) ? { skip: 'unreviewed' } : 'record';
  },
});

import type { AdvisorySource } from '../../advisory.ts';
import { osvPublisher } from '../osv/publisher.ts';

/** RustSec's advisories as it exports them itself: `…/crates/RUSTSEC-YYYY-N.json`. */
export const rustsec: AdvisorySource = osvPublisher({
  id: 'rustsec',
  url: 'https://github.com/rustsec/advisory-db/archive/refs/heads/osv.zip',
  ecosystems: ['crates.io'],
  kindOf: (name) => (/(?:^|\/)crates\/[^/]+\.json$/.test(name) ? 'record' : 'no-record'),
});

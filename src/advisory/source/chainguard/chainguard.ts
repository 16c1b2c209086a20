import type { AdvisorySource } from '../../advisory.ts';
import { rollingSecdb } from '../secdb/rolling.ts';

/**
 * Chainguard's security database, of its own packages and of Wolfi's, for images that say they are Chainguard: nothing of
 * unfixed flaws. Its terms let whoever scans fetch it, not others hand it on.
 */
export const chainguard: AdvisorySource = rollingSecdb({
  id: 'chainguard',
  ecosystem: 'Chainguard',
  url: 'https://packages.cgr.dev/chainguard/security.json',
});

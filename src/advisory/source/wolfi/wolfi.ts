import type { AdvisorySource } from '../../advisory.ts';
import { rollingSecdb } from '../secdb/rolling.ts';

/** Wolfi's security database, for images that say they are Wolfi: nothing of unfixed flaws. */
export const wolfi: AdvisorySource = rollingSecdb({
  id: 'wolfi',
  ecosystem: 'Wolfi',
  url: 'https://packages.wolfi.dev/os/security.json',
});

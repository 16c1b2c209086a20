import type { AdvisorySource } from '../../advisory.ts';
import { rollingSecdb } from '../secdb/rolling.ts';

/** MinimOS's security database: nothing of unfixed flaws. Its terms (CC BY-NC-ND 4.0) let whoever scans fetch it. */
export const minimos: AdvisorySource = rollingSecdb({
  id: 'minimos',
  ecosystem: 'MinimOS',
  url: 'https://packages.mini.dev/advisories/secdb/security.json',
});

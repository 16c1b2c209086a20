import type { AdvisorySource, Feed } from '../../advisory.ts';
import { parseRecords } from '../cve/archive.ts';
import { cisaFlawOf } from '../cve/record.ts';

const FEED: Feed = {
  url: 'https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.zip',
  ecosystems: [],
  facts: ['flaw'],
};

/**
 * CISA's Vulnrichment: scores, weaknesses and decision points (SSVC) that CISA adds to CVE records, out of copies of these
 * (CVE JSON 5). The CVE list has them too, among all the rest.
 */
export const vulnrichment: AdvisorySource = {
  id: 'vulnrichment',
  role: 'facts',
  broughtBy: 'name',
  lists: () => 'disclosures',
  feeds: (ecosystems) => (ecosystems === undefined ? [FEED] : []),
  parse: async (_feed, bytes, _keep, note) => await parseRecords(bytes, cisaFlawOf, note),
};

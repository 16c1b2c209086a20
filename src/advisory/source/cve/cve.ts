/*
 * The CVE list, one file for each record (CVE JSON 5) in an archive of its repository; see record.ts.
 */
import type { AdvisorySource, Feed } from '../../advisory.ts';
import { parseRecords } from './archive.ts';
import { flawOf } from './record.ts';

const FEED: Feed = {
  url: 'https://github.com/CVEProject/cvelistV5/archive/refs/heads/main.zip',
  ecosystems: [],
  facts: ['flaw'],
};

/** The CVE list: what those who number flaws say of them, and what CISA adds. */
export const cve: AdvisorySource = {
  id: 'cve',
  role: 'facts',
  broughtBy: 'name',
  lists: () => 'disclosures',
  feeds: (ecosystems) => (ecosystems === undefined ? [FEED] : []),
  parse: async (_feed, bytes, _keep, note) => await parseRecords(bytes, flawOf, note),
};

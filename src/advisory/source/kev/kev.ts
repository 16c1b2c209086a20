/*
 * CISA's catalogue of Known Exploited Vulnerabilities:
 *
 *   { title, catalogVersion, dateReleased, count, vulnerabilities: [ { cveID, vendorProject, product,
 *     vulnerabilityName, dateAdded, shortDescription, requiredAction, dueDate,
 *     knownRansomwareCampaignUse: Known / Unknown, notes, cwes } ] }
 */
import {
  AdvisoryError,
  type AdvisorySource,
  type ExploitedFact,
  type Fact,
  type Feed,
  type ParseReport,
} from '../../advisory.ts';
import { dayIn } from '../day.ts';
import { asObject, asText, documentMembers, innerMembers, memberValue } from '../document.ts';
import { isCve } from '../flaw-id.ts';
import { refuseWebPage } from '../packed.ts';
import { newTally } from '../tally.ts';

const LONGEST = 1000;

const FEED: Feed = {
  url: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  ecosystems: [],
  facts: ['exploited'],
};

/** CISA's Known Exploited Vulnerabilities: flaws that have been exploited for certain. */
export const kev: AdvisorySource = {
  id: 'kev',
  role: 'facts',
  lists: () => 'fixes',
  feeds: (ecosystems) => (ecosystems === undefined ? [FEED] : []),
  parse: parseCatalog,
};

function parseCatalog(_feed: Feed, bytes: Uint8Array, _keep: unknown, note: (fact: Fact) => void): ParseReport {
  refuseWebPage(bytes);
  const tally = newTally();
  let found = false;
  for (const member of documentMembers(bytes)) {
    if (member.key !== 'vulnerabilities' || member.bytes[0] !== 0x5b) continue;
    found = true;
    for (const entry of innerMembers(member)) {
      const value = memberValue(entry);
      const fact = factOf(value);
      if (fact === undefined) {
        tally.skip('malformed', asText(asObject(value)?.['cveID']) ?? `entry ${entry.key}`);
        continue;
      }
      note(fact);
      tally.keep();
    }
  }
  if (!found) throw new AdvisoryError('not-the-format', 'the feed has no list of vulnerabilities');
  return tally.report();
}

/** The days are what deadlines are reckoned from: an entry without them is malformed. */
function factOf(value: unknown): ExploitedFact | undefined {
  const fields = asObject(value);
  const key = asText(fields?.['cveID']);
  const [added, due] = [dayIn(fields?.['dateAdded']), dayIn(fields?.['dueDate'])];
  if (fields === undefined || key === undefined || !isCve(key) || added === undefined || due === undefined) {
    return undefined;
  }
  const text = (name: string): string => (asText(fields[name]) ?? '').slice(0, LONGEST);
  return {
    kind: 'exploited',
    key,
    name: text('vulnerabilityName'),
    product: [text('vendorProject'), text('product')].filter((part) => part !== '').join(' '),
    added,
    due,
    action: text('requiredAction'),
    ransomware: fields['knownRansomwareCampaignUse'] === 'Known',
  };
}

/*
 * The NVD's data feeds and API, version 2.0; a feed of a year and a page of the API have the same shape:
 *
 *   { resultsPerPage, startIndex, totalResults, format: NVD_CVE, version: "2.0", timestamp,
 *     vulnerabilities: [ { cve: record } ] }                                  record: see record.ts, configurations.ts
 */
import type { Advisory, AdvisorySource, Fact, Feed, FlawFact, ParseReport } from '../../advisory.ts';
import { arrayElements } from '../array-elements.ts';
import { asObject, asText, memberValue } from '../document.ts';
import { feedChunks } from '../packed.ts';
import { newTally, type Tally } from '../tally.ts';
import { affectedIn } from './configurations.ts';
import { flawOf } from './record.ts';

const FEEDS = 'https://nvd.nist.gov/feeds/json/cve/2.0/';
const NAME = `${FEEDS}nvdcve-2.0-`;
const MODIFIED: Feed = {
  url: `${NAME}modified.json.gz`,
  ecosystems: ['CPE'],
  facts: ['flaw'],
  optional: true,
  revises: NAME,
};
/** Flaws of earlier years are in this one's feed. */
const FIRST_YEAR = 2002;
/** Ten times the longest of today. */
const MOST_BYTES = 4 * 2 ** 30;

/**
 * The National Vulnerability Database as of a day: ratings of flaws, and which programs they are in, by CPE, for those
 * that no package manager owns. The feeds of years are made once a day, that of the last eight days every two hours: its
 * records take the place of theirs.
 */
export function nvdAsOf(now: () => Date): AdvisorySource {
  return {
    id: 'nvd',
    broughtBy: 'update',
    lists: () => 'disclosures',
    feeds: (ecosystems) =>
      ecosystems === undefined || ecosystems.includes('CPE') ? [...yearsUntil(now()), MODIFIED] : [],
    parse,
  };
}

/** The National Vulnerability Database, with the feeds of all years until this one. */
export const nvd: AdvisorySource = nvdAsOf(() => new Date());

/** The year that has just begun may have no feed yet. */
function yearsUntil(now: Date): Feed[] {
  const last = Math.max(FIRST_YEAR, now.getUTCFullYear());
  return Array.from({ length: last - FIRST_YEAR + 1 }, (_, index): Feed => {
    const year = FIRST_YEAR + index;
    const feed: Feed = { url: `${NAME}${year}.json.gz`, ecosystems: ['CPE'], facts: ['flaw'] };
    return year === last && year > FIRST_YEAR ? { ...feed, optional: true } : feed;
  });
}

/** A record is read as a rating and, where it names programs, as an advisory: each counts. */
async function parse(
  _feed: Feed,
  bytes: Uint8Array,
  keep: (advisory: Advisory) => void,
  note: (fact: Fact) => void,
): Promise<ParseReport> {
  const tally = newTally();
  let index = 0;
  for await (const element of arrayElements(feedChunks(bytes, MOST_BYTES), 'vulnerabilities')) {
    const value = memberValue({ key: String(index), bytes: element, offset: 0 });
    readRecord(asObject(value)?.['cve'], `entry ${index}`, keep, note, tally);
    index++;
  }
  return tally.report();
}

function readRecord(
  value: unknown,
  place: string,
  keep: (advisory: Advisory) => void,
  note: (fact: Fact) => void,
  tally: Tally,
): void {
  const record = asObject(value);
  const flaw = record === undefined ? undefined : flawOf(record);
  if (record === undefined || flaw === undefined) {
    tally.skip('malformed', asText(record?.['id']) ?? place);
    return;
  }
  note(flaw);
  tally.keep();
  if (flaw.state === 'rejected') return;
  const { affected, whole } = affectedIn(record['configurations']);
  if (!whole) tally.skip('malformed', `${flaw.key}, configurations`);
  if (affected.length === 0) return;
  keep({ id: flaw.key, aliases: [], covers: [], ...sharedOf(flaw), affected });
  tally.keep();
}

/** The rating is kept as a fact; the advisory has what is shown of a record by itself. */
function sharedOf({
  summary,
  published,
  modified,
  references,
}: FlawFact): Omit<Advisory, 'id' | 'aliases' | 'covers' | 'affected'> {
  return {
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    severities: [],
    references,
  };
}

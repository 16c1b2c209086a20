/*
 * EPSS, one day's scores (FIRST):
 *
 *   feed    = "#model_version:" model ",score_date:" day *VCHAR LF columns LF *( row LF )
 *   columns = "cve,epss,percentile"
 *   row     = CVE "," share "," share          decimal fractions, 0 to 1
 */
import { AdvisoryError, type AdvisorySource, type Fact, type Feed, type ParseReport } from '../../advisory.ts';
import { isCve } from '../flaw-id.ts';
import { unpackedFeed } from '../packed.ts';
import { newTally, type Tally } from '../tally.ts';

const HOST = 'https://epss.empiricalsecurity.com';
/** A day's scores are 10 MB for 300,000 flaws. */
const MOST_BYTES = 512 * 2 ** 20;
/** The third model, the first whose scores compare with those of today. */
const FIRST_EDITION = Date.parse('2023-03-07T00:00:00Z');
const EDITION_DAYS = 30;
const DAY = 86_400_000;

const CURRENT: Feed = { url: `${HOST}/epss_scores-current.csv.gz`, ecosystems: [], facts: ['prediction'] };

/** The Exploit Prediction Scoring System: how likely each flaw is exploited within 30 days, as of today. */
export const epss: AdvisorySource = {
  id: 'epss',
  role: 'facts',
  lists: () => 'fixes',
  feeds: (ecosystems) => (ecosystems === undefined ? [CURRENT] : []),
  parse: parseDay,
};

/**
 * Scores of earlier days: one edition every 30 days up to `now`, the latest `count`, so that their windows of 30 days
 * meet without a gap (LEV, NIST CSWP 41). Days lie on a fixed grid: an edition that was fetched never changes.
 */
export function epssHistory(now: () => Date, count = 12): AdvisorySource {
  return {
    id: 'epss-history',
    role: 'facts',
    broughtBy: 'name',
    lists: () => 'fixes',
    feeds: (ecosystems) => (ecosystems === undefined ? editions(now(), count) : []),
    parse: parseDay,
  };
}

/** Optional, since a mirror may have only some, and the day of an edition may not be out yet. */
function editions(now: Date, count: number): Feed[] {
  const latest = Math.floor((now.getTime() - FIRST_EDITION) / DAY / EDITION_DAYS);
  return Array.from({ length: Math.min(count, latest + 1) }, (_, back): Feed => {
    const day = new Date(FIRST_EDITION + (latest - back) * EDITION_DAYS * DAY).toISOString().slice(0, 10);
    return { url: `${HOST}/epss_scores-${day}.csv.gz`, ecosystems: [], facts: ['prediction'], optional: true };
  });
}

interface Day {
  readonly model: string;
  readonly date: string;
}

async function parseDay(
  _feed: Feed,
  bytes: Uint8Array,
  _keep: unknown,
  note: (fact: Fact) => void,
): Promise<ParseReport> {
  const tally = newTally();
  const lines = linesOf(await unpackedFeed(bytes, MOST_BYTES));
  const day = dayOf(lines.next().value ?? '');
  if (lines.next().value !== 'cve,epss,percentile') {
    throw new AdvisoryError('not-the-format', 'the feed has no columns of EPSS scores');
  }
  for (const line of lines) noteRow(line, day, note, tally);
  return tally.report();
}

function dayOf(line: string): Day {
  const [, model, date] = /^#\s*model_version:([!-+\--~]+),score_date:(\d{4}-\d\d-\d\d)/.exec(line) ?? [];
  if (model === undefined || date === undefined) {
    throw new AdvisoryError('not-the-format', 'the feed does not begin as EPSS scores do', line.slice(0, 100));
  }
  return { model, date };
}

function noteRow(line: string, day: Day, note: (fact: Fact) => void, tally: Tally): void {
  const [key = '', first = '', second = '', ...rest] = line.split(',');
  const [score, percentile] = [shareOf(first), shareOf(second)];
  if (!isCve(key) || score === undefined || percentile === undefined || rest.length > 0) {
    tally.skip('malformed', line);
    return;
  }
  note({ kind: 'prediction', key, score, percentile, ...day });
  tally.keep();
}

function shareOf(text: string): number | undefined {
  const share = /^\d+(?:\.\d+)?(?:e-\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return share >= 0 && share <= 1 ? share : undefined;
}

/** Line by line out of the bytes; the last has to be ended, or the feed was cut off. */
function* linesOf(bytes: Uint8Array): Generator<string, undefined> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  for (let end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n', start)) {
    yield buffer.toString('latin1', start, buffer[end - 1] === 0x0d ? end - 1 : end);
    start = end + 1;
  }
  if (start === buffer.length) return;
  const rest = buffer.toString('latin1', start, Math.min(buffer.length, start + 100));
  if (start === 0) throw new AdvisoryError('not-the-format', 'the feed does not begin as EPSS scores do', rest);
  throw new AdvisoryError('truncated', 'the feed ends within a line', rest);
}

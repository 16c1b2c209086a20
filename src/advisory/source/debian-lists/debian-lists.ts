/*
 * The lists of Debian's advisories: DSA (security team), DLA (LTS team), DTSA (testing, until 2009), newest first.
 *
 *   list    = *entry
 *   entry   = "[" date "]" blanks id blanks subject LF *line
 *   id      = ( "DSA" / "DLA" / "DTSA" ) "-" number [ "-" revision ]
 *   subject = [ source package ( " - " / " -- " ) ] title
 *   line    = blanks ( "{" *( CVE blanks ) "}" / "NOTE:" text / "[" codename "]" blanks "-" blanks source blanks state ) LF
 *   state   = ( version / "<" word ">" ) [ blanks "(" words ")" ]
 */
import type { Advisory, AdvisorySource, Feed, ParseReport } from '../../advisory.ts';
import { AdvisoryError } from '../../advisory.ts';
import { refuseWebPage } from '../packed.ts';
import { newTally, type Tally } from '../tally.ts';
import { dayOf } from './day.ts';
import { affectedOf, type PackageLine } from './state.ts';

const DATA = 'https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/';

const FEEDS: readonly Feed[] = ['DSA', 'DLA', 'DTSA'].map((name) => {
  return { url: `${DATA}${name}/list`, ecosystems: ['Debian'] };
});

const HEADER = /^\[([^\]]{1,40})\]\s+((?:DSA|DLA|DTSA)-\d{1,6}(?:-\d{1,3})?)\s+(\S.*?)\s*$/;
const FLAWS = /^\s+\{([^{}]*)\}\s*$/;
const NOTE = /^\s+NOTE:/;
const PACKAGE = /^\s+\[([a-z]{1,40})\]\s+-\s+(\S+)\s+(\S+)(?:\s+\((.*)\))?\s*$/;

/** What no flaw is when no CVE is named: what mends an earlier update, or brings something new. */
const NO_FLAW =
  /\bregression\b|^(?:bugfix |database )?update$|\bnew (?:upstream version|timezone database|package)\b|\bend[- ]of[- ](?:life|support)\b|announcement$|\bcrash fix\b|version number correction|advisory format|key change notice|fix several bugs/i;

/**
 * The advisories that Debian has announced since 2002, for releases too that its tracker has dropped. Each is a notice about
 * flaws and the versions that fix them; of one flaw the latest counts, as the tracker has it.
 */
export const debianLists: AdvisorySource = {
  id: 'debian-lists',
  role: 'supplement',
  lists: () => 'fixes',
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.some(isDebian) ? FEEDS : []),
  parse: parseList,
};

function isDebian(ecosystem: string): boolean {
  return ecosystem === 'Debian' || ecosystem.startsWith('Debian:');
}

interface Entry {
  readonly id: string;
  readonly date: string;
  readonly subject: string;
  readonly flaws: Set<string>;
  readonly packages: PackageLine[];
  /** A line that is not understood. */
  bad: boolean;
}

function parseList(_feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  refuseWebPage(bytes);
  const text = new TextDecoder().decode(bytes);
  if (text.trimStart() === '' ? bytes.length === 0 : !HEADER.test(text.trimStart().split('\n', 1)[0] ?? '')) {
    throw new AdvisoryError('not-the-format', 'the feed is not a list of advisories');
  }
  if (!text.endsWith('\n')) throw new AdvisoryError('truncated', 'the feed ends too early');
  const tally = newTally();
  let entry: Entry | undefined;
  for (const line of linesOf(text)) {
    if (line.trim() === '') continue;
    if (/^\s/.test(line)) {
      if (entry !== undefined) readLine(line, entry);
      continue;
    }
    settle(entry, keep, tally);
    entry = entryOf(line);
    if (entry === undefined) tally.skip('malformed', line);
  }
  settle(entry, keep, tally);
  return tally.report();
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield text.slice(start, end);
    start = end + 1;
  }
}

function entryOf(line: string): Entry | undefined {
  const [, date, id, subject] = HEADER.exec(line) ?? [];
  if (date === undefined || id === undefined || subject === undefined) return undefined;
  return { id, date, subject, flaws: new Set(), packages: [], bad: false };
}

function readLine(line: string, entry: Entry): void {
  if (NOTE.test(line)) return;
  const flaws = FLAWS.exec(line)?.[1];
  if (flaws !== undefined) {
    for (const flaw of flaws.split(/\s+/)) if (flaw !== '') entry.flaws.add(flaw);
    return;
  }
  const [, codename, name, state, words] = PACKAGE.exec(line) ?? [];
  if (codename === undefined || name === undefined || state === undefined) entry.bad = true;
  else entry.packages.push({ codename, package: name, state, words });
}

function settle(entry: Entry | undefined, keep: (advisory: Advisory) => void, tally: Tally): void {
  if (entry === undefined) return;
  const { id, subject, flaws, packages, bad } = entry;
  if (bad) return tally.skip('malformed', id);
  if (packages.length === 0) return tally.skip('no-package');
  const title = /\s--?\s+(.*)$/.exec(subject)?.[1] ?? subject;
  const ended = packages.some(({ state }) => state === '<end-of-life>');
  if (flaws.size === 0 && !ended && NO_FLAW.test(title)) return tally.skip('not-security');
  const published = dayOf(entry.date);
  keep({
    id,
    aliases: [],
    covers: [...flaws],
    summary: subject.slice(0, 240),
    ...(published === undefined ? {} : { published }),
    severities: [],
    affected: packages.map(affectedOf),
    references: [{ type: 'advisory', url: `https://security-tracker.debian.org/tracker/${id}` }],
  });
  tally.keep();
}

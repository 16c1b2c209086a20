import type {
  DatabaseInfo,
  FeedFailure,
  FeedInfo,
  FeedOutcome,
  SearchHit,
  SearchResult,
  StoredEntry,
  UpdateResult,
} from '../database/database.ts';
import { age, count, day } from '../internal/terminal-figures.ts';
import { flow, type Line, render, type Span, span } from '../internal/terminal-layout.ts';
import { redact } from './redact.ts';

/** How wide, in colours or not, and what day it is. */
export interface DbTextOptions {
  readonly width: number;
  readonly color: boolean;
  /** ISO 8601. */
  readonly now: string;
}

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 4 };
const below = { first: 4, rest: 6 };

/** What is loaded, how old it is, and what is missing. */
export function statusText(info: DatabaseInfo, { width, color, now }: DbTextOptions): string {
  const size = `${(info.bytes / 1e6).toFixed(1)} MB`;
  return render(
    [
      ...flow([span(info.path, 'title')], width, flush),
      ...flow([span(`built ${dated(info.builtAt, now)}; ${size}; ${info.digest}`)], width, under),
      ...flow([span(`Feeds (${info.feeds.length}):`, 'title')], width, flush),
      ...info.feeds.flatMap((feed) => feedLines(feed, width, now)),
      ...missingLines(info.missing, width),
    ],
    color,
  );
}

function feedLines(feed: FeedInfo, width: number, now: string): Line[] {
  const { name, url, fetchedAt, publishedAt, checkedAt, ecosystems, report, failure } = feed;
  const date = `${dated(publishedAt ?? fetchedAt, now)}, checked ${day(checkedAt)}`;
  const skipped = Object.entries(report.skipped).map(([reason, number]) => `${number} ${reason}`);
  const records = `${count(report.kept, 'record')}${skipped.length === 0 ? '' : ` (left out: ${skipped.join(', ')})`}`;
  return [
    ...flow([span(name, 'title'), span(`${date}; ${records}`)], width, under),
    ...flow([span(ecosystems.join(', '))], width, below),
    ...flow([span(url, 'quiet')], width, below),
    ...report.malformed.flatMap((what) => flow([span(`malformed: ${what}`, 'warn')], width, below)),
    ...(failure === undefined ? [] : flow([span(`not updated: ${failureText(failure)}`, 'bad')], width, below)),
  ];
}

function missingLines(missing: readonly FeedFailure[], width: number): Line[] {
  if (missing.length === 0) return [];
  return [
    ...flow([span(`Missing (${missing.length}):`, 'bad')], width, flush),
    ...missing.flatMap((failure) => [
      ...flow([span(failure.source, 'title'), span(failureText(failure), 'bad')], width, under),
      ...flow([span(failure.url, 'quiet')], width, below),
    ]),
  ];
}

function failureText({ at, message, detail }: FeedFailure): string {
  return redact(`${day(at)}, ${message}${detail === undefined ? '' : `: ${detail}`}`);
}

function dated(time: string, now: string): string {
  const old = age(time, now);
  return old === '' ? day(time) : `${day(time)}, ${old}`;
}

/** What came of an update, feed by feed. */
export function updateText({ feeds, unserved, discarded }: UpdateResult, { width, color }: DbTextOptions): string {
  const lost = `the database that was there could not be used (${discarded?.message}): what else it held is gone`;
  return render(
    [
      ...feeds.flatMap((feed) => flow([...outcomeSpans(feed), span(feed.url, 'quiet')], width, flush)),
      ...unserved.flatMap((word) => flow([span(`${word}: no source has advisories for it`, 'bad')], width, flush)),
      ...(discarded === undefined ? [] : flow([span(lost, 'bad')], width, flush)),
    ],
    color,
  );
}

function outcomeSpans(feed: FeedOutcome): Span[] {
  const { source } = feed;
  if (feed.kind === 'updated')
    return [span('updated', 'good'), span(`${source}, ${count(feed.report.kept, 'record')}:`)];
  if (feed.kind === 'failed') {
    const { message, detail } = feed.error;
    return [
      span('FAILED', 'bad'),
      span(`${source}, ${redact(detail === undefined ? message : `${message}, ${detail}`)}:`),
    ];
  }
  return [span(feed.kind === 'absent' ? 'not published' : 'unchanged', 'quiet'), span(`${source}:`)];
}

/** What is known of a flaw or a package. */
export function searchText({ hits, truncated }: SearchResult, text: string, { width, color }: DbTextOptions): string {
  if (hits.length === 0) return render(flow([span(`Nothing about ${text} is in the database.`)], width, flush), color);
  const more = truncated ? flow([span('There is more than is shown.', 'warn')], width, flush) : [];
  return render([...hits.flatMap((hit) => hitLines(hit, width)), ...more], color);
}

function hitLines({ advisory, entries }: SearchHit, width: number): Line[] {
  const { id, aliases, covers, summary, source, references } = advisory;
  const others = [...new Set([...aliases, ...covers])].filter((name) => name !== id);
  return [
    ...flow(
      [span(id, 'title'), span(`${source.name} ${day(source.publishedAt ?? source.fetchedAt)}`, 'quiet')],
      width,
      flush,
    ),
    ...(others.length === 0 ? [] : flow([span(`also ${others.join(', ')}`, 'quiet')], width, under)),
    ...(summary === undefined ? [] : flow([span(summary)], width, under)),
    ...entries.flatMap((entry) => entryLines(entry, width)),
    ...references.slice(0, 3).flatMap(({ url }) => flow([span(url, 'quiet')], width, under)),
    [],
  ];
}

function entryLines(entry: SearchHit['entries'][number], width: number): Line[] {
  const tone = entry.status === 'affected' ? 'warn' : 'good';
  const severity = entry.severity === undefined ? [] : [span(`severity ${entry.severity.label}`)];
  const note = entry.note === undefined ? [] : [span(`(${entry.note})`)];
  const where = span(`${entry.ecosystem} ${entry.package}:`);
  return flow([where, span(affectedText(entry), tone), ...severity, ...note], width, under);
}

const fixWords: Readonly<Record<StoredEntry['fixState'], string>> = {
  fixed: '',
  'not-fixed': ', no fix yet',
  'will-not-fix': ', will not be fixed',
  deferred: ', fix deferred',
  'end-of-life': ', end of life',
  unknown: ', fix unknown',
};

/** `affected >= 1 < 2, >= 3 <= 4, no fix yet`. */
export function affectedText({ status, ranges, versions, fixState }: StoredEntry): string {
  if (status === 'not-affected') return 'not affected';
  if (status === 'undetermined') return 'not known whether affected';
  const runs = ranges.flatMap(({ events }) => runTexts(events));
  if (versions !== undefined && versions.length > 0) runs.push(`${count(versions.length, 'version')} listed`);
  const which = runs.length === 0 || runs.includes('') ? 'in all versions' : runs.join(', ');
  return `affected ${which}${fixWords[fixState]}`;
}

type Events = StoredEntry['ranges'][number]['events'];

/** One text for each run of versions; empty for one without ends. */
function runTexts(events: Events): string[] {
  const runs: string[][] = [];
  for (const event of events) {
    if ('introduced' in event) runs.push(event.introduced === '0' ? [] : [`>= ${event.introduced}`]);
    else (runs.at(-1) ?? startRun(runs)).push(endText(event));
  }
  return runs.map((run) => run.join(' '));
}

function startRun(runs: string[][]): string[] {
  const run: string[] = [];
  runs.push(run);
  return run;
}

function endText(event: Exclude<Events[number], { readonly introduced: string }>): string {
  if ('fixed' in event) return `< ${event.fixed}`;
  return 'lastAffected' in event ? `<= ${event.lastAffected}` : `< ${event.limit}`;
}

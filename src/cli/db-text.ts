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
  if (feed.kind === 'failed') return [span('FAILED', 'bad'), span(`${source}, ${redact(feed.error.message)}:`)];
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

/** `affected < 1.2, >= 2 < 2.3, no fix yet`. */
export function affectedText({ status, ranges, versions, fixState }: StoredEntry): string {
  if (status === 'not-affected') return 'not affected';
  if (status === 'undetermined') return 'not known whether affected';
  const runs = ranges.flatMap(({ events }) => events.map(eventText)).filter((text) => text !== '');
  const listed = versions === undefined || versions.length === 0 ? [] : [`${count(versions.length, 'version')} listed`];
  const which = [runs.join(' '), ...listed].filter((text) => text !== '').join(', ');
  return `affected ${which === '' ? 'in all versions' : which}${fixState === 'fixed' ? '' : `, ${fixState}`}`;
}

function eventText(event: StoredEntry['ranges'][number]['events'][number]): string {
  if ('introduced' in event) return event.introduced === '0' ? '' : `>= ${event.introduced}`;
  if ('fixed' in event) return `< ${event.fixed}`;
  if ('lastAffected' in event) return `<= ${event.lastAffected}`;
  return `< ${event.limit}`;
}

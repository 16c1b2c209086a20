import type { DatabaseInfo, FeedFailure, FeedInfo } from '../database/database.ts';
import { age, count, day } from '../internal/terminal-figures.ts';
import { flow, type Line, render, span } from '../internal/terminal-layout.ts';
import { addressSpans } from './address-spans.ts';
import type { DbTextOptions } from './db-text.ts';
import { recordsText } from './records-text.ts';
import { redact } from './redact.ts';

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 4 };
const below = { first: 4, rest: 6 };

/** What is loaded, how old it is, and what is missing: a line for each publisher; feed by feed with `verbose`. */
export function statusText(info: DatabaseInfo, { width, color, now, verbose }: DbTextOptions): string {
  const publishers = Map.groupBy(info.feeds, ({ name }) => name);
  const size = `${(info.bytes / 1e6).toFixed(1)} MB`;
  return render(
    [
      ...flow([span(info.path, 'title')], width, flush),
      ...flow([span(`built ${dated(info.builtAt, now)}; ${size}; ${info.digest}`)], width, under),
      ...flow([span(`Feeds (${info.feeds.length}):`, 'title')], width, flush),
      ...(verbose
        ? info.feeds.flatMap((feed) => feedLines(feed, width, now))
        : [...publishers].flatMap(([name, feeds]) => publisherLines(name, feeds, width, now))),
      ...missingLines(info.missing, width, verbose),
    ],
    color,
  );
}

function feedLines(feed: FeedInfo, width: number, now: string): Line[] {
  const { name, url, fetchedAt, publishedAt, checkedAt, report, failure } = feed;
  const date = `${dated(publishedAt ?? fetchedAt, now)}, checked ${day(checkedAt)}`;
  const records = recordsText([feed.report]);
  return [
    ...flow([span(name, 'title'), span(`${date}; ${records}`)], width, under),
    ...flow([span(contentText(feed))], width, below),
    ...flow([span(url, 'quiet')], width, below),
    ...report.malformed.flatMap((what) => flow([span(`malformed: ${what}`, 'warn')], width, below)),
    ...(failure === undefined ? [] : flow([span(`not updated: ${failureText(failure)}`, 'bad')], width, below)),
  ];
}

/** Ecosystems, and facts by kind: `Debian:11, Debian:12`, `300,000 facts of prediction`. */
function contentText({ ecosystems, facts = {} }: FeedInfo): string {
  const kinds = Object.entries(facts).map(([kind, number]) => `${count(number, 'fact')} of ${kind}`);
  return [...ecosystems, ...kinds].join(', ');
}

/** `alpine  48 feeds, 101,879 records; of 2026-08-23, checked 2026-11-20`, then what was not updated. */
function publisherLines(name: string, feeds: readonly FeedInfo[], width: number, now: string): Line[] {
  const times = feeds.map(({ publishedAt, fetchedAt }) => publishedAt ?? fetchedAt).toSorted();
  const checked = feeds.map(({ checkedAt }) => checkedAt).toSorted()[0] ?? '';
  const what = `${count(feeds.length, 'feed')}, ${recordsText(feeds.map(({ report }) => report))}; ${period(times, now)}, checked ${day(checked)}`;
  return [
    ...flow([span(name, 'title'), span(what)], width, under),
    ...failureLines(
      feeds.flatMap(({ url, failure }) => (failure === undefined ? [] : [{ url, failure }])),
      width,
    ),
  ];
}

/** What was not updated, those together that failed alike. */
function failureLines(
  failed: readonly { readonly url: string; readonly failure: FeedFailure }[],
  width: number,
): Line[] {
  return [...Map.groupBy(failed, ({ failure }) => failureText(failure))].flatMap(([text, alike]) => [
    ...flow([span(`not updated: ${text}`, 'bad')], width, below),
    ...addressSpans(alike.map(({ url }) => url)).flatMap((one) => flow([one], width, below)),
  ]);
}

/** From the oldest to the newest: an old feed must not hide behind a new one. */
function period(times: readonly string[], now: string): string {
  const [oldest = '', newest = ''] = [times[0], times.at(-1)];
  return day(oldest) === day(newest) ? dated(newest, now) : `${day(oldest)} to ${dated(newest, now)}`;
}

function missingLines(missing: readonly FeedFailure[], width: number, verbose: boolean | undefined): Line[] {
  if (missing.length === 0) return [];
  return [
    ...flow([span(`Missing (${missing.length}):`, 'bad')], width, flush),
    ...[...Map.groupBy(missing, (failure) => `${failure.source}\0${failureText(failure)}`).values()].flatMap(
      (alike) => {
        const [first] = alike;
        if (first === undefined) return [];
        return [
          ...flow([span(first.source, 'title'), span(failureText(first), 'bad')], width, under),
          ...addressSpans(
            alike.map(({ url }) => url),
            verbose,
          ).flatMap((one) => flow([one], width, below)),
        ];
      },
    ),
  ];
}

function failureText({ at, message, detail }: FeedFailure): string {
  return redact(`${day(at)}, ${message}${detail === undefined ? '' : `: ${detail}`}`);
}

function dated(time: string, now: string): string {
  const old = age(time, now);
  return old === '' ? day(time) : `${day(time)}, ${old}`;
}

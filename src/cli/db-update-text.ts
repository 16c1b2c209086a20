import type { FeedOutcome, UpdateResult } from '../database/database.ts';
import { count, thousands } from '../internal/terminal-figures.ts';
import { flow, type Line, render, type Span, span } from '../internal/terminal-layout.ts';
import { addressSpans } from './address-spans.ts';
import type { DbTextOptions } from './db-text.ts';
import { recordsText } from './records-text.ts';
import { redact } from './redact.ts';

const flush = { first: 0, rest: 2 };

/** What came of an update: a line for each publisher, and what failed; feed by feed with `verbose`. */
export function updateText(result: UpdateResult, { width, color, verbose }: DbTextOptions): string {
  const { feeds, unserved, discarded } = result;
  const lost = `the database that was there could not be used (${discarded?.message}): what else it held is gone`;
  return render(
    [
      ...(verbose
        ? feeds.flatMap((feed) => flow([...outcomeSpans(feed), span(feed.url, 'quiet')], width, flush))
        : [...publisherLines(feeds, width), ...failedLines(feeds, width)]),
      ...unserved.flatMap((one) => flow([span(unservedText(one), 'bad')], width, flush)),
      ...(discarded === undefined ? [] : flow([span(lost, 'bad')], width, flush)),
    ],
    color,
  );
}

function unservedText({ word, meant }: UpdateResult['unserved'][number]): string {
  return `${word}: no source has advisories for it${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

const outcomes = [
  ['updated', 'updated'],
  ['unchanged', 'unchanged'],
  ['absent', 'not published there'],
  ['followed', 'read as indexes'],
  ['failed', 'FAILED'],
] as const;

/** `alpine: 46 feeds updated, 101,879 records; 2 unchanged`. */
function publisherLines(feeds: readonly FeedOutcome[], width: number): Line[] {
  return [...Map.groupBy(feeds, ({ source }) => source)].flatMap(([source, own]) => {
    const records = recordsText(own.flatMap((feed) => (feed.kind === 'updated' ? [feed.report] : [])));
    const parts = outcomes
      .map(([kind, words]) => ({ kind, words, number: own.filter((feed) => feed.kind === kind).length }))
      .filter(({ number }) => number > 0)
      .map(({ kind, words, number }, index) => {
        const text = `${index === 0 ? count(number, 'feed') : thousands(number)} ${words}`;
        return kind === 'updated' ? `${text}, ${records}` : text;
      });
    const tone = own.some(({ kind }) => kind === 'failed') ? 'bad' : undefined;
    return flow([span(`${source}:`, 'title'), span(parts.join('; '), tone)], width, flush);
  });
}

/** What failed, those together that failed alike. */
function failedLines(feeds: readonly FeedOutcome[], width: number): Line[] {
  const failed = feeds.filter((feed) => feed.kind === 'failed');
  const alike = Map.groupBy(failed, ({ source, error }) => [source, error.message, error.detail].join('\0'));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : flow([...outcomeSpans(first), ...addressSpans(group.map(({ url }) => url))], width, flush);
  });
}

function outcomeSpans(feed: FeedOutcome): Span[] {
  const { source } = feed;
  if (feed.kind === 'updated') return [span('updated', 'good'), span(`${source}, ${recordsText([feed.report])}:`)];
  if (feed.kind === 'failed') {
    const { message, detail } = feed.error;
    return [
      span('FAILED', 'bad'),
      span(`${source}, ${redact(detail === undefined ? message : `${message}, ${detail}`)}:`),
    ];
  }
  if (feed.kind === 'followed')
    return [span('read', 'quiet'), span(`${source}, index of ${count(feed.feeds, 'feed')}:`)];
  return [span(feed.kind === 'absent' ? 'not published' : 'unchanged', 'quiet'), span(`${source}:`)];
}

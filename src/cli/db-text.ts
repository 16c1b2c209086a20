import type { SearchHit, SearchResult, StoredEntry } from '../database/database.ts';
import { count, day } from '../internal/terminal-figures.ts';
import { flow, type Line, render, span } from '../internal/terminal-layout.ts';
import { factLines } from './fact-text.ts';

/** How wide, in colours or not, and what day it is. */
export interface DbTextOptions {
  readonly width: number;
  readonly color: boolean;
  /** ISO 8601. */
  readonly now: string;
  /** Feed by feed instead of a line for each publisher. */
  readonly verbose?: boolean;
}

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 4 };

/** What is known of a flaw or a package. */
export function searchText(
  { hits, facts, truncated }: SearchResult,
  text: string,
  { width, color }: DbTextOptions,
): string {
  if (hits.length === 0 && facts.length === 0)
    return render(flow([span(`Nothing about ${text} is in the database.`)], width, flush), color);
  const more = truncated ? flow([span('There is more than is shown.', 'warn')], width, flush) : [];
  return render([...factLines(facts, width), ...hits.flatMap((hit) => hitLines(hit, width)), ...more], color);
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

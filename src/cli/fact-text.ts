import type { StoredFact } from '../database/database.ts';
import { day } from '../internal/terminal-figures.ts';
import { flow, type Line, type Span, span } from '../internal/terminal-layout.ts';

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 4 };

/** What is known of a flaw beyond single packages, a line or two for each source; nothing for no facts. */
export function factLines(facts: readonly StoredFact[], width: number): Line[] {
  const [first] = facts;
  if (first === undefined) return [];
  return [...flow([span(first.key, 'title')], width, flush), ...facts.flatMap((fact) => lines(fact, width)), []];
}

function lines(fact: StoredFact, width: number): Line[] {
  const { name, publishedAt, fetchedAt } = fact.source;
  const by = span(`${name} ${day(publishedAt ?? fetchedAt)}`, 'quiet');
  const summary = fact.kind === 'flaw' && fact.summary !== undefined ? flow([span(fact.summary)], width, under) : [];
  return [...flow([by, ...spans(fact)], width, under), ...summary];
}

function spans(fact: StoredFact): Span[] {
  if (fact.kind === 'prediction') return [span(predictionText(fact))];
  if (fact.kind === 'exploited') return [span(exploitedText(fact), 'bad')];
  if (fact.kind === 'repository') return [span(`products ${fact.products.join(', ')}`)];
  return fact.kind === 'flaw' ? flawSpans(fact) : [span(lifecycleText(fact))];
}

/** `exploited within 30 days: 94.4%, more likely than 99.9% of flaws (2026-08-21)`. */
function predictionText({ score, percentile, date }: StoredFact<'prediction'>): string {
  return `exploited within 30 days: ${percent(score)}, more likely than ${percent(percentile)} of flaws (${date})`;
}

/** Rounded down: nothing that is not certain is 100 %. */
function percent(portion: number): string {
  const digits = portion < 0.001 ? 3 : 1;
  return `${(Math.floor(portion * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)}%`;
}

function exploitedText({ name, added, due, ransomware }: StoredFact<'exploited'>): string {
  return `known to be exploited since ${added}, to be fixed by ${due}${ransomware ? ', used for ransom' : ''}: ${name}`;
}

function flawSpans({ severities, weaknesses, state, decision }: StoredFact<'flaw'>): Span[] {
  const rated = severities.map(({ label, value, by }) => span(`${label} (${by}: ${value})`));
  const decided = decision === undefined ? [] : [span(`exploitation ${decision.exploitation}`)];
  return [
    ...(state === undefined ? [] : [span(state, 'warn')]),
    ...rated,
    ...weaknesses.map((id) => span(id)),
    ...decided,
  ];
}

function lifecycleText({ cycle, codename, endOfLife, endOfExtended }: StoredFact<'lifecycle'>): string {
  const name = codename === undefined ? cycle : `${cycle} (${codename})`;
  const extended = endOfExtended === undefined ? '' : `, extended ${endText(endOfExtended)}`;
  return `${name}: ${endOfLife === undefined ? 'end of life not known' : endText(endOfLife)}${extended}`;
}

/** A day, or whether it is over already. */
function endText(end: string | boolean): string {
  if (typeof end === 'string') return `end of life ${end}`;
  return end ? 'at its end of life' : 'looked after';
}

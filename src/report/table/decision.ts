import {
  type Decision,
  type ExceptionUse,
  type IdleException,
  messageOf,
  type Reason,
} from '../../finding/decision.ts';
import type { PresentOptions } from '../../finding/finding.ts';
import { count, day } from '../../internal/terminal-figures.ts';
import { flow, type Line, render, type Span, span, type Tone } from '../../internal/terminal-layout.ts';

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 8 };
const below = { first: 8, rest: 10 };

/** Reasons that are shown unless all are wanted. */
const mostReasons = 10;

/** Exceptions without effect that are, likewise. */
const mostIdle = 5;

const words: Readonly<Record<Decision['outcome'], readonly [word: string, tone: Tone]>> = {
  deny: ['DENIED', 'worst'],
  warn: ['ALLOWED, with warnings', 'warn'],
  allow: ['ALLOWED', 'good'],
};

/** What a policy says of the image: the outcome, the reasons that count, the worst first, and what would make it pass. */
export function decisionLines(decision: Decision | undefined, width: number, all: boolean): Line[] {
  if (decision === undefined) return [];
  const { outcome, counts, reasons, idleExceptions } = decision;
  const [word, tone] = words[outcome];
  const numbers = [
    count(counts.deny, 'reason to deny it', 'reasons to deny it'),
    count(counts.warn, 'warning'),
    ...(counts.inGrace === 0 ? [] : [`${counts.inGrace} of them in grace`]),
    ...(counts.excused === 0 ? [] : [`${counts.excused} excused`]),
  ].join(', ');
  const told = alike(reasons.filter((reason) => all || reason.outcome !== 'allow'));
  const shown = all ? told : told.slice(0, mostReasons);
  const left = told.length - shown.length;
  return [
    ...flow(
      [span('Policy', 'title'), span(`${decision.policy}:`), span(word, tone), span(`(${numbers})`)],
      width,
      flush,
    ),
    ...shown.flatMap((same) => reasonLines(same, width)),
    ...(left === 0 ? [] : flow([span(`and ${count(left, 'more reason')} (--verbose, JSON)`, 'quiet')], width, under)),
    ...sourceLines(reasons, width),
    ...idleExceptions.slice(0, all ? undefined : mostIdle).flatMap((exception) => idleLines(exception, width)),
    ...(all || idleExceptions.length <= mostIdle
      ? []
      : flow(
          [span(`and ${count(idleExceptions.length - mostIdle, 'more exception')} without effect`, 'warn')],
          width,
          under,
        )),
  ];
}

/** Who may know what is not known. */
const sources: Readonly<Record<string, string>> = {
  severity: 'nvd',
  cvss: 'nvd',
  kev: 'kev',
  ransomware: 'kev',
  epss: 'epss',
  epssPercentile: 'epss',
  endOfLife: 'endoflife',
  ssvc: 'vulnrichment',
  exploitation: 'vulnrichment',
  automatable: 'vulnrichment',
  technicalImpact: 'vulnrichment',
};

function sourceLines(reasons: readonly Reason[], width: number): Line[] {
  const counted = reasons.filter(({ outcome }) => outcome !== 'allow');
  const names = new Set(counted.flatMap(({ unknown }) => unknown.flatMap((key) => sources[key] ?? [])));
  if (names.size === 0) return [];
  const command = `seaworthy db update --only ${[...names].toSorted().join(' ')}`;
  return flow([span(`Some of what is not known may come with \`${command}\`.`)], width, under);
}

/** One flaw is in several packages of one source, and several rules may be against it: it is one reason to read. */
function alike(reasons: readonly Reason[]): (readonly [Reason, ...Reason[]])[] {
  const groups = new Map<string, [Reason, ...Reason[]]>();
  for (const reason of reasons) {
    const { rule, outcome, subject, grace, exception, exemptedBy } = reason;
    const what = subject.kind === 'finding' ? [subject.name.split(' ')[0]] : [subject.name, rule];
    const key = JSON.stringify([outcome, subject.kind, what, grace?.until, exception?.place, exemptedBy?.rule]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [reason]);
    else group.push(reason);
  }
  return [...groups.values()];
}

function reasonLines(same: readonly [Reason, ...Reason[]], width: number): Line[] {
  // What is known says more than what may be.
  const reason = same.find((one) => one.unknown.length === 0) ?? same[0];
  const rules = [...new Set([reason, ...same].map(({ rule }) => rule))].join(', ');
  const others = new Set(same.map(({ subject }) => subject.package)).size - 1;
  const { outcome, remedy, grace, exception, expired, exemptedBy, unknown } = reason;
  const tone: Tone = outcome === 'deny' ? 'bad' : outcome === 'warn' ? 'warn' : 'quiet';
  const more: Span[][] = [
    ...(others === 0 ? [] : [[span(`and so in ${count(others, 'other package')}`, 'quiet')]]),
    [span(`→ ${remedy}`, 'good')],
    ...(unknown.length === 0 ? [] : [[span(`not known, and so counted as bad: ${unknown.join(', ')}`, 'odd')]]),
    ...(grace === undefined
      ? []
      : [[span(`denied from ${day(grace.until)} on: ${count(grace.daysLeft, 'day')} left`)]]),
    ...(exception === undefined ? [] : [[span(`excused: ${useText(exception)}`)]]),
    ...(expired === undefined ? [] : [[span(`its exception has expired: ${useText(expired)}`, 'warn')]]),
    ...(exemptedBy === undefined ? [] : [[span(`exempted by ${exemptedBy.rule}: ${exemptedBy.reason}`)]]),
  ];
  return [
    ...flow([span(outcome.padEnd(5), tone), span(messageOf(reason)), span(`(${rules})`, 'quiet')], width, under),
    ...more.flatMap((spans) => flow(spans, width, below)),
  ];
}

function useText({ reason, owner, expires, ticket }: ExceptionUse): string {
  return `${reason} (${owner}, until ${expires}${ticket === undefined ? '' : `, ${ticket}`})`;
}

function idleLines(exception: IdleException, width: number): Line[] {
  const { file, line } = exception.place;
  const why = exception.because === 'expired' ? 'has expired' : 'speaks of nothing that is here';
  return flow([span(`exception at ${file}:${line} ${why}: ${useText(exception)}`, 'warn')], width, under);
}

/** The decision by itself, below the name of the image. Ends with a line break. */
export function decisionText(
  reference: string,
  decision: Decision,
  { width, color, verbose }: Pick<PresentOptions, 'width' | 'color' | 'verbose'>,
): string {
  const columns = Math.max(40, Math.trunc(width) || 80);
  return render(
    [...flow([span(reference, 'title')], columns, flush), ...decisionLines(decision, columns, verbose)],
    color,
  );
}

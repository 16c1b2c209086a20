import type { SeverityLabel } from '../advisory/advisory.ts';
import type { VulnerabilityFinding } from '../finding/finding.ts';
import type { Circumstances, KnownFlaw } from './circumstances.ts';
import clocks from './clocks.json' with { type: 'json' };
import { daysAfter, isDay, monthsAfter } from './day.ts';

/** A length of time, in one of the two. */
export interface Within {
  readonly days?: number;
  readonly months?: number;
}

/** A rule by which flaws have to be fixed in time. */
export interface Clock {
  readonly id: string;
  readonly title: string;
  /** From which day on it runs: when the flaw was found, or when a fix came out. */
  readonly starts: 'discovery' | 'fix';
  /** By severity; a label that is not there has no limit. */
  readonly severities?: Readonly<Partial<Record<SeverityLabel, Within>>>;
  /** By CISA's four questions; a row without `within` waits for the next upgrade. */
  readonly rows?: readonly ClockRow[];
  /** What has to be shown besides the fix. */
  readonly requires?: readonly string[];
}

export interface ClockRow {
  readonly exploited: boolean;
  readonly exposed: boolean;
  readonly automatable: boolean;
  readonly technicalImpact: string;
  readonly within?: Within;
  readonly requires?: readonly string[];
}

/** Days that a clock may start on. */
export interface ClockDates {
  /** When the finding was first seen. */
  readonly discovered: string;
  /** When a fix came out. */
  readonly fixed?: string;
}

/** By when a finding has to be fixed. */
export interface Due {
  readonly clock: string;
  /** `due` has a day; `no-limit`: the clock has none for it; `next-upgrade`; `no-fix`: it starts when there is a fix. */
  readonly state: 'due' | 'no-limit' | 'next-upgrade' | 'no-fix';
  /** The last day on which it is in time. */
  readonly day?: string;
  readonly overdue: boolean;
  readonly requires: readonly string[];
  /** What was not known, and taken for the worst. */
  readonly assumed: readonly string[];
  /** How it was come by. */
  readonly lines: readonly string[];
}

/** CISA BOD 26-04, FedRAMP Rev 5, PCI DSS 4.0.1. */
export const CLOCKS: readonly Clock[] = clocks as readonly Clock[];

/** By when a finding has to be fixed, by a clock. What is not known counts as the worst. Throws `RangeError` on no day. */
export function dueDate(
  finding: VulnerabilityFinding,
  clock: Clock,
  circumstances: Circumstances,
  dates: ClockDates,
): Due {
  for (const day of [dates.discovered, dates.fixed, circumstances.today])
    if (day !== undefined && !isDay(day)) throw new RangeError('not a day of the calendar');
  const limit = clock.rows === undefined ? bySeverity(finding, clock) : byQuestions(finding, clock.rows, circumstances);
  const requires = [...(limit.requires ?? []), ...(clock.requires ?? [])];
  const result = { clock: clock.id, overdue: false, requires, assumed: limit.assumed, lines: limit.lines };
  if (limit.within === undefined) {
    const isWaiting = clock.rows !== undefined;
    return { ...result, state: isWaiting ? 'next-upgrade' : 'no-limit', requires: isWaiting ? requires : [] };
  }
  const start = startOf(finding, clock, dates);
  if (start === undefined) return { ...result, state: 'no-fix', lines: [...limit.lines, 'there is no fix yet'] };
  const day = dayAfter(start.day, limit.within);
  return {
    ...result,
    state: 'due',
    day,
    overdue: circumstances.today > day,
    assumed: [...limit.assumed, ...start.assumed],
    lines: [...limit.lines, `${start.day} (${start.why}) + ${inWords(limit.within)} = ${day}`],
  };
}

interface Limit {
  readonly within?: Within;
  readonly requires?: readonly string[];
  readonly assumed: readonly string[];
  readonly lines: readonly string[];
}

/** Nobody's rating is taken for the shortest time of all. */
function bySeverity({ vulnerability }: VulnerabilityFinding, { title, severities = {} }: Clock): Limit {
  const { label, by } = vulnerability.severity;
  const counted = label === 'unknown' ? 'critical' : label;
  const within = severities[counted];
  const said = label === 'unknown' ? 'severity unknown, taken for critical' : `severity ${label} (${by})`;
  const lines = [`${title}: ${said}: ${within === undefined ? 'no limit' : inWords(within)}`];
  return { ...(within && { within }), assumed: label === 'unknown' ? ['severity'] : [], lines };
}

function byQuestions(finding: VulnerabilityFinding, rows: readonly ClockRow[], circumstances: Circumstances): Limit {
  const questions = questionsOf(finding, circumstances);
  const row = rows.find(
    ({ exploited, exposed, automatable, technicalImpact }) =>
      exploited === questions.exploited.value &&
      exposed === questions.exposed.value &&
      automatable === questions.automatable.value &&
      technicalImpact === questions.technicalImpact.value,
  );
  const asked = Object.entries(questions).map(([name, { value, by, assumed }]) => {
    const word = typeof value === 'string' ? value : value ? 'yes' : 'no';
    return `${NAMES[name] ?? name}: ${word} (${assumed ? 'not known' : by})`;
  });
  const outcome = row?.within === undefined ? 'at the next upgrade' : `in ${inWords(row.within)}`;
  const requires = row?.requires ?? [];
  return {
    ...(row?.within && { within: row.within }),
    requires,
    assumed: Object.entries(questions).flatMap(([name, { assumed }]) => (assumed ? [NAMES[name] ?? name] : [])),
    lines: [...asked, `fix ${[outcome, ...requires].join(', ')}`],
  };
}

const NAMES: Readonly<Record<string, string>> = {
  exposed: 'publicly exposed',
  exploited: 'known to be exploited',
  automatable: 'automatable',
  technicalImpact: 'technical impact',
};

interface Answer<T> {
  readonly value: T;
  readonly by: string;
  readonly assumed?: boolean;
}

/** By CISA's own word alone: what a CVSS vector suggests may be a longer time than CISA's would. */
function questionsOf(
  { vulnerability }: VulnerabilityFinding,
  { exposure, held }: Circumstances,
): {
  readonly exposed: Answer<boolean>;
  readonly exploited: Answer<boolean>;
  readonly automatable: Answer<boolean>;
  readonly technicalImpact: Answer<string>;
} {
  const { exploited: known, decision }: KnownFlaw = vulnerability;
  const cisa = `CISA (SSVC) ${decision?.at ?? ''}`;
  const listed = held?.exploited;
  return {
    exposed:
      exposure?.reachable === undefined
        ? { value: true, by: '', assumed: true }
        : { value: exposure.reachable === 'outside', by: exposure.by ?? 'user' },
    exploited:
      known === undefined && listed === undefined
        ? { value: true, by: '', assumed: true }
        : { value: known !== undefined, by: `CISA KEV ${known?.added ?? listed ?? ''}` },
    automatable:
      decision === undefined ? { value: true, by: '', assumed: true } : { value: decision.automatable, by: cisa },
    technicalImpact:
      decision === undefined
        ? { value: 'total', by: '', assumed: true }
        : { value: decision.technicalImpact, by: cisa },
  };
}

interface Start {
  readonly day: string;
  readonly why: string;
  readonly assumed: readonly string[];
}

/**
 * Where the day of a fix is not known, the clock runs from the earliest day that is: publication or discovery. Only a source
 * that says that there is no fix keeps it from running.
 */
function startOf({ fix, vulnerability }: VulnerabilityFinding, clock: Clock, dates: ClockDates): Start | undefined {
  if (clock.starts === 'discovery') return { day: dates.discovered, why: 'found', assumed: [] };
  if (dates.fixed !== undefined) return { day: dates.fixed, why: 'fix released', assumed: [] };
  const isFixed = fix.state === 'fixed' || fix.version !== undefined || fix.available?.closes === true;
  if (!isFixed && fix.state !== 'unknown') return undefined;
  const published = vulnerability.published?.slice(0, 10);
  const isEarlier = published !== undefined && isDay(published) && published < dates.discovered;
  const day = isEarlier ? published : dates.discovered;
  return { day, why: `${isEarlier ? 'published' : 'found'}; day of the fix unknown`, assumed: ['day of the fix'] };
}

function dayAfter(start: string, { days, months }: Within): string {
  return months === undefined ? daysAfter(start, days ?? 0) : monthsAfter(start, months);
}

function inWords({ days, months }: Within): string {
  const [count, unit] = months === undefined ? [days ?? 0, 'day'] : [months, 'month'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

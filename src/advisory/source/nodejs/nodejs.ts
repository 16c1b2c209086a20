/*
 * The Node.js project's list of its own flaws, one object:
 *
 *   list  = { number: entry }
 *   entry = { cve: [ CVE ], vulnerable: range, patched: range, ref?, description?, overview?, severity,
 *             affectedEnvironments: [ "all" / "win32" / "linux" / … ] }
 */

import type { SemverVersion } from '../../../version/semver-parts.ts';
import type {
  Advisory,
  AdvisorySource,
  Affected,
  AffectedRange,
  Feed,
  ParseReport,
  Severity,
  SeverityLabel,
} from '../../advisory.ts';
import { type Cut, rangesOf, type VersionSet } from '../cuts.ts';
import { asObject, asText, documentMembers, memberValue } from '../document.ts';
import { isCve } from '../flaw-id.ts';
import { summaryLine } from '../summary.ts';
import { newTally } from '../tally.ts';
import { nodes, versionsIn } from './range.ts';

const FEED: Feed = {
  url: 'https://raw.githubusercontent.com/nodejs/security-wg/main/vuln/core/index.json',
  ecosystems: ['Node.js'],
};

const LABELS: ReadonlySet<string> = new Set(['critical', 'high', 'medium', 'low']);

/** Flaws of Node.js itself: package `node` of the ecosystem `Node.js`, which OSV has not, in semantic versions. */
export const nodejs: AdvisorySource = {
  id: 'nodejs',
  lists: () => 'fixes',
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.includes('Node.js') ? [FEED] : []),
  parse: parseList,
};

function parseList(_: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  const tally = newTally();
  const known: Known = new Map();
  for (const member of documentMembers(bytes)) {
    const record = asObject(memberValue(member));
    const advisory = record === undefined || member.key === '' ? undefined : advisoryOf(member.key, record, known);
    if (advisory === undefined) {
      tally.skip('malformed', member.key);
      continue;
    }
    keep(advisory);
    tally.keep();
  }
  return tally.report();
}

function advisoryOf(key: string, record: Readonly<Record<string, unknown>>, known: Known): Advisory | undefined {
  const named = record['cve'] ?? [];
  const [vulnerable, patched] = [asText(record['vulnerable']), asText(record['patched'])];
  if (!Array.isArray(named) || vulnerable === undefined) return undefined;
  const cves = [...new Set(named.filter((name) => typeof name === 'string' && isCve(name)))] as string[];
  const [cve, ...more] = cves;
  const summary = summaryLine(record['description']) ?? summaryLine(record['overview']);
  const url = asText(record['ref']);
  return {
    id: cve !== undefined && more.length === 0 ? cve : `NODE-${key.slice(0, 40)}`,
    aliases: [],
    covers: more.length > 0 ? cves : [],
    ...(summary === undefined ? {} : { summary }),
    severities: severitiesIn(record),
    affected: [affectedIn(vulnerable, patched ?? '', record['affectedEnvironments'], known)],
    references: url !== undefined && /^https?:\/\/[^\s<>"]+$/.test(url) ? [{ type: 'advisory', url }] : [],
  };
}

function severitiesIn(record: Readonly<Record<string, unknown>>): readonly Severity[] {
  const value = asText(record['severity']);
  const label = (LABELS.has(value ?? '') ? value : 'unknown') as SeverityLabel;
  return value === undefined ? [] : [{ label, scheme: 'nodejs-severity', value, by: 'nodejs' }];
}

/** Most entries have the ranges of others of the same day. */
type Known = Map<string, Pick<Affected, 'status' | 'ranges' | 'fixState'>>;

const MOST_KNOWN = 1000;

function affectedIn(vulnerable: string, patched: string, environments: unknown, known: Known): Affected {
  const key = `${vulnerable}\n${patched}`;
  const said = known.get(key) ?? versionsOf(vulnerable, patched);
  if (known.size < MOST_KNOWN) known.set(key, said);
  const note = said.status === 'undetermined' ? 'a range that is not understood' : noteOn(environments);
  const base = { ecosystem: 'Node.js', package: 'node', appliesTo: 'binary' } as const;
  return { ...base, ...said, ...(note === undefined ? {} : { note }) };
}

/** The lowest version after a release. */
function next({ major, minor, patch }: SemverVersion): string {
  return `${major}.${minor}.${BigInt(patch) + 1n}-0`;
}

/** Affected is what is vulnerable and not patched: a branch without a patched version ends where the next one begins. */
function versionsOf(vulnerable: string, patched: string): Pick<Affected, 'status' | 'ranges' | 'fixState'> {
  const [inside, fixed] = [versionsIn(vulnerable), patched === '' ? [] : versionsIn(asBranch(patched))];
  if (inside === undefined || fixed === undefined) return { status: 'undetermined', ranges: [], fixState: 'unknown' };
  const set = nodes.without(inside, fixed);
  if (set.length === 0) return { status: 'not-affected', ranges: [], fixState: 'unknown' };
  const ranges = rangesOf(set, { next, isFix: (to) => startsAt(fixed, to) });
  const hasFix = ranges.some(({ events }) => events.some((event) => 'fixed' in event));
  if (hasFix || fixed.length === 0) return { status: 'affected', ranges, fixState: hasFix ? 'fixed' : 'not-fixed' };
  return { status: 'affected', ranges: withFix(ranges, fixed), fixState: 'fixed' };
}

/** What is patched begins later than what is vulnerable ends: nobody says what is between, yet there is the fix. */
function withFix(ranges: readonly AffectedRange[], fixed: VersionSet<SemverVersion>): readonly AffectedRange[] {
  const from = fixed.at(-1)?.from;
  const last = ranges.at(-1);
  if (last === undefined || from === undefined || typeof from === 'string') return ranges;
  return [...ranges.slice(0, -1), { ...last, events: [...last.events, { fixed: from.version.text }] }];
}

/** A patched version without an operator (`^14.15.1 || 15.2.1`) is where its branch was patched, as everywhere else. */
function asBranch(patched: string): string {
  return patched
    .split('||')
    .map((part) => part.replace(/^\s*(\d+\.\d+\.\d+)\s*$/, '^$1'))
    .join('||');
}

function startsAt(fixed: VersionSet<SemverVersion>, to: Cut<SemverVersion>): boolean {
  return fixed.some(
    ({ from }) => typeof from === 'object' && typeof to === 'object' && from.version.text === to.version.text,
  );
}

function noteOn(environments: unknown): string | undefined {
  if (!Array.isArray(environments)) return undefined;
  const names = environments.flatMap((name) => asText(name)?.slice(0, 40) ?? []).slice(0, 10);
  return names.length === 0 || names.includes('all') ? undefined : `only on ${names.join(', ')}`;
}

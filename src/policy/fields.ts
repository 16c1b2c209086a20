import type { SubjectKind } from './condition.ts';
import { ageInDays, daysSince } from './days.ts';
import type { CoverageFacts, ImageFacts } from './facts.ts';
import types from './fields.json' with { type: 'json' };
import type { Subject } from './policy.ts';

/** A value of a fact; undefined is unknown. */
export type FactValue = string | boolean | number | readonly string[] | Readonly<Record<string, string>> | undefined;

/** What facts belong to. */
export type Group = 'finding' | 'package' | 'licence' | 'image' | 'coverage' | 'problem';

/** Types of all fields, by group and name: what CEL expressions, templates and conditions may ask for. */
export const fieldTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = types;

/** Ranks of severities, from 0. */
export const severityRanks: Readonly<Record<string, number>> = {
  negligible: 0,
  low: 1,
  medium: 2,
  high: 3,
  critical: 4,
};

const derived: Readonly<Record<string, (subject: Subject) => FactValue>> = {
  'finding.severityRank': ({ finding }) =>
    finding?.severity === undefined ? undefined : severityRanks[finding.severity],
  'finding.publishedDays': ({ finding, now }) => ageInDays(finding?.published, now),
  'finding.firstSeenDays': ({ finding, now }) => ageInDays(finding?.firstSeen, now),
  'finding.fixedDays': ({ finding, now }) => ageInDays(finding?.fixed, now),
  'finding.risk': ({ finding }) => exact(finding?.risk, finding?.riskMost),
  'finding.hazard': ({ finding }) => exact(finding?.hazard, finding?.hazardMost),
  'licence.name': ({ licence }) => licence,
  'image.root': ({ facts }) => rootOf(facts.image.user),
  'image.base': ({ facts }) => facts.image.base?.name,
  'image.baseDigest': ({ facts }) => facts.image.base?.digest,
  'image.distribution': ({ facts }) => facts.image.distribution?.id,
  'image.distributionVersion': ({ facts }) => facts.image.distribution?.version,
  'image.ageDays': ({ facts, now }) => ageInDays(facts.image.created, now),
  'image.scanAgeDays': ({ facts, now }) => ageInDays(facts.image.scanned, now),
  'image.databaseAgeDays': ({ facts, now }) => ageInDays(facts.image.databaseBuilt, now),
  'image.endOfLife': ({ facts, now }) => endOfLifePassed(facts.image, now),
  'coverage.because': ({ facts: { coverage } }) => coverage.because ?? countsText(coverage),
  'image.endOfLifeDays': ({ facts, now }) =>
    typeof facts.image.endOfLife === 'string' ? daysSince(facts.image.endOfLife, now) : undefined,
};

/** Reads a field of what a rule judges, `finding.epss`; undefined where there is no such field. */
export function readerOf(path: string): ((subject: Subject) => FactValue) | undefined {
  const dot = path.indexOf('.');
  const [group, name] = [path.slice(0, dot), path.slice(dot + 1)];
  const fields = Object.hasOwn(fieldTypes, group) ? fieldTypes[group] : undefined;
  if (fields === undefined || !Object.hasOwn(fields, name)) return undefined;
  const special = Object.hasOwn(derived, path) ? derived[path] : undefined;
  if (special !== undefined) return special;
  const from = holders[group];
  return from === undefined ? undefined : (subject) => from(subject)?.[name];
}

type Holder = Readonly<Record<string, FactValue>> | undefined;

const holders: Readonly<Record<string, (subject: Subject) => Holder>> = {
  finding: ({ finding }) => finding as Holder,
  package: (subject) => packageOf(subject) as Holder,
  image: ({ facts }) => facts.image as Holder,
  coverage: ({ facts }) => facts.coverage as Holder,
  problem: ({ problem }) => problem as Holder,
};

/** The package that a rule judges, or that of its finding. */
export function packageOf(subject: Subject): Subject['package'] {
  return subject.package ?? subject.finding?.package;
}

/** Which groups of facts a rule on something may ask for. */
export function groupsOf(on: SubjectKind): readonly Group[] {
  if (on === 'image' || on === 'coverage') return ['image', 'coverage'];
  if (on === 'problem') return ['problem', 'image', 'coverage'];
  if (on === 'package') return ['package', 'image', 'coverage'];
  if (on === 'licence') return ['licence', 'package', 'image', 'coverage'];
  return ['finding', 'package', 'image', 'coverage'];
}

/** Whether a user is root (OCI image config, `User`): where none is named it is, and 0 in any spelling; other names not. */
export function rootOf(user: string | undefined): boolean | undefined {
  if (user === undefined) return undefined;
  const name = user.split(':', 1)[0] ?? '';
  // Engines read a sign as part of a number.
  return name === '' || name === 'root' || /^[+-]?0+$/.test(name);
}

/** A number that may be larger is not known. */
function exact(least: number | undefined, most: number | undefined): number | undefined {
  return least !== undefined && most !== undefined && most - least < 1e-9 ? least : undefined;
}

function endOfLifePassed({ endOfLife }: ImageFacts, now: number): boolean | undefined {
  if (typeof endOfLife !== 'string') return endOfLife;
  const days = daysSince(endOfLife, now);
  return days === undefined ? undefined : days > 0;
}

function countsText({ packages, unassessed }: CoverageFacts): string | undefined {
  return unassessed === undefined ? undefined : `packages without an answer: ${unassessed} of ${packages ?? 'unknown'}`;
}

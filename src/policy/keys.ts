import type { Bounds, OneOf } from './condition.ts';
import { type FactValue, type Group, packageOf, readerOf, rootOf, severityRanks } from './fields.ts';
import { anyGlob, type GlobOptions } from './glob.ts';
import { licenceHolds, parseLicence } from './licence.ts';
import type { Subject, Test, Truth } from './policy.ts';
import { all, any, over } from './truth.ts';
import { type VersionSchemes, versionRange } from './version-range.ts';

/** A key of a condition: what must be there to judge for it to be asked, any of them, and how it is asked. */
export interface Key {
  readonly groups: readonly Group[];
  /** The value has been held against the schema. */
  test(value: unknown, context: KeyContext): Test;
}

/** What keys need besides their value. */
export interface KeyContext {
  readonly schemes: VersionSchemes;
}

/** All keys of a condition but `all`, `any`, `not` and `cel`. */
export const keys: Readonly<Record<string, Key>> = {
  kind: text('finding.kind'),
  id: { groups: ['finding'], test: (value) => idTest(list(value)) },
  severity: { groups: ['finding'], test: severityTest },
  fix: { groups: ['finding'], test: (value) => any(list(value).map(fixTest)) },
  kev: flag('finding.kev'),
  ransomware: flag('finding.ransomware'),
  epss: bounds('finding.epss'),
  epssPercentile: bounds('finding.epssPercentile'),
  cvss: bounds('finding.cvss'),
  risk: { groups: ['finding'], test: (value) => between('risk', 'riskMost', value as Bounds) },
  hazard: { groups: ['finding'], test: (value) => between('hazard', 'hazardMost', value as Bounds) },
  ssvc: word('finding.ssvc'),
  exploitation: word('finding.exploitation'),
  automatable: flag('finding.automatable'),
  technicalImpact: word('finding.technicalImpact'),
  verdict: word('finding.verdict'),
  disputed: flag('finding.disputed'),
  cwe: { groups: ['finding'], test: (value) => cweTest(list(value)) },
  published: bounds('finding.publishedDays'),
  firstSeen: bounds('finding.firstSeenDays'),
  fixed: bounds('finding.fixedDays'),
  newSince: {
    groups: ['finding'],
    test: (value) =>
      ask(value === 'base' ? 'finding.newSinceBase' : 'finding.newSinceRelease', (fact) => fact === true),
  },
  path: { groups: ['finding', 'package', 'problem'], test: (value) => pathTest(list(value)) },
  package: { groups: ['package'], test: (value) => packageTest(list(value)) },
  type: text('package.type'),
  purl: text('package.purl'),
  version: { groups: ['package'], test: versionTest },
  licence: { groups: ['licence', 'package'], test: (value) => licenceTest(list(value), false) },
  licenceWithin: { groups: ['licence', 'package'], test: (value) => licenceTest(list(value), true) },
  locked: flag('package.locked'),
  image: text('image.name'),
  registry: text('image.registry'),
  tag: text('image.tag'),
  pinned: flag('image.pinned'),
  platform: text('image.platform'),
  user: { groups: ['image'], test: (value) => any(list(value).map(userTest)) },
  label: { groups: ['image'], test: labelTest },
  base: text('image.base'),
  distribution: { groups: ['image'], test: (value) => distributionTest(list(value)) },
  age: bounds('image.ageDays'),
  scanAge: bounds('image.scanAgeDays'),
  databaseAge: bounds('image.databaseAgeDays'),
  endOfLife: { groups: ['image'], test: endOfLifeTest },
  signed: flag('image.signed'),
  exposed: flag('image.exposed'),
  coverage: {
    groups: ['coverage'],
    test: (value) => ask('coverage.complete', (fact) => fact === (value === 'complete')),
  },
  unassessed: bounds('coverage.unassessed'),
  settled: bounds('coverage.settled'),
  problem: text('problem.code'),
  lossy: flag('problem.lossy'),
};

function ask(path: string, holds: (fact: Exclude<FactValue, undefined>) => boolean): Test {
  const read = readerOf(path);
  if (read === undefined) throw new Error(`no field ${path}`);
  return (subject) => {
    const fact = read(subject);
    return fact === undefined ? 'unknown' : holds(fact);
  };
}

function groupOf(path: string): readonly Group[] {
  return [path.slice(0, path.indexOf('.')) as Group];
}

function list(value: unknown): readonly string[] {
  const many: OneOf<string> = value as OneOf<string>;
  return typeof many === 'string' ? [many] : many;
}

function text(path: string, options: GlobOptions = {}): Key {
  return {
    groups: groupOf(path),
    test: (value) => {
      const matches = anyGlob(list(value), options);
      return ask(path, (fact) => typeof fact === 'string' && matches(fact));
    },
  };
}

function word(path: string): Key {
  return {
    groups: groupOf(path),
    test: (value) => {
      const words = list(value);
      return ask(path, (fact) => typeof fact === 'string' && words.includes(fact));
    },
  };
}

function flag(path: string): Key {
  return { groups: groupOf(path), test: (value) => ask(path, (fact) => fact === value) };
}

function bounds(path: string): Key {
  return { groups: groupOf(path), test: (value) => within(path, value as Bounds) };
}

function within(path: string, value: Bounds): Test {
  const read = readerOf(path);
  return (subject) => isWithin(read?.(subject), value);
}

/** What is no number is unknown: no comparison with NaN holds. */
function isWithin(fact: FactValue, { atLeast, over: above, atMost, under }: Bounds): Truth {
  if (typeof fact !== 'number' || Number.isNaN(fact)) return 'unknown';
  if (atLeast !== undefined && fact < atLeast) return false;
  if (above !== undefined && fact <= above) return false;
  if (atMost !== undefined && fact > atMost) return false;
  return under === undefined || fact < under;
}

/** Of what lies between two numbers: true or false where it is so of both, and of all that is between. */
function between(least: 'risk' | 'hazard', most: 'riskMost' | 'hazardMost', value: Bounds): Test {
  const lower = Object.fromEntries(Object.entries(value).filter(([key]) => key === 'atLeast' || key === 'over'));
  const upper = Object.fromEntries(Object.entries(value).filter(([key]) => key === 'atMost' || key === 'under'));
  const bounded = (part: Bounds): Test => {
    return ({ finding }) => {
      const [low, high] = [isWithin(finding?.[least], part), isWithin(finding?.[most], part)];
      return low === high ? low : 'unknown';
    };
  };
  return all([bounded(lower), bounded(upper)]);
}

function severityTest(value: unknown): Test {
  if (typeof value === 'object' && value !== null && 'atLeast' in value) {
    return within('finding.severityRank', { atLeast: severityRanks[String(value.atLeast)] ?? 0 });
  }
  const labels = list(value);
  return ask('finding.severity', (fact) => typeof fact === 'string' && labels.includes(fact));
}

function idTest(globs: readonly string[]): Test {
  const matches = anyGlob(globs, { fold: true });
  return ({ finding }) => finding !== undefined && (matches(finding.id) || finding.aliases.some(matches));
}

function fixTest(wanted: string): Test {
  return ({ finding }) => {
    if (finding === undefined) return 'unknown';
    const { fix, installable } = finding;
    if (wanted === 'installable' && installable !== undefined) return installable;
    if (fix === undefined) return 'unknown';
    if (wanted === 'none') return fix !== 'available';
    if (wanted === 'will-not-fix') return fix === wanted;
    if (fix !== 'available') return false;
    return wanted === 'available' ? true : 'unknown';
  };
}

function cweTest(wanted: readonly string[]): Test {
  const upper = new Set(wanted.map((name) => name.toUpperCase()));
  return ({ finding }) => {
    const named = finding?.weaknesses;
    return named === undefined || named.length === 0 ? 'unknown' : named.some((name) => upper.has(name.toUpperCase()));
  };
}

function pathTest(globs: readonly string[]): Test {
  const matches = anyGlob(globs, { path: true });
  return (subject) => {
    const path = pathOf(subject);
    return path === undefined ? 'unknown' : matches(path);
  };
}

/** Where in the image something is. That of a finding is never guessed from its package, which may be in other places too. */
export function pathOf({ finding, problem, package: found }: Subject): string | undefined {
  return (finding ?? problem ?? found)?.path;
}

/** A package without a source package has its own name for that; where none is said, it may be of any. */
function packageTest(globs: readonly string[]): Test {
  const matches = anyGlob(globs);
  return (subject) => {
    const found = packageOf(subject);
    if (found === undefined) return 'unknown';
    if (matches(found.name)) return true;
    return found.source === undefined ? 'unknown' : matches(found.source);
  };
}

function versionTest(value: unknown, { schemes }: KeyContext): Test {
  const range = versionRange(String(value));
  return (subject) => {
    const found = packageOf(subject);
    return range?.(found?.version, found?.type, schemes) ?? 'unknown';
  };
}

function licenceTest(globs: readonly string[], alone: boolean): Test {
  const matches = anyGlob(globs, { fold: true });
  const judged = new Map<string, Truth>();
  const judge = (licence: string): Truth => {
    const known = judged.get(licence);
    if (known !== undefined) return known;
    const truth = licenceHolds(parseLicence(licence), matches, alone);
    judged.set(licence, truth);
    return truth;
  };
  return (subject) => {
    if (subject.licence !== undefined) return judge(subject.licence);
    const stated = packageOf(subject)?.licences;
    return stated === undefined || stated.length === 0 ? 'unknown' : over(stated, judge, alone);
  };
}

function userTest(wanted: string): Test {
  const matches = anyGlob([wanted]);
  return ({ facts }) => {
    const root = rootOf(facts.image.user);
    if (root === undefined || facts.image.user === undefined) return 'unknown';
    if (wanted === 'root') return root;
    return wanted === 'nonroot' ? !root : matches(facts.image.user);
  };
}

function labelTest(value: unknown): Test {
  const wanted = Object.entries(value as Readonly<Record<string, string | boolean>>).map(([name, held]) => ({
    name,
    held,
    matches: typeof held === 'string' ? anyGlob([held]) : (): boolean => true,
  }));
  return ({ facts }) => {
    const { labels } = facts.image;
    if (labels === undefined) return 'unknown';
    return wanted.every(({ name, held, matches }) => {
      const there = Object.hasOwn(labels, name);
      return held === false ? !there : there && matches(labels[name] ?? '');
    });
  };
}

function distributionTest(globs: readonly string[]): Test {
  const tests = globs.map((glob) => ({ versioned: glob.includes(':'), matches: anyGlob([glob]) }));
  return ({ facts }) => {
    const { distribution } = facts.image;
    if (distribution === undefined) return 'unknown';
    const { id, version } = distribution;
    return over(
      tests,
      ({ versioned, matches }) => {
        if (!versioned) return matches(id);
        return version === undefined ? 'unknown' : matches(`${id}:${version}`);
      },
      false,
    );
  };
}

function endOfLifeTest(value: unknown): Test {
  return typeof value === 'boolean'
    ? ask('image.endOfLife', (fact) => fact === value)
    : within('image.endOfLifeDays', value as Bounds);
}

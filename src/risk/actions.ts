import type { Finding, PackageRef } from '../finding/finding.ts';
import type { Risk } from './risk-of.ts';

/**
 * Orders two versions of a package, negative where the first is lower; undefined where that can't be told. `risk/` knows no
 * version schemes: who asks, gives it.
 */
export type VersionOrder = (a: string, b: string, of: PackageRef) => number | undefined;

/** To upgrade the packages of one source, or one package of a language, on one asset to a version. */
export interface Action {
  readonly asset: string;
  /** `deb`, `npm`. */
  readonly type: string;
  /** Of the source package where there is one. */
  readonly name: string;
  readonly version: string;
  /** Whether `version` is one of the source or of the binary package. */
  readonly appliesTo: 'source' | 'binary';
  /** Packages of the image that it replaces. */
  readonly packages: readonly PackageRef[];
  /** What it fixes. */
  readonly risks: readonly Risk[];
  /** It fixes everything of these packages that has a fix. */
  readonly fixesAll: boolean;
  /** Everything that it fixes is fixed by what the distribution's archive has now. */
  readonly available: boolean;
}

/** All upgrades that fix something: for each group of packages one to each version that a finding names. */
export function actionsOf(risks: readonly Risk[], order: VersionOrder): readonly Action[] {
  const fixable = Map.groupBy(risks.filter(isFixable), groupOf);
  return [...fixable.values()].flatMap((group) => actionsOfGroup(group, order));
}

/** Which packages go together: those of one source package on one asset. */
export function groupOf(risk: Risk): string {
  const before = groups.get(risk);
  if (before !== undefined) return before;
  const { package: its, fix } = risk.finding;
  const name = its.source === undefined ? its.id : its.source.name;
  const group = `${risk.asset}\n${its.type}\n${name}\n${fix.appliesTo ?? 'binary'}`;
  groups.set(risk, group);
  return group;
}

const groups = new WeakMap<Risk, string>();

function isFixable({ finding }: Risk): boolean {
  return versionOf(finding) !== undefined;
}

/** The lowest version without the flaw that is known to exist. */
function versionOf({ fix }: Finding): string | undefined {
  if (fix.state === 'fixed' && fix.version !== undefined) return fix.version;
  return fix.available?.closes === true ? fix.available.version : undefined;
}

function actionsOfGroup(group: readonly Risk[], order: VersionOrder): Action[] {
  const versions = [...new Set(group.flatMap(({ finding }) => versionOf(finding) ?? []))];
  return versions.flatMap((version) => {
    const fixed = group.filter(({ finding }) => isReached(versionOf(finding), version, finding.package, order));
    const [first] = fixed;
    if (first === undefined) return [];
    const { package: its, fix } = first.finding;
    const packages = new Map(fixed.map(({ finding }) => [finding.package.id, finding.package]));
    const action: Action = {
      asset: first.asset,
      type: its.type,
      name: its.source?.name ?? its.name,
      version,
      appliesTo: fix.appliesTo ?? 'binary',
      packages: [...packages.values()],
      risks: fixed,
      fixesAll: fixed.length === group.length,
      available: fixed.every(({ finding }) => finding.fix.available?.closes === true),
    };
    return [action];
  });
}

/** Where the order of two versions can't be told, an upgrade to one fixes nothing of the other. */
function isReached(fixed: string | undefined, version: string, of: PackageRef, order: VersionOrder): boolean {
  if (fixed === undefined) return false;
  return fixed === version || (order(fixed, version, of) ?? 1) <= 0;
}

import type { Affected, AffectedRange, FixState, Qualifiers } from '../../advisory.ts';
import type { Claim } from './leaf.ts';

/** What was said of the versions of one package. */
export interface StatedVersions {
  readonly claim: Claim | undefined;
  /** Why it can't be told whether that applies. */
  readonly unclear?: string | undefined;
}

type Named = Pick<Affected, 'ecosystem' | 'package' | 'appliesTo' | 'severity'> & {
  readonly qualifiers?: Qualifiers;
  readonly note?: string;
};

/**
 * All that was said of one package as entries of an advisory: the union of what is affected, apart from it what can't be told.
 * That no version is affected counts only where nothing else is said.
 */
export function affectedIn(named: Named, stated: readonly StatedVersions[], unfixed: FixState): readonly Affected[] {
  const entries: Affected[] = [];
  const clear = stated.filter(({ claim, unclear }) => claim !== undefined && unclear === undefined);
  const affected = affectedOf(
    named,
    clear.flatMap(({ claim }) => claim ?? []),
    unfixed,
  );
  if (affected !== undefined) entries.push(affected);
  const seen = new Set<string>();
  for (const one of stated) {
    if (clear.includes(one) && one.claim?.kind !== 'fixed-before') continue;
    const entry = undetermined(named, one);
    if (seen.has(JSON.stringify(entry))) continue;
    seen.add(JSON.stringify(entry));
    entries.push(entry);
  }
  if (entries.length === 0 && clear.length > 0) {
    entries.push({ ...named, status: 'not-affected', ranges: [], fixState: 'unknown' });
  }
  return entries;
}

function affectedOf(named: Named, claims: readonly Claim[], unfixed: FixState): Affected | undefined {
  const ranges = new Map<string, AffectedRange>();
  const versions = new Set<string>();
  for (const claim of claims) {
    if (claim.kind === 'exactly') versions.add(claim.version);
    if (claim.kind === 'range') ranges.set(JSON.stringify(claim), rangeOf(claim));
  }
  if (ranges.size === 0 && versions.size === 0) return undefined;
  const all = [...ranges.values()];
  const isEvery = all.some(isUnbounded);
  const isFixed = !isEvery && all.some(({ events }) => events.some((event) => 'fixed' in event));
  return {
    ...named,
    status: 'affected',
    ranges: isEvery ? [] : all,
    ...(versions.size > 0 && !isEvery && { versions: [...versions] }),
    fixState: isFixed ? 'fixed' : unfixed,
  };
}

function isUnbounded({ events: [first, ...more] }: AffectedRange): boolean {
  return more.length === 0 && first !== undefined && 'introduced' in first && first.introduced === '0';
}

function rangeOf({ introduced, fixed, last }: Extract<Claim, { kind: 'range' }>): AffectedRange {
  return {
    type: 'ecosystem',
    events: [
      { introduced: introduced ?? '0' },
      ...(fixed === undefined ? [] : [{ fixed }]),
      ...(last === undefined ? [] : [{ lastAffected: last }]),
    ],
  };
}

/** Versions that may be affected: where there is no range, every version. */
function undetermined(named: Named, { claim, unclear }: StatedVersions): Affected {
  const note =
    unclear ?? (claim?.kind === 'fixed-before' ? `was fixed in ${claim.version} or before` : 'not understood');
  const range =
    claim?.kind === 'range'
      ? claim
      : claim?.kind === 'fixed-before'
        ? { kind: 'range' as const, fixed: claim.version }
        : undefined;
  const ranges = range === undefined || Object.keys(range).length === 1 ? [] : [rangeOf(range)];
  return {
    ...named,
    status: 'undetermined',
    ranges,
    fixState: range?.fixed === undefined ? 'unknown' : 'fixed',
    note: named.note === undefined ? note : `${named.note}; ${note}`,
    ...(claim?.kind === 'exactly' && { versions: [claim.version] }),
  };
}

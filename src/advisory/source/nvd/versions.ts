import { type Cpe, plainText } from '../../../cpe/cpe.ts';
import { generic } from '../../../version/generic.ts';
import type { RangeEvent } from '../../../version/range.ts';
import { asText } from '../document.ts';

/** Versions of one match. */
export interface Versions {
  /** Absent where no version can be told, or only one that has no place in the order. */
  readonly range?: readonly RangeEvent[];
  readonly listed?: string;
  /** Why it cannot be told whether a version is one of them. */
  readonly limits: readonly string[];
  readonly note?: string;
}

/**
 * The versions that a match means: those between its bounds where its name leaves the version open, else the one in its
 * name. A bound that is excluded at the start is taken in, since a range cannot say so: better one version too many.
 */
export function versionsOf(cpe: Cpe, fields: Readonly<Record<string, unknown>>): Versions {
  if (cpe.version === '*') return between(fields);
  const named = plainText(cpe.version);
  if (cpe.version === '-') return { limits: ['of a version that is not told'] };
  if (named === undefined) return { limits: [`of versions ${cpe.version}`] };
  const update = plainText(cpe.update);
  const version = update === undefined ? named : `${named}-${update}`;
  if (generic.parse(version).kind === 'unparsable') return { listed: version, limits: [] };
  return { range: [{ introduced: version }, { lastAffected: version }], limits: [] };
}

function between(fields: Readonly<Record<string, unknown>>): Versions {
  const from = asText(fields['versionStartIncluding']);
  const after = asText(fields['versionStartExcluding']);
  const until = asText(fields['versionEndIncluding']);
  const before = asText(fields['versionEndExcluding']);
  const range: RangeEvent[] = [{ introduced: from ?? after ?? '0' }];
  if (before !== undefined) range.push({ fixed: before });
  else if (until !== undefined) range.push({ lastAffected: until });
  const note = from === undefined && after !== undefined ? `${after} itself is not affected` : undefined;
  return { range, limits: [], ...(note === undefined ? {} : { note }) };
}

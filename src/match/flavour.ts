import type { Qualifiers } from '../advisory/advisory.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import type { RangeEvent } from '../version/range.ts';
import { rpmFlavourOf } from '../version/rpm-flavour.ts';
import type { VersionScheme } from '../version/version.ts';
import { type Judgement, judge } from './judge.ts';

/**
 * Whether a package is a build of the flavour that a record speaks of: versions of different flavours (plain, FIPS, Ksplice) are
 * not compared, as `1.1.1g-15.ksplice1.el8_3` fixes nothing in `1.1.1g-16.el8_3` and the other way round.
 */
export function isOfFlavour({ metadata, version }: Package, flavour: Qualifiers['flavour']): boolean {
  return flavour === undefined || metadata.kind !== 'rpm' || rpmFlavourOf(version) === flavour;
}

/** A judgement of a record, of what was looked up. */
interface Judged extends Judgement {
  readonly entry: StoredEntry;
  readonly searched: { readonly version: string };
  readonly otherFlavour?: true;
}

/**
 * What a record on plain builds tells of one of another flavour: nothing where the plain build that it was made from has the
 * fix, else that it can't be told. Epochs are left aside, since each flavour has its own.
 */
export function ofPlainBuild<M extends Judged>(match: M, scheme: VersionScheme): M | undefined {
  const { entry, searched } = match;
  const plain = withoutEpoch(searched.version).replace(/\.ksplice\d+|[._]fips(?![a-z])/i, '');
  const ranges = entry.ranges.map(({ type, events }) => ({ type, events: events.map(eventWithoutEpoch) }));
  if (judge(scheme.parse(plain), { ...entry, ranges }, scheme).verdict === 'not-affected') return undefined;
  const unknownReason = `The record is on plain builds, and nothing is said of this flavour, which was made from ${plain}`;
  return { ...match, verdict: 'unknown', unknownReason, otherFlavour: true };
}

function eventWithoutEpoch(event: RangeEvent): RangeEvent {
  if ('introduced' in event) return { introduced: withoutEpoch(event.introduced) };
  if ('fixed' in event) return { fixed: withoutEpoch(event.fixed) };
  return 'lastAffected' in event
    ? { lastAffected: withoutEpoch(event.lastAffected) }
    : { limit: withoutEpoch(event.limit) };
}

function withoutEpoch(version: string): string {
  return version.replace(/^\d+:/, '');
}

/** What is said of one flaw, without what is said of plain builds where something is said of the package's own flavour. */
export function ofOwnFlavour<M extends { readonly otherFlavour?: true }>(matches: readonly M[]): readonly M[] {
  const own = matches.reduce((count, { otherFlavour }) => (otherFlavour === undefined ? count + 1 : count), 0);
  if (own === 0 || own === matches.length) return matches;
  return matches.filter(({ otherFlavour }) => otherFlavour === undefined);
}

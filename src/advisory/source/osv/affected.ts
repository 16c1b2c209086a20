import type { RangeEvent } from '../../../version/range.ts';
import type { Affected, AffectedRange } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { joinBuilds } from './builds.ts';
import { type Ecosystem, ecosystemNamed, withoutRepository } from './ecosystem.ts';
import { fixStateOf } from './fix-state.ts';
import { importsIn } from './imports.ts';
import { untilLastKnown } from './last-known.ts';
import { qualified, streamsIn } from './module.ts';
import { systemsIn, systemsNote } from './platform.ts';
import { serviceIn, withServices } from './service.ts';
import { severityOfPackage } from './severity.ts';
import { united } from './united.ts';

const RANGE_TYPES: ReadonlyMap<unknown, AffectedRange['type']> = new Map([
  ['ECOSYSTEM', 'ecosystem'],
  ['SEMVER', 'semver'],
  ['GIT', 'git'],
]);

/** `introduced: "0.0.0"` means from the beginning, thus `0.0.0-development` too, though that is before it. */
const NOTHING = /^0(?:\.0)*$/;

/**
 * Reads `affected[]` (OSV schema 1.7), only the entries of this database's ecosystems: those of others stand in theirs too.
 * Undefined when the list or one of its entries is malformed. An entry whose affected versions cannot be told is
 * `undetermined`.
 */
export function readAffected(
  record: Readonly<Record<string, unknown>>,
  ecosystems: readonly Ecosystem[],
  by: string,
): readonly Affected[] | undefined {
  const list = record['affected'];
  if (!Array.isArray(list)) return undefined;
  const entries = new Map<Ecosystem, Affected[]>();
  for (const item of list) {
    const fields = asObject(item);
    if (fields === undefined) return undefined;
    // Without a package the entry speaks of commits of a repository.
    if (fields['package'] === undefined || fields['package'] === null) continue;
    const named = asObject(fields['package']);
    const [full, name] = [asText(named?.['ecosystem']), asText(named?.['name'])];
    if (full === undefined || name === undefined) return undefined;
    const ecosystem = ecosystemNamed(full);
    if (ecosystem === undefined || !ecosystems.includes(ecosystem)) continue;
    const entry = readEntry(fields, ecosystem, { full, name, by });
    const known = entries.get(ecosystem);
    if (known === undefined) entries.set(ecosystem, [entry]);
    else known.push(entry);
  }
  return [...entries].flatMap(([ecosystem, affected]) => settled(affected, ecosystem, record));
}

/** The entries of one ecosystem, with what they mean only together. */
function settled(
  affected: readonly Affected[],
  ecosystem: Ecosystem,
  record: Readonly<Record<string, unknown>>,
): readonly Affected[] {
  if (ecosystem.services) return withServices(affected);
  if (!ecosystem.modular) return united(affected);
  const streams = streamsIn(asText(record['summary']) ?? '');
  return joinBuilds(affected).flatMap((entry) => qualified(entry, streams));
}

function readEntry(
  fields: Readonly<Record<string, unknown>>,
  ecosystem: Ecosystem,
  { full, name, by }: { readonly full: string; readonly name: string; readonly by: string },
): Affected {
  const ranges = readRanges(fields['ranges']);
  const versions = readVersions(fields['versions']);
  const known = versions.length > 0 || ranges?.some(({ type }) => type !== 'git') === true;
  const severity = severityOfPackage(fields['severity'], by);
  const note = noteIn(fields);
  const qualifiers = qualifiersIn(fields, ecosystem);
  const entry: Affected = {
    ecosystem: withoutRepository(full),
    package: name,
    appliesTo: ecosystem.appliesTo,
    status: ranges === undefined || !known ? 'undetermined' : 'affected',
    ranges: ranges ?? [],
    ...(versions.length === 0 ? {} : { versions }),
    fixState: fixStateOf(ranges ?? []),
    ...(severity === undefined ? {} : { severity }),
    ...(note === undefined ? {} : { note }),
    ...(qualifiers === undefined ? {} : { qualifiers }),
  };
  return untilLastKnown(entry, asObject(fields['database_specific'])?.['last_known_affected_version_range']);
}

function qualifiersIn(
  fields: Readonly<Record<string, unknown>>,
  { services, imports }: Ecosystem,
): Affected['qualifiers'] {
  if (services) return serviceIn(fields);
  const [packages, systems] = [imports ? importsIn(fields) : undefined, systemsIn(fields)];
  return packages === undefined && systems === undefined ? undefined : { ...packages, ...systems };
}

/** Undefined when a range or an event in it is not understood. */
function readRanges(value: unknown): readonly AffectedRange[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const ranges: AffectedRange[] = [];
  for (const item of value) {
    const range = asObject(item);
    const type = RANGE_TYPES.get(range?.['type']);
    const events = readEvents(range?.['events']);
    if (type === undefined || events === undefined) return undefined;
    ranges.push({ type, events });
  }
  return ranges;
}

function readEvents(value: unknown): readonly RangeEvent[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const events: RangeEvent[] = [];
  for (const item of value) {
    const read = readEvent(asObject(item));
    if (read.length === 0) return undefined;
    events.push(...read);
  }
  return events;
}

/** One event per kind that is there: the schema forbids more than one, older records have them. */
function readEvent(fields: Readonly<Record<string, unknown>> | undefined): readonly RangeEvent[] {
  const start = asText(fields?.['introduced']);
  const introduced = start !== undefined && NOTHING.test(start) ? '0' : start;
  const fixed = asText(fields?.['fixed']);
  const lastAffected = asText(fields?.['last_affected']);
  const limit = asText(fields?.['limit']);
  return [
    ...(introduced === undefined ? [] : [{ introduced }]),
    ...(fixed === undefined ? [] : [{ fixed }]),
    ...(lastAffected === undefined ? [] : [{ lastAffected }]),
    ...(limit === undefined ? [] : [{ limit }]),
  ];
}

function readVersions(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((version) => typeof version === 'string' && version !== '') : [];
}

/** RustSec's `informational` (`unmaintained`, `unsound`, `notice`), and what systems it is on. */
function noteIn(fields: Readonly<Record<string, unknown>>): string | undefined {
  const words = [asText(asObject(fields['database_specific'])?.['informational']), systemsNote(fields)];
  return words.filter((word) => word !== undefined).join('; ') || undefined;
}

/*
 * The "Evaluation" section of the OSV schema (1.7), function by function and as slow as it stands there, over a record as
 * published. It shares no code with `range.ts` and `src/advisory/source/osv/`; only the order of versions is asked of the
 * scheme, whose tests are elsewhere. What the schema leaves open:
 *
 *   sorted(events)   by version, those of one version in the order of the list
 *   v == version     the same text, or the same version in another spelling
 *   a version that the scheme refuses, a range that introduces nothing, an entry without versions: "unreadable", since
 *                    nothing can be told; it is the answer when no other entry, range or list says "affected", nor does
 *                    the range wherever the version may stand
 *   introduced 0.0.0 as 0: before any other version, `0.0.0-development` too
 *   local versions   PEP 440: who does not name a build means all builds of the version
 *   epochs of RPM    the name of a source package has none, and that of a binary package may be a higher one
 */
import type { Version, VersionScheme } from '../version/version.ts';

/** An OSV record as it is published, as far as evaluation looks at it. */
export interface OsvRecord {
  readonly id: string;
  readonly withdrawn?: string;
  readonly affected?: readonly OsvAffected[];
}

/** `affected[]`. */
export interface OsvAffected {
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly ranges?: readonly OsvRange[];
  readonly versions?: readonly string[];
  readonly database_specific?: { readonly last_known_affected_version_range?: string };
}

/** `affected[].ranges[]`. */
export interface OsvRange {
  readonly type: string;
  readonly events: readonly OsvEvent[];
}

/** One of `events[]`. */
export interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
  readonly limit?: string;
}

export type Answer = 'affected' | 'not-affected' | 'unreadable';

/** `IsVulnerable`; `affected` are the record's entries on the package. */
export function isVulnerable(v: string, affected: readonly OsvAffected[], scheme: VersionScheme): Answer {
  const answer = literally(v, affected, scheme);
  const other = answer === 'affected' ? answer : literally(asMeant(v, affected, scheme), affected, scheme);
  return other === 'not-affected' ? answer : other;
}

/** The version as a record means it that knows less than what stands in it. */
function asMeant(v: string, affected: readonly OsvAffected[], scheme: VersionScheme): string {
  if (scheme.parse(v).kind !== 'version') return v;
  const bounds = boundsOf(affected);
  if (scheme.id === 'pep440') return bounds.some((bound) => bound.includes('+')) ? v : v.replace(/\+.*$/s, '');
  if (scheme.id !== 'rpm-source') return v;
  const epochs = bounds.filter((bound) => scheme.parse(bound).kind === 'version').map(epochOf);
  const highest = Math.max(0, ...epochs);
  return epochOf(v) > highest ? `${highest}:${v.replace(/^\d*:/, '')}` : v;
}

function epochOf(v: string): number {
  return Number(/^(\d*):/.exec(v)?.[1] ?? 0);
}

/** The lowest fixed version above `v` that is not said to be vulnerable: by trying all of them. */
export function lowestFixed(v: string, affected: readonly OsvAffected[], scheme: VersionScheme): string | undefined {
  let lowest: string | undefined;
  const above = literally(v, affected, scheme) === 'affected' ? v : asMeant(v, affected, scheme);
  const ranges = affected.flatMap(packageRanges).filter(({ events }) => events.some(introduces));
  for (const { fixed } of ranges.flatMap(({ events }) => events)) {
    if (fixed === undefined || order(fixed, above, scheme) <= 0) continue;
    if (isVulnerable(fixed, affected, scheme) === 'affected') continue;
    if (lowest === undefined || order(fixed, lowest, scheme) < 0) lowest = fixed;
  }
  return lowest;
}

/** Every version that stands in a range, without `0` and `*`. */
export function boundsOf(affected: readonly OsvAffected[]): readonly string[] {
  const events = affected.flatMap(packageRanges).flatMap((range) => range.events);
  return events.flatMap((event): string[] => Object.values(event)).filter((text) => text !== '0' && text !== '*');
}

function literally(v: string, affected: readonly OsvAffected[], scheme: VersionScheme): Answer {
  const answers = new Set(
    affected.flatMap((entry) => [
      includedInVersions(v, entry, scheme),
      ...packageRanges(entry).map((range) => includedInRange(v, range, scheme)),
    ]),
  );
  return (['affected', 'unreadable'] as const).find((answer) => answers.has(answer)) ?? 'not-affected';
}

function packageRanges({ ranges = [] }: OsvAffected): readonly OsvRange[] {
  return ranges.filter(({ type }) => type !== 'GIT');
}

function includedInVersions(v: string, entry: OsvAffected, scheme: VersionScheme): Answer {
  const { versions = [] } = entry;
  for (const version of versions) if (version === v || isSame(version, v, scheme)) return 'affected';
  const nothing = versions.length === 0 && packageRanges(entry).length === 0;
  return nothing || scheme.parse(v).kind === 'unparsable' ? 'unreadable' : 'not-affected';
}

function isSame(a: string, b: string, scheme: VersionScheme): boolean {
  const [one, other] = [scheme.parse(a), scheme.parse(b)];
  return one.kind === 'version' && other.kind === 'version' && scheme.compare(one, other) === 0;
}

class Unreadable extends Error {}

/** Where `v` stands against a version of the range, as a comparison. */
type Against = (bound: string) => number;

function includedInRange(v: string, range: OsvRange, scheme: VersionScheme): Answer {
  if (!range.events.some(introduces)) return 'unreadable';
  try {
    // All of it is read first: an event is not passed over because `v` is past a limit.
    const events = sorted(range.events, scheme);
    if (scheme.parse(v).kind === 'version')
      return isIncluded((bound) => order(v, bound, scheme), events) ? 'affected' : 'not-affected';
    return places(events, scheme).every((against) => isIncluded(against, events)) ? 'affected' : 'unreadable';
  } catch (error) {
    if (error instanceof Unreadable) return 'unreadable';
    throw error;
  }
}

function introduces(evt: OsvEvent): boolean {
  return evt.introduced !== undefined;
}

/** Everywhere that a version may stand: before all bounds, at each and after each. */
function places(events: readonly OsvEvent[], scheme: VersionScheme): readonly Against[] {
  const bounds = events.filter((evt) => rank(evt) === 0).map(place);
  return [
    () => -1,
    ...bounds.map(
      (at): Against =>
        (bound) =>
          order(at, bound, scheme),
    ),
    ...bounds.map(
      (at): Against =>
        (bound) =>
          order(at, bound, scheme) || 1,
    ),
  ];
}

function isIncluded(against: Against, events: readonly OsvEvent[]): boolean {
  if (!beforeLimits(against, events)) return false;
  let vulnerable = false;
  for (const evt of events) {
    if (evt.introduced !== undefined && (isStart(evt.introduced) || against(evt.introduced) >= 0)) vulnerable = true;
    else if (evt.fixed !== undefined && against(evt.fixed) >= 0) vulnerable = false;
    else if (evt.last_affected !== undefined && against(evt.last_affected) > 0) vulnerable = false;
  }
  return vulnerable;
}

function beforeLimits(against: Against, events: readonly OsvEvent[]): boolean {
  const limits = events.flatMap(({ limit }) => limit ?? []);
  return limits.length === 0 || limits.some((limit) => limit === '*' || against(limit) < 0);
}

function place(evt: OsvEvent): string {
  return evt.introduced ?? evt.fixed ?? evt.last_affected ?? evt.limit ?? '';
}

/** -1 before every version, 1 after every version. */
function rank(evt: OsvEvent): number {
  return isStart(evt.introduced) ? -1 : evt.limit === '*' ? 1 : 0;
}

/** Who writes `0.0.0` means from the beginning too. */
function isStart(introduced: string | undefined): boolean {
  return introduced !== undefined && /^0(\.0)*$/.test(introduced);
}

function sorted(events: readonly OsvEvent[], scheme: VersionScheme): readonly OsvEvent[] {
  for (const evt of events) if (rank(evt) === 0) read(place(evt), scheme);
  return events.toSorted((a, b) => rank(a) - rank(b) || (rank(a) === 0 ? order(place(a), place(b), scheme) : 0));
}

function order(a: string, b: string, scheme: VersionScheme): number {
  return scheme.compare(read(a, scheme), read(b, scheme));
}

function read(text: string, scheme: VersionScheme): Version {
  const version = scheme.parse(text);
  if (version.kind === 'unparsable') throw new Unreadable(text);
  return version;
}

/** The scheme, with every text read once only. */
export function remembering(scheme: VersionScheme): VersionScheme {
  const known = new Map<string, ReturnType<VersionScheme['parse']>>();
  const parse: VersionScheme['parse'] = (text) => {
    const parsed = known.get(text) ?? scheme.parse(text);
    known.set(text, parsed);
    return parsed;
  };
  return { ...scheme, parse };
}

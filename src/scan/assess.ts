import type { AdvisoryDetails, Database, StoredEntry } from '../database/database.ts';
import type { Evidence, Finding, Fix, PackageRef, VulnerabilityFinding } from '../finding/finding.ts';
import type { Package } from '../inventory/inventory.ts';
import {
  elsewhere,
  explain,
  type Match,
  type MatchContext,
  matchPackages,
  qualifies,
  redHatProducts,
  type Unjudged,
} from '../match/match.ts';
import type { VersionScheme } from '../version/version.ts';
import { type Decision, decide, unusedFor } from './decide.ts';
import { byFlaw, namesIn, namesOfFlaw } from './flaws.ts';
import { versionSchemes } from './formats.ts';
import { isForeign } from './judged.ts';
import { type FactLookup, vulnerabilityOf } from './vulnerability.ts';

/** What assessment asks of the advisories, compiled or starter set. */
export type Advisories = Pick<Database, 'lookup' | 'details' | 'facts' | 'ecosystem' | 'close'>;

/** The findings, and the packages that could not be judged. */
export interface Assessment {
  readonly findings: readonly Finding[];
  readonly unjudged: readonly Unjudged[];
  /** Flaws of a package's source or module that are not in the image: left out of the findings, and said. */
  readonly elsewhere: readonly Elsewhere[];
}

/** A flaw of the source or module that what is installed of it does not contain. */
export interface Elsewhere {
  readonly package: string;
  readonly flaw: string;
  readonly because: string;
}

/** Of what the packages are part, and by whom they are judged. */
export interface AssessOptions {
  /** Names of the sources, the one that decides first. */
  readonly precedence: readonly string[];
  /** All packages, owners too: what the distribution says of a flaw in its package goes for the files in it. */
  readonly all?: readonly Package[];
  /** `VERSION_ID` of the image's os-release. */
  readonly release?: string | undefined;
  /** Paid services that the image's packages come from. */
  readonly services?: readonly string[] | undefined;
  /** The image's operating system, `linux` unless said otherwise. */
  readonly system?: string | undefined;
}

/** Judges packages by the advisories: one finding for each package and flaw, whatever number of records speak of it. */
export function assess(
  packages: readonly Package[],
  advisories: Advisories,
  { precedence, all = packages, release, services = [], system }: AssessOptions,
): Assessment {
  const context = { ...contextOf(advisories, release), services, system };
  const { packages: matched, unjudged } = matchPackages(packages, advisories, versionSchemes, context);
  const findings: Finding[] = [];
  const left: Elsewhere[] = [];
  const detailsOf = detailsOnce(advisories);
  const spoken = spokenOfOwner(all, advisories, context);
  const nameOf = lineages(all);
  for (const { package: found, matches } of matched) {
    const ownerSpeaks = spoken(found);
    let subject: Subject | undefined;
    for (const [flaw, opinions] of byFlaw(matches)) {
      const unused = unusedFor(opinions);
      const decided = decide(opinions, precedence);
      if (!decided && unused === undefined) continue;
      if (ownerSpeaks.has(flaw)) continue;
      const because = unused ?? elsewhere(found, flaw);
      if (decided && because === undefined) {
        subject ??= { found, name: nameOf(found), ref: packageRef(found), scheme: versionSchemes.get(found.type) };
        findings.push(findingOf(flaw, subject, decided, { detailsOf, advisories }));
      } else if (because !== undefined) left.push({ package: found.name, flaw, because });
    }
  }
  return { findings: findings.toSorted(byPackageThenFlaw), unjudged, elsewhere: left };
}

/** The products that a repository ships are facts of Red Hat's; without them the names of repositories have to do. */
function contextOf(advisories: Advisories, release: string | undefined): MatchContext {
  const productsOf = (repository: string): readonly string[] | undefined => {
    const told = advisories.facts('repository', repository);
    return told.length === 0 ? undefined : told.flatMap(({ products }) => products);
  };
  return { productsOf: redHatProducts({ release, productsOf }) };
}

function byPackageThenFlaw(a: Finding, b: Finding): number {
  return (
    (a.package === b.package ? 0 : compareText(a.package.id, b.package.id)) ||
    compareText(a.vulnerability.id, b.vulnerability.id)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * Names of the flaws that the owner's advisories speak of for that build of it, whatever they say, but that nobody has looked
 * at it: then who did is believed.
 */
function spokenOfOwner(
  all: readonly Package[],
  advisories: Advisories,
  { productsOf }: MatchContext,
): (found: Package) => ReadonlySet<string> {
  let byId: ReadonlyMap<string, Package> | undefined;
  const known = new Map<string, ReadonlySet<string>>();
  return ({ ownedBy }) => {
    if (ownedBy === undefined) return nothing;
    byId ??= new Map(all.map((one) => [one.id, one]));
    const owner = byId.get(ownedBy);
    if (owner?.ecosystem === undefined || isForeign(owner)) return nothing;
    const products = productsOf?.(owner);
    const entries = (): readonly StoredEntry[] =>
      entriesOf(owner, owner.ecosystem ?? '', advisories).filter(
        ({ qualifiers, status }) => status !== 'undetermined' && qualifies(owner, qualifiers, products) !== 'no',
      );
    const names = known.get(owner.id) ?? new Set(entries().flatMap(namesIn));
    known.set(owner.id, names);
    return names;
  };
}

function entriesOf(found: Package, ecosystem: string, advisories: Advisories): readonly StoredEntry[] {
  const { name, source } = found;
  return [
    ...advisories.lookup(ecosystem, source?.name ?? name, 'source'),
    ...advisories.lookup(ecosystem, name, 'binary'),
  ];
}

type DetailsOf = (match: Match) => AdvisoryDetails | undefined;

/** One advisory is told of many packages: it is read once. */
function detailsOnce(advisories: Advisories): DetailsOf {
  const known = new Map<string, AdvisoryDetails | undefined>();
  return ({ entry: { id, feed } }) => {
    const key = `${feed} ${id}`;
    if (!known.has(key)) known.set(key, advisories.details(id, feed));
    return known.get(key);
  };
}

function evidenceOf(match: Match, found: Package, scheme: VersionScheme | undefined): Evidence {
  const { entry, searched, verdict } = match;
  const { range, comparison } = explain(match, scheme);
  const { ecosystem = '', knownAs } = found;
  return {
    matcher: knownAs === undefined ? `${entry.appliesTo}-package` : 'cpe',
    searchedBy: { ecosystem, name: searched.name, version: searched.version },
    found: { advisory: entry.id, source: entry.source, status: entry.status },
    range,
    comparison: knownAs === undefined ? comparison : `${comparison}; ${byCpe}`,
    verdict,
  };
}

/** What is less sure than the word of a package manager. */
const byCpe = 'matched by CPE, and the version is what the program itself tells';

/** A package, and what all findings in it tell of it alike. */
interface Subject {
  readonly found: Package;
  /** What it is called in the findings' identifiers. */
  readonly name: string;
  readonly ref: PackageRef;
  readonly scheme: VersionScheme | undefined;
}

/** Where a finding learns what its records do not say of the package itself. */
interface Library {
  readonly detailsOf: DetailsOf;
  readonly advisories: FactLookup;
}

function findingOf(
  flaw: string,
  { found, name, ref, scheme }: Subject,
  { verdict, speaking, agreeing, dissenting }: Decision,
  { detailsOf, advisories }: Library,
): VulnerabilityFinding {
  const first = speaking[0];
  const names = speaking.flatMap(({ entry }) => namesOfFlaw(flaw, entry));
  const heard = [...speaking, ...agreeing];
  const opinions = heard.map((match) => ({ entry: match.entry, details: detailsOf(match) }));
  const id = `${flaw}|${name}`;
  const { unknownReason } = first;
  const vulnerability = vulnerabilityOf(flaw, opinions, advisories, names);
  const fix = scheme ? highestFix(speaking, scheme) : first.fix;
  const evidence = [...heard, ...dissenting].map((match) => evidenceOf(match, found, scheme));
  // Written out, since objects that are put together are slow in a cold process.
  return unknownReason === undefined
    ? { kind: 'vulnerability', id, verdict, package: ref, vulnerability, fix, evidence }
    : { kind: 'vulnerability', id, verdict, unknownReason, package: ref, vulnerability, fix, evidence };
}

/** Two notices on one flaw: the later one completes the fix of the earlier. That one of them knows no fix is said. */
function highestFix(speaking: readonly [Match, ...Match[]], scheme: VersionScheme): Fix {
  if (speaking.length === 1) return speaking[0].fix;
  let best: Fix | undefined;
  for (const { fix } of speaking) {
    if (fix.version === undefined || fix.version === best?.version) continue;
    const [a, b] = [scheme.parse(fix.version), best?.version === undefined ? undefined : scheme.parse(best.version)];
    if (b === undefined) best = fix;
    else if (a.kind === 'version' && b.kind === 'version' && scheme.compare(a, b) > 0) best = fix;
  }
  if (best === undefined) return speaking[0].fix;
  const without = speaking.find(({ fix }) => fix.version === undefined);
  if (without === undefined) return best;
  const note = `${without.entry.id} knows no fix`;
  return { ...best, note: best.note === undefined ? note : `${best.note}; ${note}` };
}

/** Names packages by their lineage; where an image has several versions of one, each is told apart by its own. */
function lineages(packages: readonly Package[]): (found: Package) => string {
  const ids = new Map<string, string>();
  const several = new Set<string>();
  for (const one of packages) {
    const name = lineage(one);
    if ((ids.get(name) ?? one.id) !== one.id) several.add(name);
    ids.set(name, one.id);
  }
  return (found) => {
    const name = lineage(found);
    return several.has(name) ? found.id : name;
  };
}

/** The package without its version, so that a finding keeps its name from one scan to the next. */
function lineage({ purl, id }: Package): string {
  const copy = id.slice(purl.length);
  return purl.replace(/@[^?#]*/, '') + copy;
}

function packageRef(found: Package): PackageRef {
  const { id, name, version, type, purl, source, locations, presence, provenance, metadata } = found;
  const [at] = locations;
  const path = at && (at.within === undefined ? at.path : `${at.path}!/${at.within}`);
  return {
    id,
    name,
    version,
    type,
    purl,
    ...(source ? { source: { name: source.name, version: source.version } } : {}),
    ...(path === undefined ? {} : { path }),
    ...(metadata.kind === 'language' ? { places: locations.length } : {}),
    ...(presence === undefined ? {} : { presence }),
    ...(provenance ? { introduced: provenance.introduced } : {}),
  };
}

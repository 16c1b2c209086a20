import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import type { VersionScheme } from '../version/version.ts';
import { isOfFlavour, ofPlainBuild } from './flavour.ts';
import { unusedCode } from './go-imports.ts';
import { type Judgement, judge } from './judge.ts';
import { fixFromMain, linesOf, type Products } from './products.ts';
import { qualifies } from './qualifier.ts';
import { asServed } from './service.ts';
import { unsignedSource } from './signed.ts';

export { elsewhere } from './elsewhere.ts';
export { explain } from './explain.ts';
export { ofOwnFlavour } from './flavour.ts';
export { type Judgement, judge } from './judge.ts';
export { ofOwnRelease } from './own-release.ts';
export { type Products, redHatProducts } from './products.ts';
export { qualifies } from './qualifier.ts';

/** What the matcher asks of the advisory database. */
export interface AdvisoryLookup {
  /** Every record that speaks of a package of an ecosystem. */
  lookup(ecosystem: string, name: string, appliesTo: 'source' | 'binary'): readonly StoredEntry[];
}

/** What one record says of one package, and why. */
export interface Match extends Judgement {
  readonly entry: StoredEntry;
  /** Name and version that were looked up: those of the package or of its source. */
  readonly searched: { readonly name: string; readonly version: string };
  /** Why the code that has the flaw is not in the package, which is `not-affected` for that alone. */
  readonly unused?: string;
  /** It is said of builds of another flavour. */
  readonly otherFlavour?: true;
}

/** Everything that is said of one package, `not-affected` too. */
export interface PackageMatches {
  readonly package: Package;
  readonly matches: readonly Match[];
}

/** Why a package as a whole can't be judged. */
export interface Unjudged {
  readonly package: Package;
  readonly reason: 'version-unparsable';
  readonly detail: string;
}

/** What came of matching. */
export interface Matches {
  /** Only packages of which some record says other than `not-affected`, or would but for code that is not there. */
  readonly packages: readonly PackageMatches[];
  readonly unjudged: readonly Unjudged[];
}

/** What is known of the image beyond its packages. */
export interface MatchContext {
  /** The products that a package may come from; undefined where they limit nothing. */
  readonly productsOf?: (found: Package) => Products | undefined;
  /** Paid services that its packages come from: fixes of others are not to be had. */
  readonly services?: readonly string[];
  /** The image's operating system, as Go and Rust call it; `linux` unless said otherwise. */
  readonly system?: string | undefined;
}

const SIDES = ['source', 'binary'] as const;

/** Matches packages that have an ecosystem against all records that speak of them or of their source package. */
export function matchPackages(
  packages: readonly Package[],
  database: AdvisoryLookup,
  schemes: ReadonlyMap<string, VersionScheme>,
  { productsOf, services = [], system }: MatchContext = {},
): Matches {
  const matched: PackageMatches[] = [];
  const unjudged: Unjudged[] = [];
  const judgeAll = judgeOnce(database);
  for (const found of packages) {
    const scheme = schemes.get(found.type);
    if (found.ecosystem === undefined) continue;
    if (scheme === undefined) {
      const detail = `no order of versions is known for packages of ${found.type}`;
      unjudged.push({ package: found, reason: 'version-unparsable', detail });
      continue;
    }
    const version = scheme.parse(found.version);
    if (version.kind === 'unparsable') {
      const detail = `${found.version}: ${version.reason}`;
      unjudged.push({ package: found, reason: 'version-unparsable', detail });
    }
    const machine: Machine = { products: productsOf?.(found), system, scheme, services };
    const matches = matchesOf(found, found.ecosystem, judgeAll, machine);
    if (matches.some(({ verdict, unused }) => verdict !== 'not-affected' || unused !== undefined))
      matched.push({ package: found, matches });
  }
  return { packages: matched, unjudged };
}

/** What goes for a package of all that is said of it and of its source. */
function matchesOf(found: Package, ecosystem: string, judgeAll: JudgeAll, machine: Machine): readonly Match[] {
  const said: Match[] = [];
  let inherited: Set<Match> | undefined;
  for (const appliesTo of SIDES) {
    for (const target of targetsOf(found, appliesTo)) {
      for (const match of judgeAll(ecosystem, target, appliesTo, machine.scheme)) {
        if (match.entry.qualifiers === undefined) {
          said.push(match);
          continue;
        }
        const one = qualify(found, match, machine);
        if (one === undefined) continue;
        const served = asServed(one.match, machine.services);
        said.push(served);
        if (one.inherited) (inherited ??= new Set()).add(served);
      }
    }
  }
  return inherited === undefined ? said : ownFirst(said, inherited, found, machine.products);
}

/**
 * What is looked up. Debian Policy 5.6.1: without a `Source` field the source has the name and version of the binary
 * package. Of one that was signed, what it was made from too. Where advisories use other names, none else is looked up:
 * what they call by the package's own name may be anything.
 */
function targetsOf(found: Package, appliesTo: 'source' | 'binary'): readonly Match['searched'][] {
  const { knownAs, version } = found;
  if (knownAs !== undefined) return appliesTo === 'binary' ? knownAs.map((name) => ({ name, version })) : [];
  if (appliesTo === 'binary') return [found];
  const unsigned = unsignedSource(found);
  return unsigned === undefined ? [found.source ?? found] : [found.source ?? found, unsigned];
}

type JudgeAll = (
  ecosystem: string,
  searched: Match['searched'],
  appliesTo: 'source' | 'binary',
  scheme: VersionScheme,
) => readonly Match[];

/** Many binary packages come of one source: each name is looked up once, each version of it judged once. */
function judgeOnce(database: AdvisoryLookup): JudgeAll {
  const looked = new Map<string, readonly StoredEntry[]>();
  const judged = new Map<string, readonly Match[]>();
  return (ecosystem, { name, version }, appliesTo, scheme) => {
    const key = `${appliesTo}\n${ecosystem}\n${name}`;
    const entries = looked.get(key) ?? database.lookup(ecosystem, name, appliesTo);
    looked.set(key, entries);
    if (entries.length === 0) return none;
    const versionKey = `${scheme.id}\n${key}\n${version}`;
    let matches = judged.get(versionKey);
    if (matches === undefined) {
      const searched = { name, version };
      const parsed = scheme.parse(version);
      matches = entries.map((entry) => matchOf(judge(parsed, entry, scheme), entry, searched));
      judged.set(versionKey, matches);
    }
    return matches;
  };
}

/** Written out, since copies of objects are slow in a cold process and there is one for each record. */
function matchOf(judgement: Judgement, entry: StoredEntry, searched: Match['searched']): Match {
  const { verdict, range, comparison, unknownReason, fix } = judgement;
  return unknownReason === undefined
    ? { verdict, range, comparison, fix, entry, searched }
    : { verdict, range, comparison, unknownReason, fix, entry, searched };
}

const none: readonly Match[] = [];

/** A match that goes for the package; `inherited` where only unless something is said of its own line of builds. */
interface Qualified {
  readonly match: Match;
  readonly inherited?: true;
}

/** Where a package was found. */
interface Machine {
  readonly products: Products | undefined;
  readonly system: string | undefined;
  readonly scheme: VersionScheme;
  readonly services: readonly string[];
}

/** Leaves out what is said of other builds; what may be of another build is not known to be of this one. */
function qualify(found: Package, match: Match, { products, system, scheme }: Machine): Qualified | undefined {
  const { qualifiers } = match.entry;
  const answer = qualifies(found, qualifiers, products, system);
  if (answer === 'no') return undefined;
  if (!isOfFlavour(found, qualifiers?.flavour)) {
    const told = qualifiers?.flavour === 'plain' ? ofPlainBuild(match, scheme) : undefined;
    return told && { match: told };
  }
  const unused =
    match.verdict === 'not-affected' ? undefined : unusedCode(found, match.searched.name, qualifiers?.imports);
  if (unused !== undefined) return { match: { ...match, verdict: 'not-affected', unused } };
  if (answer === 'inherited' && products !== undefined) return { match: fromMain(match, products), inherited: true };
  if (answer === 'yes' || match.verdict !== 'affected')
    return { match: products?.assumed === true ? withAssumption(match) : match };
  const unknownReason = 'The package is of a module, but the package database does not say of which stream';
  return { match: { ...match, verdict: 'unknown', unknownReason } };
}

/** Nothing is said of the very builds that the image has, so what is said of those that they were cut from goes. */
function fromMain(match: Match, products: Products): Match {
  const { verdict, comparison } = match;
  if (verdict === 'not-affected') return match;
  const said = `${comparison}; said of a wider product than the image's own, of which nothing is`;
  return { ...match, comparison: said, fix: fixFromMain(match.fix, products) };
}

function withAssumption(match: Match): Match {
  const { entry, verdict, comparison } = match;
  if (verdict === 'not-affected' || entry.qualifiers?.products === undefined) return match;
  return { ...match, comparison: `${comparison}; the image does not tell its products, so those of a plain one` };
}

/**
 * Of one flaw, what a source says of a package's own line of builds goes before what it says of the line that this was cut
 * from; of the release and of a product upon it neither answers for the other.
 */
function ownFirst(
  said: readonly Match[],
  inherited: ReadonlySet<Match>,
  found: Package,
  products: Products | undefined,
): readonly Match[] {
  if (products === undefined) return said;
  const linesIn = ({ entry }: Match, standing: 'own' | 'inherited'): readonly string[] =>
    linesOf(found, entry.qualifiers?.products ?? [], products, standing).map(
      (line) => `${entry.source.name}\n${entry.id}\n${line}`,
    );
  const own = new Set(said.flatMap((one) => (inherited.has(one) ? [] : linesIn(one, 'own'))));
  return said.filter((one) => !inherited.has(one) || !linesIn(one, 'inherited').every((line) => own.has(line)));
}

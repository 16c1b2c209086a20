import type { Database } from '../database/database.ts';
import type { Evidence, Finding, Fix, PackageRef, VulnerabilityFinding } from '../finding/finding.ts';
import type { Package } from '../inventory/inventory.ts';
import { type Match, matchPackages, type Unjudged } from '../match/match.ts';
import type { VersionScheme } from '../version/version.ts';
import { versionSchemes } from './ecosystems.ts';

/** What assessment asks of the advisories, compiled or starter set. */
export type Advisories = Pick<Database, 'lookup' | 'details' | 'ecosystem' | 'close'>;

/** The findings, and the packages that could not be judged. */
export interface Assessment {
  readonly findings: readonly Finding[];
  readonly unjudged: readonly Unjudged[];
}

/** Judges packages by the advisories: one finding for each package and flaw, whatever number of records speak of it. */
export function assess(
  packages: readonly Package[],
  advisories: Advisories,
  precedence: readonly string[],
): Assessment {
  const { matches, unjudged } = matchPackages(packages, advisories, versionSchemes);
  const findings: Finding[] = [];
  for (const ofPackage of Map.groupBy(matches, (match) => match.package).values()) {
    for (const [flaw, opinions] of byFlaw(ofPackage)) {
      const finding = decide(flaw, opinions, precedence, advisories);
      if (finding) findings.push(finding);
    }
  }
  return { findings: findings.toSorted(byPackageThenFlaw), unjudged };
}

function byPackageThenFlaw(a: Finding, b: Finding): number {
  return compareText(a.package.id, b.package.id) || compareText(a.vulnerability.id, b.vulnerability.id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A notice about several flaws is an opinion on each; a record under another name is one on the CVE it stands for. */
function byFlaw(matches: readonly Match[]): Map<string, Match[]> {
  const flaws = new Map<string, Match[]>();
  for (const match of matches) {
    const { id, aliases, covers } = match.entry;
    const names = covers.length > 0 ? covers : [[id, ...aliases].find((name) => name.startsWith('CVE-')) ?? id];
    for (const name of names) {
      const known = flaws.get(name);
      if (known) known.push(match);
      else flaws.set(name, [match]);
    }
  }
  return flaws;
}

/** The first source in precedence that speaks of the flaw decides; `not-affected` is no finding. */
function decide(
  flaw: string,
  opinions: readonly Match[],
  precedence: readonly string[],
  advisories: Advisories,
): VulnerabilityFinding | undefined {
  const rank = ({ entry }: Match): number =>
    (precedence.indexOf(entry.source.name) + precedence.length + 1) % (precedence.length + 1);
  const sorted = opinions.toSorted((a, b) => rank(a) - rank(b));
  const source = sorted[0]?.entry.source.name;
  const deciding = sorted.filter(({ entry }) => entry.source.name === source);
  const verdict = deciding.some((match) => match.verdict === 'affected') ? 'affected' : 'unknown';
  const speaking = deciding.filter((match) => match.verdict === verdict);
  const [first] = speaking;
  if (!first) return undefined;
  const agreeing = sorted.filter((match) => match.entry.source.name !== source && match.verdict === verdict);
  const evidence = [...speaking, ...agreeing].map((match) => match.evidence);
  return findingOf(flaw, verdict, speaking, evidence, first, advisories);
}

function findingOf(
  flaw: string,
  verdict: 'affected' | 'unknown',
  speaking: readonly Match[],
  evidence: readonly Evidence[],
  first: Match,
  advisories: Advisories,
): VulnerabilityFinding {
  const { package: found, entry } = first;
  const details = advisories.details(entry.id, entry.feed);
  const scheme = versionSchemes.get(found.type);
  const severity =
    speaking.map((match) => match.entry.severity).find((said) => said !== undefined && said.label !== 'unknown') ??
    details?.severities.find(({ label }) => label !== 'unknown') ??
    entry.severity ??
    details?.severities[0];
  const names = new Set(speaking.flatMap((match) => [match.entry.id, ...match.entry.aliases]));
  names.delete(flaw);
  return {
    kind: 'vulnerability',
    id: `${flaw}|${lineage(found)}`,
    verdict,
    ...(first.unknownReason === undefined ? {} : { unknownReason: first.unknownReason }),
    package: packageRef(found),
    vulnerability: {
      id: flaw,
      aliases: [...names].toSorted(compareText),
      ...(details?.summary === undefined ? {} : { summary: details.summary }),
      severity: severity ?? { label: 'unknown', scheme: 'none', value: '', by: entry.source.name },
      references: details?.references ?? [],
      ...(details?.published === undefined ? {} : { published: details.published }),
    },
    fix: scheme ? highestFix(speaking, scheme) : first.fix,
    evidence,
  };
}

/** Two notices on one flaw: the later one completes the fix of the earlier. */
function highestFix(speaking: readonly Match[], scheme: VersionScheme): Fix {
  let best: Fix | undefined;
  for (const { fix } of speaking) {
    if (best?.version === undefined || fix.version === undefined) {
      best = best === undefined || fix.version !== undefined ? fix : best;
      continue;
    }
    const [a, b] = [scheme.parse(fix.version), scheme.parse(best.version)];
    if (a.kind === 'version' && b.kind === 'version' && scheme.compare(a, b) > 0) best = fix;
  }
  return best ?? { state: 'unknown' };
}

/** The package without its version, so that a finding keeps its name from one scan to the next. */
function lineage({ purl, id }: Package): string {
  const copy = id.slice(purl.length);
  return purl.replace(/@[^?#]*/, '') + copy;
}

function packageRef(found: Package): PackageRef {
  const { id, name, version, type, purl, source, locations, provenance } = found;
  const path = locations[0]?.path;
  return {
    id,
    name,
    version,
    type,
    purl,
    ...(source ? { source: { name: source.name, version: source.version } } : {}),
    ...(path === undefined ? {} : { path }),
    ...(provenance ? { introduced: provenance.introduced } : {}),
  };
}

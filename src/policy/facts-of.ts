import { cvssOf } from '../cvss/cvss.ts';
import type { EcosystemCoverage, Report, VulnerabilityFinding } from '../finding/finding.ts';
import type { Package } from '../inventory/inventory.ts';
import type { Assumable, Circumstances, Facts, FindingFacts, PackageFacts, RiskFacts } from './facts.ts';
import { identitiesOf } from './identity.ts';
import { imageFacts } from './image-facts.ts';

/**
 * What a policy sees of a report. What the report and the circumstances do not say is left out, which policies read as
 * unknown; nothing is taken for good.
 */
export function factsOf(report: Report, circumstances: Circumstances = {}): Facts {
  const packages = new Map(report.packages.map((found) => [found.id, packageFacts(found)]));
  const risks = new Map((circumstances.risks ?? []).map((risk) => [risk.finding.id, risk]));
  return {
    image: imageFacts(report, circumstances),
    findings: report.findings.map((finding) => findingFacts(finding, { report, circumstances, packages, risks })),
    packages: [...packages.values()],
    coverage: coverageFacts(report),
    problems: report.problems.map(({ code, message, path, lossy }) => ({
      code,
      message,
      ...(path === undefined ? {} : { path }),
      lossy,
    })),
  };
}

/** A report that lists fewer packages than were looked at has lost some: what it says of them all is not believed. */
function coverageFacts(report: Report): Facts['coverage'] {
  const { coverage, packages } = report;
  const count = (of: (one: EcosystemCoverage) => number): number =>
    coverage.ecosystems.reduce((sum, one) => sum + of(one), 0);
  const covered = count((one) => one.packages);
  const counts = {
    packages: covered,
    unassessed: count((one) => one.packages - one.assessed),
    settled: report.suppressed.length,
  };
  if (covered > packages.length) return { ...counts, because: 'the report lists fewer packages than were looked at' };
  return coverage.complete
    ? { complete: true, ...counts }
    : { complete: false, ...counts, because: becauseOf(report, counts) };
}

/** Why coverage is incomplete, in words. */
function becauseOf(
  { coverage: { ecosystems }, problems, findings }: Report,
  { packages, unassessed }: { readonly packages: number; readonly unassessed: number },
): string {
  const names = ecosystems.flatMap((one) => (one.assessed < one.packages ? [one.ecosystem || 'unknown'] : []));
  const lossy = problems.filter((problem) => problem.lossy);
  const behind = findings.some(({ evidence }) => evidence.every(({ found }) => found.source.name === 'starter'));
  const reasons = [
    ...(unassessed === 0 ? [] : [`packages without an answer: ${unassessed} of ${packages} (${names.join(', ')})`]),
    ...(lossy.length === 0 ? [] : [`what could not be read: ${lossy.length} (${lossy[0]?.message})`]),
    ...(ecosystems.length === 0 ? ['no package in the image that could be judged'] : []),
    ...(unassessed === 0 && behind ? ['advisories that lack flaws of the starter set: they are old'] : []),
  ];
  return reasons.length === 0 ? 'see the notes of the coverage' : reasons.join('; ');
}

interface Known {
  readonly report: Report;
  readonly circumstances: Circumstances;
  readonly packages: ReadonlyMap<string, PackageFacts>;
  readonly risks: ReadonlyMap<string, RiskFacts>;
}

function packageFacts(found: Package): PackageFacts {
  const [first] = found.locations;
  const path =
    first === undefined ? undefined : first.within === undefined ? first.path : `${first.path}!/${first.within}`;
  return {
    id: found.id,
    name: found.name,
    version: found.version,
    type: found.type,
    purl: found.purl,
    source: found.source?.name ?? found.name,
    ...defined({ path }),
    locked: found.presence === 'locked',
    ...(found.licenses.length === 0 ? {} : { licences: found.licenses }),
  };
}

function findingFacts(finding: VulnerabilityFinding, known: Known): FindingFacts {
  const { vulnerability: flaw, package: where } = finding;
  const { circumstances, report } = known;
  const names = identitiesOf(finding);
  const listed = known.packages.get(where.id) ?? {
    ...where,
    source: where.source?.name ?? where.name,
    locked: where.presence === 'locked',
  };
  return {
    kind: finding.kind,
    id: flaw.id,
    aliases: flaw.aliases,
    verdict: finding.verdict,
    disputed: flaw.disputed === true,
    ...(flaw.weaknesses.length === 0 ? {} : { weaknesses: flaw.weaknesses }),
    ...defined({
      title: flaw.summary,
      severity: flaw.severity.label === 'unknown' ? undefined : flaw.severity.label,
      ...fixFacts(finding, report),
      fixed: lookUp(circumstances.fixed, names),
      ...exploitFacts(finding, report),
      epss: flaw.prediction?.score,
      epssPercentile: flaw.prediction?.percentile,
      cvss: highestScore(finding),
      ...riskFacts(known.risks.get(finding.id)),
      published: flaw.published,
      firstSeen: lookUp(circumstances.firstSeen, names),
      newSinceRelease: circumstances.release && !names.some((name) => circumstances.release?.has(name)),
      newSinceBase: circumstances.base && !names.some((name) => circumstances.base?.has(name)),
      path: where.path,
    }),
    package: listed,
  };
}

/** A newer version that does not say that it closes the flaw may do so all the same. */
function fixFacts(
  { fix }: VulnerabilityFinding,
  { archive }: Report,
): Pick<Partial<FindingFacts>, 'fix' | 'fixVersion' | 'installable'> {
  const states = {
    fixed: 'available',
    'not-fixed': 'none',
    deferred: 'none',
    'end-of-life': 'none',
    'will-not-fix': 'will-not-fix',
  } as const;
  const state = fix.state === 'unknown' ? undefined : states[fix.state];
  const closes = fix.available?.closes === true;
  const asked = archive !== undefined && archive.problems.length === 0;
  const installable = closes ? true : asked && fix.available === undefined ? false : undefined;
  return defined({
    fix: closes ? 'available' : state,
    fixVersion: fix.version ?? (closes ? fix.available?.version : undefined),
    installable,
  });
}

/** That a flaw is on no list of exploited ones says something only where there was a list, which is of CVEs. */
function exploitFacts(
  { vulnerability }: VulnerabilityFinding,
  { provenance }: Report,
): Pick<Partial<FindingFacts>, 'kev' | 'ransomware'> {
  const { exploited, id, aliases } = vulnerability;
  if (exploited !== undefined) return { kev: true, ransomware: exploited.ransomware };
  const listed = provenance.database?.exploited !== undefined && !provenance.database.starter;
  return listed && [id, ...aliases].some((name) => name.startsWith('CVE-')) ? { kev: false, ransomware: false } : {};
}

function highestScore({ vulnerability }: VulnerabilityFinding): number | undefined {
  const scores = vulnerability.ratings.map(({ value }) => cvssOf(value)?.base).filter((score) => score !== undefined);
  return scores.length === 0 ? undefined : Math.max(...scores);
}

/** What was assumed for want of a value is not known; a decision is where the worst of what is not known changes nothing. */
function riskFacts(risk: RiskFacts | undefined): Partial<FindingFacts> {
  if (risk === undefined) return {};
  const { score, most, hazard, ssvc } = risk;
  return defined({
    risk: score,
    riskMost: most,
    hazard: hazard.value,
    hazardMost: hazard.most,
    ssvc: ssvc.outcome === ssvc.most ? ssvc.outcome : undefined,
    exploitation: stated(ssvc.exploitation),
    automatable: stated(ssvc.automatable),
    technicalImpact: stated(ssvc.technicalImpact),
  });
}

function stated<T>({ value, assumed }: Assumable<T>): T | undefined {
  return assumed === true ? undefined : value;
}

function lookUp(dates: ReadonlyMap<string, string> | undefined, names: readonly string[]): string | undefined {
  return names.map((name) => dates?.get(name)).find((date) => date !== undefined);
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

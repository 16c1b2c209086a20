import type { Finding, PackageRef } from '../../finding/finding.ts';
import type { LayerRef } from '../../inventory/inventory.ts';
import { severities } from './words.ts';

/** Binary packages of one source that carry the same flaws. */
export interface Group {
  readonly name: string;
  readonly version: string;
  /** The binary packages, when the group goes by its source. */
  readonly members: readonly PackageRef[];
  /** The layers that brought them, lowest first. */
  readonly layers: readonly LayerRef[];
  /** Each flaw once, worst first; taken from the first member. */
  readonly findings: readonly Finding[];
}

interface Carrier {
  readonly ref: PackageRef;
  readonly findings: Finding[];
}

/** Groups findings by source package, worst group first. Any order of findings gives the same groups. */
export function groupFindings(findings: readonly Finding[], sort: 'severity' | 'risk' = 'severity'): Group[] {
  const compare = sort === 'risk' ? byRisk : byFlaw;
  const carriers = new Map<string, Carrier>();
  for (const finding of findings) {
    const { package: ref } = finding;
    const carrier = carriers.get(ref.id);
    if (carrier === undefined) carriers.set(ref.id, { ref, findings: [finding] });
    else carrier.findings.push(finding);
  }
  const groups = new Map<string, Carrier[]>();
  for (const carrier of carriers.values()) {
    carrier.findings.sort(compare);
    const key = groupKey(carrier);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [carrier]);
    else group.push(carrier);
  }
  return [...groups.values()].map(toGroup).toSorted(sort === 'risk' ? byGroupRisk : byGroup);
}

/** Packages stand together when they have one source and would be told the same of. */
function groupKey({ ref, findings }: Carrier): string {
  const flaws = findings.map(({ vulnerability, verdict, fix, evidence }) => [
    vulnerability.id,
    vulnerability.severity.label,
    verdict,
    fix.state,
    fix.version,
    evidence[0]?.comparison,
  ]);
  return JSON.stringify([ref.type, ref.source?.name ?? ref.name, ref.source?.version ?? ref.version, flaws]);
}

function toGroup(carriers: readonly Carrier[]): Group {
  const sorted = carriers.toSorted((a, b) => compareText(a.ref.name, b.ref.name) || compareText(a.ref.id, b.ref.id));
  const members = sorted.map(({ ref }) => ref);
  const layers = new Map<number, LayerRef>();
  for (const { introduced } of members) if (introduced !== undefined) layers.set(introduced.index, introduced);
  const first = sorted[0];
  return {
    name: first?.ref.source?.name ?? first?.ref.name ?? '',
    version: first?.ref.source?.version ?? first?.ref.version ?? '',
    members,
    layers: [...layers.values()].toSorted((a, b) => a.index - b.index),
    findings: first?.findings ?? [],
  };
}

/** Findings one by one, worst first. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => byFlaw(a, b) || compareText(a.package.id, b.package.id));
}

/** Rank of a finding's severity, 0 is worst. */
function severityRank(finding: Finding): number {
  return severities.indexOf(finding.vulnerability.severity.label);
}

function byFlaw(a: Finding, b: Finding): number {
  return (
    severityRank(a) - severityRank(b) ||
    compareNatural(a.vulnerability.id, b.vulnerability.id) ||
    compareText(a.id, b.id) ||
    compareText(a.fix.version ?? '', b.fix.version ?? '')
  );
}

/** The greatest hazard first, then the most that it may be. */
function byRisk(a: Finding, b: Finding): number {
  return (
    (b.risk?.hazard ?? 0) - (a.risk?.hazard ?? 0) ||
    (b.risk?.mostHazard ?? 0) - (a.risk?.mostHazard ?? 0) ||
    byFlaw(a, b)
  );
}

function byGroupRisk(a: Group, b: Group): number {
  const [x, y] = [a.findings[0], b.findings[0]];
  return (x !== undefined && y !== undefined ? byRisk(x, y) : 0) || byGroup(a, b);
}

function byGroup(a: Group, b: Group): number {
  const length = Math.max(a.findings.length, b.findings.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.findings[i], b.findings[i]];
    if (x === undefined) return 1;
    if (y === undefined) return -1;
    const difference = severityRank(x) - severityRank(y);
    if (difference !== 0) return difference;
  }
  return (
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.members[0]?.id ?? '', b.members[0]?.id ?? '')
  );
}

/** Order by UTF-16 unit, the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order that reads runs of digits as numbers: CVE-2024-9 before CVE-2024-10. */
export function compareNatural(a: string, b: string): number {
  const [left, right] = [pieces(a), pieces(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    const difference = (i % 2 === 1 ? x.length - y.length : 0) || compareText(x, y);
    if (difference !== 0) return difference;
  }
  return left.length - right.length || compareText(a, b);
}

/** Text, digits, text, … with leading zeros off the digits. */
function pieces(text: string): string[] {
  return text.split(/(\d+)/).map((piece, i) => (i % 2 === 1 ? piece.replace(/^0+(?=\d)/, '') : piece));
}

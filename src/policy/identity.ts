import type { Report, VulnerabilityFinding } from '../finding/finding.ts';

/** Names under which a finding is known from report to report: the flaw by each of its names, in the package by name. */
export function identitiesOf({ vulnerability, package: where }: VulnerabilityFinding): readonly string[] {
  return [vulnerability.id, ...vulnerability.aliases].map((flaw) => `${flaw} ${where.type}/${where.name}`);
}

/** Everything that a report has, by `identitiesOf`: what a policy compares a later one, or one built upon it, with. */
export function identitiesIn(report: Report): ReadonlySet<string> {
  return new Set(report.findings.flatMap(identitiesOf));
}

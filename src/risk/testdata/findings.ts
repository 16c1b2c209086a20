import type { Severity } from '../../advisory/advisory.ts';
import type { Fix, PackageRef, VulnerabilityFinding } from '../../finding/finding.ts';
import type { KnownFlaw } from '../circumstances.ts';

export const TODAY = '2026-11-24';

export const CRITICAL = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

export function rating(value: string, label: Severity['label'] = 'critical', by = 'nvd'): Severity {
  return { label, scheme: value.startsWith('CVSS') ? 'CVSS_V3' : 'word', value, by };
}

export function flawWith(given: Partial<KnownFlaw> = {}): KnownFlaw {
  const severity = given.severity ?? rating(CRITICAL);
  return {
    id: 'CVE-2026-0001',
    aliases: [],
    severity,
    ratings: [severity],
    weaknesses: [],
    references: [],
    ...given,
  };
}

function packageWith(given: Partial<PackageRef> = {}): PackageRef {
  const { name = 'openssl', version = '1.0' } = given;
  const purl = `pkg:deb/debian/${name}@${version}`;
  return { id: purl, name, version, type: 'deb', purl, ...given };
}

export function findingWith(
  flaw: Partial<KnownFlaw> = {},
  its: Partial<PackageRef> = {},
  fix: Fix = { state: 'fixed', version: '1.1' },
): VulnerabilityFinding {
  const vulnerability = flawWith(flaw);
  const ref = packageWith(its);
  return {
    kind: 'vulnerability',
    id: `${vulnerability.id} ${ref.id}`,
    verdict: 'affected',
    package: ref,
    vulnerability,
    fix,
    evidence: [],
  };
}

/** EPSS of today. */
export function predicted(score: number, date: string = TODAY): Pick<KnownFlaw, 'prediction'> {
  return { prediction: { score, percentile: 0.5, date } };
}

export const EXPLOITED = { exploited: { added: '2026-11-01', due: '2026-11-22', ransomware: false } } as const;

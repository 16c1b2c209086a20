import { describe, expect, it } from 'vitest';
import { apk } from '../../../version/apk.ts';
import { dpkg } from '../../../version/dpkg.ts';
import { rpm } from '../../../version/rpm.ts';
import type { Version, VersionScheme } from '../../../version/version.ts';
import { type StarterFlaw, type StarterStatement, starterAdvisories, starterFlaws, starterInfo } from './starter.ts';

const ecosystem = /^(Debian:(11|12|13)|Alpine:(v3\.(1[4-9]|2[0-4])|edge)|AlmaLinux:(8|9))$/;
/** What each kind of evidence speaks of, and how its reference looks. */
const evidence: Readonly<Record<string, { readonly release: RegExp; readonly ref: RegExp }>> = {
  'debian-changelog': { release: /^Debian:/, ref: /^$/ },
  'debian-advisory': { release: /^Debian:11$/, ref: /^D[SL]A-\d+-\d+$/ },
  'upstream-range': { release: /^Debian:/, ref: /^from \d/ },
  'alpine-secdb': { release: /^Alpine:/, ref: /^$/ },
  'almalinux-osv': { release: /^AlmaLinux:/, ref: /^AL[SBE]A-\d{4}:\d+$/ },
};
const labels: Readonly<Record<string, string>> = {
  Critical: 'critical',
  Important: 'high',
  Moderate: 'medium',
  Low: 'low',
};
const flaws = starterFlaws();

describe.each(flaws)('$id', (flaw: StarterFlaw) => {
  it('has a title of one line of at most 90 characters', () => {
    expect(flaw.title).toMatch(/^\S.{10,88}[^\s.]$/);
  });

  it('has references over https', () => {
    const { references } = starterAdvisories().find((advisory) => advisory.id === flaw.id) ?? { references: [] };
    expect(references.length).toBeGreaterThanOrEqual(2);
    for (const { url } of references) expect(new URL(url).protocol).toBe('https:');
    expect(new Set(references.map(({ url }) => url)).size).toBe(references.length);
  });

  it('has a severity whose label fits its value, if any', () => {
    expect(severityFaults(flaw)).toEqual([]);
  });

  it.each(flaw.affected.map((statement) => [statement.packages.join(' '), statement] as const))(
    '%s',
    (_, statement) => {
      expect(statementFaults(statement)).toEqual([]);
    },
  );

  it('says one thing of each package of a release', () => {
    const keys = flaw.affected.flatMap((statement) =>
      statement.ecosystems.flatMap((release) => statement.packages.map((name) => `${release} ${name}`)),
    );
    expect(keys.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

function severityFaults({ severity }: StarterFlaw): string[] {
  if (severity === undefined) return [];
  const { label, scheme, value, by } = severity;
  const fits =
    scheme === 'CVSS_V3'
      ? /^CVSS:3\.[01](\/[A-Z]+:[A-Z]){8}$/.test(value) && Object.values(labels).includes(label)
      : scheme === 'almalinux-severity' && by === 'almalinux' && label === labels[value];
  return fits ? [] : [`${label} ${scheme} ${value}`];
}

function statementFaults(statement: StarterStatement): string[] {
  const { ecosystems, packages, status, introduced, fixed, evidence: proof } = statement;
  const rule = evidence[proof.kind];
  const faults = [
    ecosystems.length === 0 || packages.length === 0 ? 'speaks of nothing' : '',
    (fixed === undefined) === (status === 'not-affected') ? '' : 'neither fixed nor not affected',
    status === 'not-affected' && introduced !== undefined ? 'introduced where not affected' : '',
    proof.kind === 'upstream-range' && fixed !== undefined ? 'a range upstream gives no fixed version' : '',
    rule?.ref.test(proof.ref ?? '') === true ? '' : `reference ${proof.ref}`,
    ...packages.map((name) => (/^[a-z0-9][a-z0-9+._-]*$/i.test(name) ? '' : `package ${name}`)),
    ...ecosystems.map((release) => (ecosystem.test(release) && rule?.release.test(release) === true ? '' : release)),
    ...ecosystems.map((release) => rangeFault(release, introduced, fixed)),
  ];
  return faults.filter((fault) => fault !== '');
}

function rangeFault(release: string, introduced: string | undefined, fixed: string | undefined): string {
  if (fixed === undefined) return '';
  if (release.startsWith('Debian:')) return orderFault(dpkg, introduced, fixed);
  return release.startsWith('Alpine:') ? orderFault(apk, introduced, fixed) : orderFault(rpm, introduced, fixed);
}

function orderFault<V extends Version>(
  scheme: VersionScheme<V>,
  introduced: string | undefined,
  fixed: string,
): string {
  const end = scheme.parse(fixed);
  if (end.kind === 'unparsable') return `${fixed}: ${end.reason}`;
  if (introduced === undefined) return '';
  const start = scheme.parse(introduced);
  if (start.kind === 'unparsable') return `${introduced}: ${start.reason}`;
  return scheme.compare(start, end) === -1 ? '' : `${introduced} is not before ${fixed}`;
}

describe('the set', () => {
  it('holds each flaw once, in order, as a CVE', () => {
    const keys = flaws.map((flaw) => /^CVE-(\d{4})-(\d{4,})$/.exec(flaw.id)?.slice(1).map(Number) ?? []);
    const sorted = keys.toSorted(
      ([year = 0, serial = 0], [year2 = 0, serial2 = 0]) => year - year2 || serial - serial2,
    );
    expect(keys).toEqual(sorted);
    expect(new Set(flaws.map((flaw) => flaw.id)).size).toBe(flaws.length);
    expect(keys.every((key) => key.length === 2)).toBe(true);
  });

  it('becomes one advisory per flaw and one affected entry per release and package', () => {
    const advisories = starterAdvisories();
    expect(advisories.map((advisory) => advisory.id)).toEqual(flaws.map((flaw) => flaw.id));
    const pairs = flaws.flatMap((flaw) => flaw.affected.map((said) => said.ecosystems.length * said.packages.length));
    expect(advisories.flatMap((advisory) => advisory.affected)).toHaveLength(pairs.reduce((sum, n) => sum + n, 0));
    expect(advisories.length).toBeGreaterThanOrEqual(60);
  });

  it.each([
    ['CVE-2023-4911', 'Debian:12', 'glibc', 'source', 'affected', [{ introduced: '0' }, { fixed: '2.36-9+deb12u3' }]],
    ['CVE-2024-3094', 'Debian:12', 'xz-utils', 'source', 'not-affected', undefined],
    ['CVE-2025-26519', 'Alpine:edge', 'musl', 'source', 'affected', [{ introduced: '0' }, { fixed: '1.2.5-r10' }]],
    ['CVE-2022-35737', 'Alpine:edge', 'sqlite', 'source', 'not-affected', undefined],
    [
      'CVE-2022-0778',
      'AlmaLinux:8',
      'openssl-libs',
      'binary',
      'affected',
      [{ introduced: '0' }, { fixed: '1:1.1.1k-6.el8_5' }],
    ],
  ])('says of %s in %s %s what is known', (id, release, name, appliesTo, status, events) => {
    const affected = starterAdvisories()
      .find((advisory) => advisory.id === id)
      ?.affected.find((entry) => entry.ecosystem === release && entry.package === name);
    expect(affected).toMatchObject({ appliesTo, status });
    expect(affected?.ranges[0]?.events).toEqual(events);
  });

  it('says how large, how old and how wide it is', () => {
    const { entries, asOf, ecosystems, digest } = starterInfo();
    expect(entries).toBe(flaws.length);
    expect(asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(ecosystems).toEqual(
      expect.arrayContaining(['AlmaLinux:9', 'Alpine:edge', 'Debian:11', 'Debian:12', 'Debian:13']),
    );
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import { scan } from '../src/scan/scan.ts';
import { feeds, osvRecords, whyNo } from './images/feeds.ts';
import { writeOciLayout } from './images/oci-image.ts';
import { evrParts, type RpmPackage, rpmCompare, rpmDatabase, whyNoRpm } from './images/rpm.ts';

const osRelease = `NAME="AlmaLinux"
VERSION="9.5 (Teal Serval)"
ID="almalinux"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.5"
PLATFORM_ID="platform:el9"
PRETTY_NAME="AlmaLinux 9.5 (Teal Serval)"
`;

// Versions that AlmaLinux really built; most are the fixed version of some record, so between older and newer ones.
const installed: readonly RpmPackage[] = [
  { name: 'xz', evr: '5.2.5-7.el9' },
  { name: 'zlib', evr: '1.2.11-32.el9_0' },
  { name: 'less', evr: '590-5.el9' },
  { name: 'openssl', evr: '1:3.0.7-27.el9' },
  { name: 'openssl-libs', evr: '1:3.0.7-27.el9', source: 'openssl' },
  { name: 'glibc', evr: '2.34-125.el9_5.8.alma.1' },
  { name: 'bind', evr: '32:9.16.23-18.el9_4.1' },
  { name: 'sudo', evr: '1.9.5p2-10.el9_3' },
  { name: 'dbus', evr: '1:1.12.20-7.el9_1' },
  { name: 'vim-filesystem', evr: '2:8.2.2637-21.el9', architecture: 'noarch', source: 'vim' },
  { name: 'nodejs', evr: '1:16.18.1-3.el9_1' },
  { name: 'ruby', evr: '3.1.5-144.module_el9.4.0+101+d58a8d95', module: 'ruby:3.1:9040020240617091937:9' },
  {
    name: 'postgresql-server',
    evr: '15.5-1.module_el9.3.0+52+21733919',
    module: 'postgresql:15:9030020231122135049:rhel9',
    source: 'postgresql',
  },
];

interface Osv {
  readonly id: string;
  readonly summary: string;
  readonly affected: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges: readonly { readonly events: readonly { readonly fixed?: string }[] }[];
  }[];
}

/** Which builds of a package a record's fixed versions are for: those of one module stream, or those of none. */
function speaksOf({ module }: RpmPackage, fixed: string, summary: string): boolean {
  if (!fixed.includes('.module_el')) return module === undefined;
  const [name, stream] = module?.split(':') ?? [];
  return name !== undefined && summary.split(/[ ,]/).includes(`${name}:${stream}`);
}

/** `package advisory` of all that the records say, by rpm's own comparison; `above` counts those that are fixed already. */
function impliedMatches(): { matches: string[]; above: number } {
  const candidates: { readonly key: string; readonly evr: string; readonly fixed: string }[] = [];
  for (const record of osvRecords<Osv>('AlmaLinux')) {
    if (!record.id.startsWith('ALSA-')) continue;
    for (const entry of record.affected) {
      const found = installed.find(({ name }) => name === entry.package.name);
      if (!found || entry.package.ecosystem !== 'AlmaLinux:9') continue;
      for (const { fixed } of entry.ranges.flatMap(({ events }) => events)) {
        if (fixed && speaksOf(found, fixed, record.summary))
          candidates.push({ key: `${found.name} ${record.id}`, evr: found.evr, fixed });
      }
    }
  }
  const orders = rpmCompare(candidates.map(({ evr, fixed }) => [evr, fixed]));
  const byKey = Map.groupBy(candidates.keys(), (i) => candidates[i]?.key ?? '');
  // A record that names several builds of one package has the fix in each: it matters to what is below all.
  const matches = [...byKey].filter(([, places]) => places.every((i) => (orders[i] ?? 0) < 0)).map(([key]) => key);
  return { matches: matches.toSorted(), above: byKey.size - matches.length };
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

const why = whyNoRpm() ?? whyNo(feeds);

describe.skipIf(why)(`an AlmaLinux image whose database rpm made${why ? ` (SKIPPED: ${why})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rpm-image-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let report: Report;
  beforeAll(async () => {
    const layout = join(folder, 'image');
    const release = [{ name: 'etc/os-release', body: osRelease }];
    writeOciLayout(layout, {
      layers: [{ entries: release }, { entries: rpmDatabase(installed), createdBy: 'RUN dnf install' }],
    });
    report = await scan(layout, { mirror: feeds, databasePath: join(folder, 'advisories.db'), cacheFolder: false });
  });

  it('lists what rpm installed', () => {
    const listed = report.packages.map(({ name, version, architecture, metadata }) => {
      if (metadata.kind !== 'rpm') throw new Error(`${name} is no rpm package`);
      const { sourceRpm, modularityLabel, vendor } = metadata;
      return { name, version, architecture, sourceRpm, modularityLabel, vendor };
    });
    const expected = installed.map(({ name, evr, architecture = 'x86_64', module, source = name }) => ({
      name,
      version: evr,
      architecture,
      sourceRpm: `${source}-${evrParts(evr).version}-${evrParts(evr).release}.src.rpm`,
      modularityLabel: module,
      vendor: 'AlmaLinux',
    }));
    expect(listed.toSorted(byName)).toEqual(expected.toSorted(byName));
    expect(report.distro).toMatchObject({ id: 'almalinux', ecosystem: 'AlmaLinux:9' });
    expect(new Set(report.packages.map(({ provenance }) => provenance?.introduced.createdBy))).toEqual(
      new Set(['RUN dnf install']),
    );
  });

  it('matches exactly the records that rpm itself finds newer', () => {
    const { matches, above } = impliedMatches();
    const found = report.findings.flatMap((finding) => {
      expect(finding.verdict).toBe('affected');
      return finding.evidence.map((evidence) => `${finding.package.name} ${evidence.found.advisory}`);
    });
    expect([...new Set(found)].toSorted()).toEqual(matches);
    expect(matches.length).toBeGreaterThan(30);
    expect(above).toBeGreaterThan(30);
    const names = new Set(matches.map((match) => match.split(' ')[0]));
    expect([names.has('xz'), names.has('zlib'), names.has('less')]).toEqual([true, false, false]);
  });

  it('says that all packages were assessed, with fixes only', () => {
    expect(report.coverage.ecosystems).toMatchObject([
      {
        ecosystem: 'AlmaLinux:9',
        packages: installed.length,
        assessed: installed.length,
        unassessed: [],
        sources: [{ name: 'osv', lists: 'fixes' }],
      },
    ]);
  });
});

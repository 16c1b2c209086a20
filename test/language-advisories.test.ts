// Packages of programming languages and the advisories on them, through the whole pipeline, from a mirror on disk: the
// records are in `images/language-flaws.json`.
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import { json } from '../src/report/json/json.ts';
import schema from '../src/report/report.schema.json' with { type: 'json' };
import { genuineFiles, genuineProgram } from './images/genuine.ts';
import {
  archive,
  debian12,
  dpkgInstalled,
  jar,
  nodeModule,
  npmLock,
  nugetLock,
  pythonPackage,
} from './images/language-files.ts';
import flaws from './images/language-flaws.json' with { type: 'json' };
import { writeMirror } from './images/mirror.ts';
import type { TarEntry } from './images/oci-image.ts';
import { newScanner } from './images/scanner.ts';

const { folder, image, judged } = newScanner('language-advisories');
const mirror = join(folder, 'mirror');
const site = 'opt/venv/lib/python3.12/site-packages';
const application: readonly TarEntry[] = [
  npmLock('srv/app', {
    only: { version: '1.0.0' },
    trial: { version: '1.0.0', dev: true },
    twice: { version: '1.0.0' },
  }),
  nodeModule('srv/app', 'leftpadd', '1.0.0'),
  nodeModule('srv/app', 'lastly', '1.2.0'),
  nodeModule('srv/app', 'nextly', '1.2.1'),
  nodeModule('srv/app', 'within', '1.9.9'),
  nodeModule('srv/app', 'beyond', '2.0.0'),
  nodeModule('srv/app', 'recalled', '1.0.0'),
  nodeModule('srv/app', 'commits', '1.4.9'),
  nodeModule('srv/app', 'hashes', '1.0.0'),
  nodeModule('srv/app', 'JSONStream', '1.0.0'),
  nodeModule('srv/app', 'twice', '1.0.0'),
  nodeModule('srv/other', 'twice', '1.0.0'),
  nodeModule('srv/third', 'twice', '2.0.0'),
  pythonPackage(site, 'paired', '1.0'),
  pythonPackage(site, 'zope.interface', '5.4'),
  pythonPackage(site, 'spelled', '1.0.0'),
  pythonPackage(site, 'unlisted', '1.0.1'),
  nugetLock('srv/net', { 'Newtonsoft.Json': '12.0.3', Fourfold: '1.2.0.0' }),
  jar('opt/lib.jar', 'org.example', 'lib', '1.0'),
  { name: 'usr/local/bin/harbour', body: genuineFiles('golang')['usr/local/bin/harbour'] ?? '' },
];

beforeAll(() => writeMirror(mirror, flaws.osv, flaws.tracker, flaws.secdb));

describe('flaws of packages of languages', () => {
  let report: Report;
  beforeAll(async () => {
    report = await judged(image([application]), mirror);
  });

  it('are exactly those that the records say, each once for a package', () => {
    const told = report.findings.map(
      ({ package: { name, version, presence = 'installed' }, vulnerability: { id }, verdict, fix }) =>
        `${name} ${version} ${presence}: ${id} ${verdict}, ${fix.version ?? fix.state}`,
    );
    expect(told.toSorted()).toEqual([
      'Fourfold 1.2.0.0 locked: GHSA-four-four-four affected, unknown',
      'Newtonsoft.Json 12.0.3 locked: GHSA-nuge-nuge-nuge affected, 13.0.1',
      'commits 1.4.9 installed: GHSA-both-both-both affected, 1.5.0',
      'example.com/harbour/app v1.4.2 installed: GO-2026-0003 affected, 1.5.0',
      'golang.org/x/text v0.3.2 installed: GHSA-goes-goes-goes affected, 0.3.7',
      'hashes 1.0.0 installed: GHSA-only-only-only unknown, unknown',
      'lastly 1.2.0 installed: GHSA-last-last-last affected, unknown',
      'leftpadd 1.0.0 installed: MAL-2026-1 affected, unknown',
      'only 1.0.0 locked: GHSA-lock-lock-lock affected, 9.0.0',
      'org.example:lib 1.0 installed: GHSA-mave-mave-mave affected, 1.1',
      'paired 1.0 installed: GHSA-pair-pair-pair affected, 2.0.1',
      'spelled 1.0.0 installed: PYSEC-2026-3 affected, unknown',
      'stdlib 1.21.13 installed: GO-2026-0002 affected, 1.22.0',
      'twice 1.0.0 installed: CVE-2026-1000 affected, 3.0.0',
      'twice 2.0.0 installed: CVE-2026-1000 affected, 3.0.0',
      'within 1.9.9 installed: GHSA-limi-limi-limi affected, not-fixed',
      'zope-interface 5.4 installed: PYSEC-2026-2 affected, 6',
    ]);
    expect(report.problems).toEqual([]);
  });

  it('a flaw has all its names, and every record that speaks of it as evidence', () => {
    const told = report.findings
      .filter(({ package: { name } }) => name === 'paired' || name === 'golang.org/x/text' || name === 'twice')
      .map(({ package: { version }, vulnerability: { id, aliases }, evidence }) => [
        version,
        id,
        aliases,
        evidence.map(({ found }) => found.advisory).toSorted(),
      ]);
    expect(told).toEqual([
      ['v0.3.2', 'GHSA-goes-goes-goes', ['GO-2026-0001'], ['GHSA-goes-goes-goes', 'GO-2026-0001']],
      ['1.0.0', 'CVE-2026-1000', ['GHSA-many-many-many'], ['GHSA-many-many-many']],
      ['2.0.0', 'CVE-2026-1000', ['GHSA-many-many-many'], ['GHSA-many-many-many']],
      ['1.0', 'GHSA-pair-pair-pair', ['PYSEC-2026-1'], ['GHSA-pair-pair-pair', 'PYSEC-2026-1']],
    ]);
  });

  it('malware is critical, and a severity is its publisher’s word', () => {
    const severities = new Map(
      report.findings.map(({ vulnerability: { id, severity } }) => [id, `${severity.label} by ${severity.by}`]),
    );
    expect([severities.get('MAL-2026-1'), severities.get('CVE-2026-1000')]).toEqual([
      'critical by openssf',
      'medium by github',
    ]);
  });

  it('all is assessed, and what is not judged is said', () => {
    const counts = report.coverage.ecosystems.map(({ ecosystem, packages, assessed, unassessed, sources }) => [
      ecosystem,
      packages,
      assessed,
      unassessed,
      sources.map(({ name, lists }) => `${name} ${lists}`),
    ]);
    const osv = ['osv disclosures'];
    expect(counts).toEqual([
      [
        'Go',
        7,
        6,
        [{ reason: 'version-unparsable', packages: 1, detail: expect.stringMatching(/^\(devel\)/) as string }],
        osv,
      ],
      ['Maven', 1, 1, [], osv],
      ['NuGet', 2, 2, [], osv],
      ['PyPI', 4, 4, [], osv],
      ['npm', 13, 13, [], osv],
    ]);
    expect(report.coverage.complete).toBe(false);
    expect(report.coverage.notes.join('\n')).toMatch(/only for development, none installed: 1; not judged/);
    expect(report.findings.filter(({ package: { name } }) => name === 'trial')).toEqual([]);
    expect(report.packages.filter(({ name }) => name === 'trial').length).toBe(1);
  });
});

describe('coverage', () => {
  const plain = [nodeModule('srv/app', 'twice', '1.0.0'), jar('opt/lib.jar', 'org.example', 'lib', '1.0')];
  const scanned = async (...more: readonly TarEntry[]): Promise<Report['coverage']> =>
    (await judged(image([[...plain, ...more]]), mirror)).coverage;

  it('is complete where every package is assessed', async () => {
    expect((await scanned()).complete).toBe(true);
  });

  it.each<[string, TarEntry, string, string]>([
    ['a guessed name', archive('opt/crane-2.3.jar', { 'org/wharf/crane/A.class': '' }), 'Maven', 'identity-guessed'],
    ['a version that is none', nodeModule('srv/app', 'odd', 'not-a-version'), 'npm', 'version-unparsable'],
    [
      'an ecosystem whose advisories are not there',
      { name: 'srv/php/composer.lock', body: '{"packages":[{"name":"acme/log","version":"1.2.3"}],"packages-dev":[]}' },
      'Packagist',
      'no-advisories',
    ],
    [
      'a format that no advisories speak of',
      { name: 'srv/pods/Podfile.lock', body: 'PODS:\n  - A (1.0)\n\nSPEC CHECKSUMS:\n  A: ab\n' },
      'cocoapods (no ecosystem)',
      'no-advisories',
    ],
  ])('is not with %s', async (_, entry, ecosystem, reason) => {
    const { complete, ecosystems } = await scanned(entry);
    const unassessed = ecosystems.flatMap((one) =>
      one.unassessed.map((left) => [one.ecosystem, left.reason, left.packages]),
    );
    expect([complete, unassessed]).toEqual([false, [[ecosystem, reason, 1]]]);
  });

  it('is not where a file could not be read, though all that was found is assessed', async () => {
    const { complete, ecosystems } = await scanned({ name: 'srv/app/package-lock.json', body: '{"packages":' });
    expect([complete, ecosystems.every(({ packages, assessed }) => packages === assessed)]).toEqual([false, true]);
  });

  it('an application without a version to compare is said', async () => {
    const program = { name: 'usr/local/bin/undated', body: genuineProgram('go1.16-pie') };
    const { ecosystems, notes } = await scanned(program);
    expect(notes.join('\n')).toMatch(/no version to compare: 1 \(example\.com\/harbour\/app is one\); not judged/);
    // What it was built with is judged; a module that a folder stands for has no version either.
    expect(ecosystems.find(({ ecosystem }) => ecosystem === 'Go')).toMatchObject({ packages: 6, assessed: 5 });
  });
});

describe('what Debian answers for', () => {
  const six: TarEntry = {
    name: 'usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO',
    body: 'Metadata-Version: 1.1\nName: six\nVersion: 1.16.0\n',
  };
  const base = [
    debian12,
    ...dpkgInstalled([{ name: 'python3-six', version: '1.16.0-4', source: 'six', files: [six] }]),
  ];
  const told = ({ findings }: Report): string[] =>
    findings.map(({ package: { name }, vulnerability: { id } }) => `${name} ${id}`);

  it('a package of Python that it ships is not judged apart, and this is said', async () => {
    const report = await judged(image([base]), mirror);
    expect(told(report)).toEqual([]);
    expect(report.coverage.complete).toBe(true);
    expect(report.coverage.ecosystems.map(({ ecosystem, packages }) => [ecosystem, packages])).toEqual([
      ['Debian:12', 1],
    ]);
    expect(report.coverage.notes.join('\n')).toMatch(/belong to packages of the distribution: 1; judged with these/);
  });

  it('once a layer changed it, it is judged by its own advisories', async () => {
    const changed = { ...six, body: `${String(six.body)}Summary: patched\n` };
    const report = await judged(image([base, [changed]]), mirror);
    expect(told(report)).toEqual(['six CVE-2026-2000', 'six PYSEC-2026-6']);
    expect(report.findings.map(({ package: { introduced } }) => introduced?.index)).toEqual([0, 0]);
  });
});

describe('what Alpine, which lists only fixed flaws, does not answer for', () => {
  it('is judged by its own advisories too, but a flaw that Alpine speaks of counts once', async () => {
    const path = 'usr/lib/python3.12/site-packages/six-1.16.0.dist-info/METADATA';
    const database = `P:py3-six\nV:1.16.0-r8\nA:noarch\no:py3-six\nF:${path.slice(0, path.lastIndexOf('/'))}\nR:METADATA\n\n`;
    const report = await judged(
      image([
        [
          { name: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.20.3\n' },
          { name: 'lib/apk/db/installed', body: database },
          { name: path, body: 'Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n' },
        ],
      ]),
      mirror,
    );
    expect(report.findings.map((found) => [found.package.name, found.vulnerability.id, found.fix.version])).toEqual([
      ['py3-six', 'CVE-2026-2000', '1.16.0-r9'],
      ['six', 'PYSEC-2026-6', undefined],
    ]);
    expect(report.packages.find(({ name }) => name === 'six')?.ownedBy).toMatch(/^pkg:apk\/alpine\/py3-six@/);
  });
});

describe('the report', () => {
  const layers = [application];
  it('is valid by its schema, with what depends on what', async () => {
    const deep: TarEntry = {
      name: 'srv/app/node_modules/parent/package.json',
      body: '{"name":"parent","version":"1.0.0","dependencies":{"twice":"*"},"optionalDependencies":{"lastly":"*"}}',
    };
    const report = await judged(image([...layers, [deep]]), mirror);
    expect(report.relationships).toContainEqual({
      kind: 'depends-on',
      from: 'pkg:npm/parent@1.0.0',
      to: 'pkg:npm/twice@1.0.0',
    });
    expect(report.relationships).toContainEqual({
      kind: 'depends-on',
      from: 'pkg:npm/parent@1.0.0',
      to: 'pkg:npm/lastly@1.2.0',
      scope: 'optional',
    });
    const text = json.present(report, { width: 80, color: false, verbose: false });
    const validate = new Ajv2020({ allErrors: true, validateFormats: false }).compile(schema);
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('is the same from the inventory that was kept', async () => {
    const path = image(layers);
    const cacheFolder = join(folder, 'inventories');
    const databasePath = join(folder, 'kept.db');
    const reports = [
      await judged(path, mirror, { cacheFolder, databasePath }),
      await judged(path, mirror, { cacheFolder, databasePath }),
    ];
    expect(reports.map(({ provenance }) => provenance.inventoryCached)).toEqual([false, true]);
    // That the mirror has no facts is told where they are asked for, at first use.
    const [first, second] = reports.map((report) => {
      const notes = report.coverage.notes.filter((note) => !note.startsWith('The facts of '));
      return { ...report, provenance: undefined, coverage: { ...report.coverage, notes } };
    });
    expect(second).toEqual(first);
    expect(first?.findings.length).toBeGreaterThan(10);
  });
});

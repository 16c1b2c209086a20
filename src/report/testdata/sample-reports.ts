import type { Severity, SeverityLabel, SourceRef } from '../../advisory/advisory.ts';
import type { Finding, PackageRef, Report, VexCitation } from '../../finding/finding.ts';
import type { LayerRef, Package } from '../../inventory/inventory.ts';

const digest = (byte: string): string => `sha256:${byte.repeat(32)}`;

const layers: readonly LayerRef[] = [
  { index: 0, diffId: digest('a0'), createdBy: '/bin/sh -c #(nop) ADD file:a5d32dc2ab15ff0d7dbd72af26e361eb1f3e87a0d29ec3a1ceab24ad7b3e6ba9 in / ' },
  { index: 1, diffId: digest('a1'), createdBy: 'RUN /bin/sh -c apt-get update && apt-get install -y openssl curl # buildkit' },
];
const [base, installed] = layers as [LayerRef, LayerRef];

const debian: SourceRef = {
  name: 'debian',
  url: 'https://security-tracker.debian.org/tracker/data/json',
  digest: digest('dd'),
  fetchedAt: '2026-08-23T04:00:00Z',
  publishedAt: '2026-08-22T18:00:00Z',
};

function deb(name: string, version: string, layer: LayerRef, source?: { name: string; version: string }): Package {
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64`;
  return {
    id: purl,
    name,
    version,
    ecosystem: 'Debian:12',
    type: 'deb',
    kind: 'binary',
    ...(source === undefined ? {} : { source }),
    architecture: 'amd64',
    purl,
    locations: [{ path: '/var/lib/dpkg/status', layer }],
    licenses: [],
    foundBy: 'dpkg',
    provenance: { introduced: layer, changed: layer },
    metadata: { kind: 'dpkg', status: 'install ok installed', maintainer: 'Debian Maintainers', section: 'libs' },
  };
}

function refTo({ id, name, version, type, purl, source, provenance }: Package): PackageRef {
  return {
    id,
    name,
    version,
    type,
    purl,
    ...(source === undefined ? {} : { source }),
    path: '/var/lib/dpkg/status',
    ...(provenance === undefined ? {} : { introduced: provenance.introduced }),
  };
}

const word = (label: SeverityLabel, value: string): Severity => ({ label, scheme: 'debian-urgency', value, by: 'debian' });

interface Flaw {
  readonly id: string;
  readonly severity: Severity;
  readonly summary?: string;
  readonly fix: Finding['fix'];
  readonly advisory?: string;
  readonly unknownReason?: string;
  readonly known?: Partial<Finding['vulnerability']>;
  readonly vex?: VexCitation;
}

function flawIn(carrier: Package, { id, severity, summary, fix, advisory, unknownReason, known, vex }: Flaw): Finding {
  const version = carrier.source?.version ?? carrier.version;
  const range = fix.version === undefined ? 'all versions' : `< ${fix.version}`;
  return {
    kind: 'vulnerability',
    id: `${id}@${carrier.name}`,
    verdict: unknownReason === undefined ? 'affected' : 'unknown',
    ...(unknownReason === undefined ? {} : { unknownReason }),
    package: refTo(carrier),
    vulnerability: {
      id,
      aliases: [],
      ...(summary === undefined ? {} : { summary }),
      severity,
      ratings: [severity],
      weaknesses: [],
      references: [{ type: 'advisory', url: `https://security-tracker.debian.org/tracker/${id}` }],
      published: '2024-01-25T00:00:00Z',
      ...known,
    },
    ...(vex === undefined ? {} : { vex }),
    fix,
    evidence: [
      {
        matcher: 'source-package',
        searchedBy: { ecosystem: 'Debian:12', name: carrier.source?.name ?? carrier.name, version },
        found: { advisory: advisory ?? id, source: debian, status: 'affected' },
        range,
        comparison: fix.version === undefined ? `${version} in all versions (dpkg)` : `${version} < ${fix.version} (dpkg)`,
        verdict: unknownReason === undefined ? 'affected' : 'unknown',
      },
    ],
  };
}

const opensslSource = { name: 'openssl', version: '3.0.11-1~deb12u2' };
const openssl = deb('openssl', '3.0.11-1~deb12u2', installed, opensslSource);
const libssl = deb('libssl3', '3.0.11-1~deb12u2', base, opensslSource);
const bash = deb('bash', '5.2.15-2+b2', base, { name: 'bash', version: '5.2.15-2' });
const curl = deb('curl', '7.88.1-10+deb12u5', installed);
const agent = deb('vendor-agent', '7.50.0_beta!1', installed);

const citation: VexCitation = {
  status: 'under_investigation',
  text: 'We are looking at it',
  author: 'Example Inc.',
  document: 'vex/app.openvex.json',
  digest: `sha256:${'e'.repeat(64)}`,
  statement: 1,
  signature: 'unverified',
};

const pkcs12: Flaw = {
  id: 'CVE-2024-0727',
  severity: word('medium', 'medium'),
  summary: 'A file in PKCS12 format with a missing field makes OpenSSL read through a null pointer and stop the program that parses it',
  fix: { state: 'fixed', version: '3.0.13-1~deb12u1', appliesTo: 'source' },
  advisory: 'DSA-5764-1',
  known: {
    exploited: { added: '2024-02-01', due: '2024-02-22', ransomware: true },
    prediction: { score: 0.0213, percentile: 0.84, date: '2026-08-21' },
    weaknesses: ['CWE-476'],
  },
  vex: citation,
};
const poly: Flaw = {
  id: 'CVE-2023-6129',
  severity: word('critical', 'high'),
  summary: 'POLY1305 on PowerPC corrupts vector registers',
  fix: { state: 'fixed', version: '3.0.13-1~deb12u1', appliesTo: 'source' },
};
const cookies: Flaw = {
  id: 'CVE-2023-46218',
  severity: word('high', 'high'),
  fix: { state: 'will-not-fix', note: 'Minor issue' },
};
const history: Flaw = { id: 'CVE-2022-3715', severity: word('unknown', 'not yet assigned'), fix: { state: 'not-fixed' } };
const unreadable: Flaw = {
  id: 'CVE-2024-1111',
  severity: word('high', 'high'),
  fix: { state: 'fixed', version: '7.51.0', appliesTo: 'source' },
  unknownReason: 'the version 7.50.0_beta!1 breaks the grammar: "!" is not allowed',
};

const base0 = {
  schemaVersion: '1',
  subject: {
    kind: 'image',
    reference: 'oci-archive:build/app.tar:latest',
    digest: digest('4f'),
    configDigest: digest('cf'),
    platform: 'linux/amd64',
    layers,
    entries: 6_422,
  },
  distro: {
    id: 'debian',
    name: 'Debian GNU/Linux 12 (bookworm)',
    versionId: '12',
    codename: 'bookworm',
    like: [],
    source: '/usr/lib/os-release',
    ecosystem: 'Debian:12',
  },
  runs: [{ cataloger: 'dpkg', status: 'ok', packages: 5 }],
  provenance: {
    tool: { name: 'seaworthy', version: '0.1.0' },
    createdAt: '2026-11-24T09:30:00Z',
    database: { digest: digest('db'), builtAt: '2026-08-23T04:10:00Z', starter: false, exploited: '2026-08-22' },
    inventoryCached: false,
  },
} as const;

const source = { ...debian, lists: 'disclosures', advisories: 31_234 } as const;

/** A Debian image with flaws of all kinds, one package that can't be told, and two problems. */
const flawed: Report = {
  ...base0,
  packages: [bash, curl, libssl, openssl, agent],
  relationships: [],
  suppressed: [
    {
      finding: flawIn(curl, { ...history, id: 'CVE-2023-38545' }),
      vex: {
        ...citation,
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
        text: 'SOCKS5 is off',
        otherwise: [{ status: 'affected', document: 'vex/old.openvex.json', statement: 0, timestamp: '2026-01-02T00:00:00Z' }],
      },
    },
  ],
  vex: {
    passedOver: [
      { place: 'image', because: 'none-there' },
      { place: 'vex/cut.json', because: 'not-json' },
      { place: 'vex/package.json', because: 'not-vex' },
    ],
    documents: [
      { id: 'https://example.test/vex/1', format: 'openvex', place: 'vex/app.openvex.json', digest: citation.digest, statements: 3, unread: ['statement 4: it names no product'] },
    ],
    unmatched: [
      { document: 'vex/app.openvex.json', statement: 2, flaw: 'CVE-2023-5678', product: 'pkg:deb/debian/openssl@3.0.9-1', because: 'other-version' },
    ],
  },
  findings: [
    flawIn(bash, history),
    flawIn(curl, cookies),
    flawIn(openssl, pkcs12),
    flawIn(openssl, poly),
    flawIn(libssl, pkcs12),
    flawIn(libssl, poly),
    flawIn(agent, unreadable),
  ],
  coverage: {
    complete: false,
    ecosystems: [
      {
        ecosystem: 'Debian:12',
        packages: 5,
        assessed: 4,
        unassessed: [{ reason: 'version-unparsable', packages: 1, detail: 'vendor-agent 7.50.0_beta!1' }],
        sources: [source],
      },
    ],
    notes: ['Files that no package manager brought are not assessed.'],
  },
  problems: [
    {
      code: 'corrupt',
      message: 'A stanza has no Package field',
      detail: 'line 4021',
      path: '/var/lib/dpkg/status',
      layer: 1,
      by: 'dpkg',
      lossy: true,
    },
    { code: 'unsupported', message: 'A device file was passed over', path: '/dev/null', by: 'image', lossy: false },
  ],
};

const clean: Report = {
  ...base0,
  runs: [{ cataloger: 'dpkg', status: 'ok', packages: 2 }],
  packages: [bash, curl],
  relationships: [],
  suppressed: [],
  findings: [],
  coverage: {
    complete: true,
    ecosystems: [{ ecosystem: 'Debian:12', packages: 2, assessed: 2, unassessed: [], sources: [source] }],
    notes: [],
  },
  problems: [],
};

/** Nothing found, but two ecosystems were looked at with less than everything. */
const partial: Report = {
  ...base0,
  runs: [{ cataloger: 'dpkg', status: 'partial', packages: 3 }],
  packages: [bash, curl, agent],
  relationships: [],
  suppressed: [],
  findings: [],
  coverage: {
    complete: false,
    ecosystems: [
      {
        ecosystem: 'AlmaLinux:9',
        packages: 2,
        assessed: 2,
        unassessed: [],
        sources: [{ ...source, name: 'osv', lists: 'fixes', advisories: 1, publishedAt: '2026-11-24T01:00:00Z' }],
      },
      {
        ecosystem: 'unknown',
        packages: 1,
        assessed: 0,
        unassessed: [{ reason: 'distro-unknown', packages: 1 }],
        sources: [],
      },
    ],
    notes: [],
  },
  problems: [],
};

const starterCoverage: Report['coverage'] = {
  complete: false,
  ecosystems: [
    {
      ecosystem: 'Debian:12',
      packages: 2,
      assessed: 0,
      unassessed: [{ reason: 'starter-only', packages: 2 }],
      sources: [{ ...source, name: 'starter', lists: 'starter', advisories: 60 }],
    },
  ],
  notes: [],
};
const starterProvenance = { ...base0.provenance, database: { ...base0.provenance.database, starter: true } };

const starterEmpty: Report = {
  ...clean,
  coverage: starterCoverage,
  provenance: starterProvenance,
};

const starterFlawed: Report = {
  ...starterEmpty,
  packages: [libssl, openssl],
  relationships: [],
  suppressed: [],
  findings: [flawIn(openssl, pkcs12), flawIn(libssl, pkcs12)],
};

/** A file system with nothing in it that any cataloger knows. */
const empty: Report = {
  schemaVersion: '1',
  subject: { kind: 'rootfs', reference: 'rootfs:scratch', layers: [], entries: 0 },
  packages: [],
  relationships: [],
  suppressed: [],
  findings: [],
  coverage: { complete: false, ecosystems: [], notes: ['No package manager was found.'] },
  runs: [],
  problems: [],
  provenance: {
    tool: { name: 'seaworthy', version: '0.1.0' },
    createdAt: '2026-11-24T09:30:00Z',
    inventoryCached: false,
  },
};

const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\n\u202eexe.gpj\u200b';
const trojan: Package = { ...deb(`lib${evil}`, `1.0${evil}`, { ...base, createdBy: `RUN echo ${evil}` }), source: { name: `src${evil}`, version: `1${evil}` } };

/** Every text that an image or a feed controls holds escape sequences. */
const hostile: Report = {
  ...base0,
  subject: { ...base0.subject, reference: `oci:${evil}` },
  distro: { ...base0.distro, name: `Debian ${evil}` },
  runs: [{ cataloger: 'dpkg', status: 'ok', packages: 1 }],
  packages: [trojan],
  relationships: [],
  suppressed: [],
  findings: [
    flawIn(trojan, { ...pkcs12, id: `CVE-${evil}`, summary: `Title ${evil}`, fix: { state: 'fixed', version: evil, note: evil }, advisory: evil }),
    flawIn(trojan, { ...unreadable, unknownReason: evil }),
  ],
  coverage: {
    complete: false,
    ecosystems: [
      {
        ecosystem: evil,
        packages: 1,
        assessed: 0,
        unassessed: [{ reason: 'no-advisories', packages: 1, detail: evil }],
        sources: [{ ...source, name: evil, url: evil, digest: evil, publishedAt: evil }],
      },
    ],
    notes: [evil],
  },
  problems: [{ code: 'corrupt', message: evil, detail: evil, path: evil, by: evil, lossy: true }],
};

/** Reports that stand for what a user can get, by name. */
export const sampleReports: Readonly<
  Record<'flawed' | 'clean' | 'partial' | 'starter-empty' | 'starter-flawed' | 'empty' | 'hostile', Report>
> = {
  flawed,
  clean,
  partial,
  'starter-empty': starterEmpty,
  'starter-flawed': starterFlawed,
  empty,
  hostile,
};

// VEX on a real image: documents of all formats and places, and what a user sees of them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitOf } from '../src/cli/exit.ts';
import type { Report } from '../src/finding/finding.ts';
import { table } from '../src/report/table/table.ts';
import { scan } from '../src/scan/scan.ts';
import { digestOf, writeOciLayout } from './images/oci-image.ts';
import { haveRegistry, startRegistry } from './registry/start-registry.ts';

const example = join(import.meta.dirname, '../examples/debian-outdated.tar');
const folder = mkdtempSync(join(tmpdir(), 'vex-image-'));
const at = (path: string): string => join(folder, path);
afterAll(() => rmSync(folder, { recursive: true }));

const settings = { env: {}, home: folder, systemFolder: folder, userAgent: 'test', plainHttp: true };

type Json = Readonly<Record<string, unknown>>;

const scanned = (reference: string, ...vex: readonly string[]): Promise<Report> =>
  scan(reference, { offline: true, databasePath: at('none.db'), cacheFolder: false, vex, registry: settings });

function write(path: string, value: Json): string {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), JSON.stringify(value));
  return at(path);
}

const statement = (flaw: string, product: Json | string, status = 'not_affected', more: Json = {}): Json => ({
  vulnerability: { name: flaw },
  products: [typeof product === 'string' ? { '@id': product } : product],
  status,
  ...more,
});
const openvex = (...statements: Json[]): Json => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.test/vex/1',
  author: 'Example',
  timestamp: '2026-01-01T00:00:00Z',
  version: 1,
  statements,
});

/** `CVE in package` of what is left, and of what is suppressed. */
const left = ({ findings }: Report): string[] =>
  findings.map(({ vulnerability: { id }, package: { name } }) => `${id} ${name}`);
const suppressed = ({ suppressed: some }: Report): string[] =>
  some.map(({ finding: { vulnerability, package: found } }) => `${vulnerability.id} ${found.name}`);

let plain: Report;
beforeAll(async () => {
  plain = await scanned(example);
});

const git = 'pkg:deb/debian/git@1:2.30.2-1%2Bdeb11u2?arch=source&distro=bullseye';
const formats: readonly (readonly [string, Json])[] = [
  ['OpenVEX', openvex(statement('CVE-2024-32002', git, 'not_affected', { justification: 'component_not_present' }))],
  [
    'OpenVEX 0.0.1',
    {
      '@context': 'https://openvex.dev/ns',
      '@id': 'https://example.test/vex/2',
      statements: [{ vulnerability: 'CVE-2024-32002', products: [git], status: 'fixed' }],
    },
  ],
  [
    'CycloneDX',
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      vulnerabilities: [{ id: 'CVE-2024-32002', analysis: { state: 'not_affected' }, affects: [{ ref: git }] }],
    },
  ],
  [
    'CSAF',
    {
      document: { csaf_version: '2.0', category: 'csaf_vex', tracking: { id: 'X-1' } },
      product_tree: {
        full_product_names: [{ product_id: 'git', name: 'git', product_identification_helper: { purl: git } }],
      },
      vulnerabilities: [
        {
          cve: 'CVE-2024-32002',
          product_status: { known_not_affected: ['git'] },
          flags: [{ label: 'vulnerable_code_not_present', product_ids: ['git'] }],
        },
      ],
    },
  ],
];

describe('the example image', () => {
  it.each(formats)('%s settles the flaw in both packages of git, and no other', async (name, document) => {
    const report = await scanned(example, write(`${name}.json`, document));
    expect(suppressed(report)).toEqual(['CVE-2024-32002 git-man', 'CVE-2024-32002 git']);
    expect(left(report)).toEqual(left(plain).filter((line) => !line.startsWith('CVE-2024-32002')));
    expect(report.vex?.unmatched).toEqual([]);
  });

  it('whatever is said, the report obeys its schema', async () => {
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../src/report/report.schema.json'), 'utf8'));
    const validate = new Ajv2020({ strict: false, formats: { 'date-time': true, date: true, uri: true } }).compile(
      schema,
    );
    mkdirSync(at('mixed'), { recursive: true });
    const documents = [
      openvex(
        statement('CVE-2024-32002', git, 'not_affected'),
        statement('CVE-2024-32002', 'pkg:deb/debian/git@1', 'fixed'),
        statement('CVE-2024-32002', 'pkg:deb/ubuntu/git', 'affected', { action_statement: 'update' }),
        statement('CVE-2025-48384', 'git', 'not_affected'),
        statement('CVE-2025-48384', git, 'under_investigation'),
        { status: 'odd' },
      ),
      { ...openvex(statement('CVE-2024-32002', git, 'affected')), timestamp: '2025-01-01T00:00:00Z' },
    ];
    for (const [index, document] of documents.entries()) write(`mixed/${index}.json`, document);
    write('mixed/package.json', { name: 'x' });
    const report = await scanned(example, at('mixed'), 'image');
    expect([validate(JSON.parse(JSON.stringify(report))), validate.errors]).toEqual([true, null]);
    expect(report.vex?.unmatched.map(({ because, product }) => [because, product])).toEqual([
      ['other-version', 'pkg:deb/debian/git@1'],
      ['other-namespace', 'pkg:deb/ubuntu/git'],
      ['unidentified', 'git'],
    ]);
    expect(report.vex?.passedOver.map(({ because }) => because)).toEqual(['not-vex', 'none-there']);
    expect(report.suppressed[0]?.vex.otherwise).toMatchObject([{ status: 'affected', document: at('mixed/1.json') }]);
    const text = table.present(report, { width: 100, color: false, verbose: true });
    for (const line of [
      'VEX: 2 findings settled by 6 statements of 2 documents, signatures not verified',
      'attached to the image: no VEX document found',
      'not_affected, says Example',
      'but affected, says',
      'no match: CVE-2025-48384 in git: it names products neither by package URL nor by digest',
      'a package of that name is here, in another namespace',
    ])
      expect(text.replaceAll(/\n +/g, ' ')).toContain(line);
  });

  it('terminal escapes in statements are shown, not obeyed', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u202e';
    const document = openvex(
      statement('CVE-2024-32002', git, 'not_affected', { impact_statement: evil, justification: evil }),
      statement(`CVE-1${evil}`, `pkg:deb/debian/${evil}`),
      statement('CVE-1', evil),
    );
    const report = await scanned(example, write('evil.json', { ...document, author: evil }));
    for (const verbose of [true, false]) {
      const text = table.present(report, { width: 80, color: false, verbose });
      for (const character of ['\u001b', '\u0007', '\u202e']) expect(text).not.toContain(character);
    }
  });
});

describe('the exit code after suppression', () => {
  it.each<[string, readonly string[], number]>([
    ['findings are left', ['CVE-2024-32002'], 1],
    // Only the starter set was asked: that nothing is left says nothing of what it does not know.
    ['nothing is left, but not all was assessed', [], 3],
  ])('%s', async (_, some, code) => {
    const flaws = some.length > 0 ? some : [...new Set(plain.findings.map(({ vulnerability: { id } }) => id))];
    const image = `pkg:oci/example@${plain.subject.digest}`;
    const report = await scanned(example, write('exit.json', openvex(...flaws.map((flaw) => statement(flaw, image)))));
    expect(exitOf(report, 'any').code).toBe(code);
    expect(report.findings.length + report.suppressed.length).toBe(plain.findings.length);
  });

  it('0 when everything was assessed and all that was found is settled', () => {
    const findings = plain.findings.slice(0, 0);
    expect(exitOf({ findings, coverage: { ...plain.coverage, complete: true } }, 'any').code).toBe(0);
  });
});

const status = 'Package: git\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.30.2-1+deb11u2\n';
const entries = [
  { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="11"\nVERSION_CODENAME=bullseye\n' },
  { name: 'var/lib/dpkg/status', body: status },
];

describe('documents attached to an image', () => {
  const document = openvex(statement('CVE-2024-32002', git));
  const inToto = {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://openvex.dev/ns/v0.2.0',
    predicate: document,
  };
  const dsse = {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(inToto)).toString('base64'),
    signatures: [],
  };

  /** Puts an artifact into a layout whose image is the first of its index. */
  function attach(
    path: string,
    layer: Json,
    pointing: (image: string) => { manifest?: Json; annotations?: Json },
  ): void {
    const index = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')) as { manifests: { digest: string }[] };
    const put = (value: Json): { digest: string; size: number } => {
      const bytes = Buffer.from(JSON.stringify(value));
      writeFileSync(join(path, 'blobs/sha256', digestOf(bytes).slice(7)), bytes);
      return { digest: digestOf(bytes), size: bytes.length };
    };
    const { manifest, annotations } = pointing(index.manifests[0]?.digest ?? '');
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...put({}) };
    const layers = [{ mediaType: 'application/vnd.in-toto+json', ...put(layer) }];
    const artifact = put({ schemaVersion: 2, mediaType, config, layers, ...manifest });
    index.manifests.push({
      mediaType,
      ...artifact,
      ...(annotations && { annotations }),
      ...(manifest === undefined && { platform: { os: 'unknown', architecture: 'unknown' } }),
    } as { digest: string });
    writeFileSync(join(path, 'index.json'), JSON.stringify(index));
  }

  it.each<[string, boolean, Json, (image: string) => { manifest?: Json; annotations?: Json }]>([
    [
      'as a referrer (OCI 1.1)',
      false,
      document,
      (digest) => ({
        manifest: { artifactType: 'application/vnd.openvex+json', subject: { digest } },
        annotations: { 'org.opencontainers.image.ref.name': 'vex' },
      }),
    ],
    [
      'as an attestation of BuildKit',
      false,
      inToto,
      (digest) => ({
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest },
      }),
    ],
    [
      "under cosign's tag",
      false,
      dsse,
      (digest) => ({ annotations: { 'org.opencontainers.image.ref.name': `${digest.replace(':', '-')}.att` } }),
    ],
    [
      'as a Sigstore bundle on the index of all platforms',
      true,
      { dsseEnvelope: dsse },
      (digest) => ({
        manifest: { subject: { digest } },
        annotations: { 'org.opencontainers.image.ref.name': 'bundle' },
      }),
    ],
  ])('%s', async (name, nested, layer, pointing) => {
    const path = at(`attached ${name}`);
    writeOciLayout(path, { layers: [{ entries }] }, { nested });
    expect(suppressed(await scanned(`oci:${path}:latest`))).toEqual([]);
    attach(path, layer, pointing);
    const report = await scanned(`oci:${path}:latest`, 'image');
    expect(suppressed(report)).toEqual(['CVE-2024-32002 git']);
    expect(report.suppressed[0]?.vex.document).toMatch(/^sha256:/);
    // Nothing that lies beside the image is believed unasked.
    expect(suppressed(await scanned(`oci:${path}:latest`))).toEqual([]);
  });
});

describe('documents that cannot be used', () => {
  const deep = `{"@context":"https://openvex.dev/ns","statements":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  const wide = `{"@context":"https://openvex.dev/ns","statements":[${'{},'.repeat(100_000)}{}]}`;
  it.each([
    ['deep JSON', deep, 1],
    ['very many broken statements', wide, 100_001],
  ])('%s: read, and its statements told', async (name, text, unread) => {
    writeFileSync(at(`${name}.json`), text);
    const report = await scanned(example, at(`${name}.json`));
    expect(report.vex?.documents[0]?.unread).toHaveLength(unread);
    const lines = table.present(report, { width: 200, color: false, verbose: false }).split('\n');
    expect(lines.filter((line) => line.includes('not understood in')).length).toBeLessThanOrEqual(4);
  });
  it('a path that is not there ends the scan before anything is assessed', async () => {
    await expect(scanned(example, at('absent.json'))).rejects.toMatchObject({ name: 'VexError', code: 'unreadable' });
  });
});

describe.skipIf(!haveRegistry)('an image in a registry, by name (needs docker-registry and skopeo)', () => {
  it('by repository and tag, not by another; a statement by digest goes before', async () => {
    const registry = await startRegistry();
    try {
      const path = at('named');
      writeOciLayout(path, { layers: [{ entries }] });
      await registry.push(`${path}:latest`, 'team/app:1');
      const reference = `${registry.host}/team/app:1`;
      const by = (product: string): string =>
        write(
          'by-name.json',
          openvex(statement('CVE-2024-32002', { '@id': product, subcomponents: [{ '@id': git }] })),
        );
      const purl = `pkg:oci/app?repository_url=${registry.host}/team/app`;
      const first = await scanned(reference, by(purl));
      expect(suppressed(first)).toEqual(['CVE-2024-32002 git']);
      expect(suppressed(await scanned(reference, by(`${purl}&tag=1`)))).toEqual(['CVE-2024-32002 git']);
      expect(suppressed(await scanned(reference, by(`${purl}&tag=2`)))).toEqual([]);
      const other = by(`pkg:oci/app?repository_url=${registry.host}/other/app`);
      expect(suppressed(await scanned(reference, other))).toEqual([]);
      const file = await scanned(`oci:${path}:latest`, by(purl));
      expect(file.vex?.unmatched.map(({ because }) => because)).toEqual(['named-image']);
      const exact = openvex(
        statement('CVE-2024-32002', `pkg:oci/app@${first.subject.digest}`, 'affected', {
          timestamp: '2025-01-01T00:00:00Z',
        }),
      );
      const both = await scanned(reference, by(purl), write('by-digest.json', exact));
      expect(suppressed(both)).toEqual([]);
    } finally {
      await registry.close();
    }
  }, 20_000);
});

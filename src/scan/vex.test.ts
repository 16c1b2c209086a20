import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../finding/finding.ts';
import type { Image } from '../image/image.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import { parsePurl } from '../purl/purl.ts';
import { applyVex } from './vex.ts';
import { readDocuments } from './vex-documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-vex-'));
const at = (path: string): string => join(folder, path);

function document(id: string, product: string, status = 'not_affected', flaw = 'CVE-2026-1'): object {
  const statement = { vulnerability: { name: flaw }, products: [{ '@id': product }], status };
  return { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': id, author: 'Maker', statements: [statement] };
}

const files: Record<string, unknown> = {
  'one.json': document('one', 'pkg:deb/debian/foo'),
  'many/a/one.json': document('one', 'pkg:deb/debian/foo'),
  'many/two.json': document('two', 'pkg:deb/debian/bar'),
  'many/other.json': { name: 'not VEX' },
  'many/readme.txt': 'x',
  'hub/index.json': {
    packages: [
      { id: 'pkg:deb/debian/foo', location: 'pkg/foo.json' },
      { id: 'pkg:deb/debian/absent', location: 'pkg/absent.json' },
      { id: 'pkg:deb/debian/foo', location: '../one.json' },
      null,
    ],
  },
  'hub/pkg/foo.json': document('foo', 'pkg:deb/debian/foo'),
};

beforeAll(() => {
  for (const [path, value] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), JSON.stringify(value));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const dsse = {
  payload: Buffer.from(
    JSON.stringify({
      predicateType: 'https://openvex.dev/ns/v0.2.0',
      predicate: document('att', 'pkg:deb/debian/foo'),
    }),
  ).toString('base64'),
};
const attachment = (value: unknown) => ({
  digest: 'sha256:1',
  mediaType: 'x',
  bytes: Buffer.from(JSON.stringify(value)),
});
const image = {
  kind: 'layered',
  attachments: async () => [
    attachment(dsse),
    attachment({ predicateType: 'https://slsa.dev/provenance/v1', predicate: {} }),
    attachment(7),
  ],
} as unknown as Image;
const purls = ['pkg:deb/debian/foo@1?arch=amd64'].map(parsePurl).filter((purl) => purl !== undefined);

describe('documents are read from', () => {
  it.each([
    ['a file', ['one.json'], ['one']],
    ['a folder, what is no VEX passed over', ['many'], ['one', 'two']],
    ['a repository: only those on what is in the image, none from outside', ['hub'], ['foo']],
    ['two places', ['one.json', 'hub'], ['one', 'foo']],
  ])('%s', async (_, places, expected) => {
    expect((await readDocuments(places.map(at), image, purls)).documents.map(({ id }) => id)).toEqual(expected);
  });
  it('what is attached to the image', async () => {
    expect(await readDocuments(['image'], image, purls)).toMatchObject({
      documents: [{ id: 'att', place: 'sha256:1' }],
      passedOver: [],
    });
  });
  it.each<[string, unknown]>([
    ['a Sigstore bundle', { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: dsse }],
    [
      'a statement without envelope',
      { predicateType: 'https://openvex.dev/ns', predicate: document('att', 'pkg:npm/a') },
    ],
    [
      'a bill of materials that speaks of flaws',
      {
        predicateType: 'https://cyclonedx.org/bom',
        predicate: { bomFormat: 'CycloneDX', serialNumber: 'att', vulnerabilities: [] },
      },
    ],
  ])('what is attached to the image in %s', async (_, value) => {
    const attached = { ...image, attachments: async () => [attachment(value)] } as Image;
    expect((await readDocuments(['image'], attached, purls)).documents.map(({ id }) => id)).toEqual(['att']);
  });
  it('what is attached, though none of it is VEX', async () => {
    const attached = {
      ...image,
      attachments: async () => [
        attachment({ predicateType: 'https://cyclonedx.org/bom', predicate: {} }),
        attachment({}),
      ],
    } as Image;
    expect(await readDocuments(['image'], attached, purls)).toEqual({
      documents: [],
      passedOver: [
        { place: 'sha256:1', because: 'not-vex' },
        { place: 'image', because: 'none-there' },
      ],
    });
  });
  it('a folder with links, as a ConfigMap is mounted, once; damaged files are told', async () => {
    mkdirSync(at('map/..data'), { recursive: true });
    writeFileSync(at('map/..data/a.json'), JSON.stringify(document('linked', 'pkg:npm/a')));
    writeFileSync(at('map/cut.json'), '{"@context":"https://openvex.dev/ns');
    symlinkSync('..data/a.json', at('map/a.json'));
    symlinkSync('.', at('map/again'));
    symlinkSync('gone.json', at('map/dangling.json'));
    const { documents, passedOver } = await readDocuments([at('map')], image, purls);
    expect(documents.map(({ id }) => id)).toEqual(['linked']);
    expect(passedOver).toEqual([{ place: at('map/cut.json'), because: 'not-json' }]);
  });
  it('a folder or repository in which there is none: that is told', async () => {
    mkdirSync(at('empty'));
    mkdirSync(at('hub2'));
    const packages = [
      { id: 'pkg:oci/trivy?repository_url=ghcr.io/aquasecurity/trivy', location: 'a' },
      { id: 'foo', location: 'b' },
      { id: 'pkg:deb/debian/foo', location: '../one.json' },
      { id: 'pkg:deb/debian/elsewhere', location: 'c' },
    ];
    writeFileSync(at('hub2/index.json'), JSON.stringify({ packages }));
    expect(await readDocuments([at('empty'), at('hub2')], image, purls)).toEqual({
      documents: [],
      passedOver: [
        { place: at('empty'), because: 'none-there' },
        { place: `${at('hub2')}: pkg:oci/trivy?repository_url=ghcr.io/aquasecurity/trivy`, because: 'named-image' },
        { place: `${at('hub2')}: foo`, because: 'bad-entry' },
        { place: `${at('hub2')}: pkg:deb/debian/foo`, because: 'bad-entry' },
        { place: at('hub2'), because: 'none-there' },
      ],
    });
  });
  it('not a document larger than any: its bytes are not even read', async () => {
    writeFileSync(at('huge.json'), '');
    truncateSync(at('huge.json'), 200 * 1024 * 1024);
    await expect(readDocuments([at('huge.json')], image, purls)).rejects.toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
    await expect(readDocuments(['/dev/zero'], image, purls)).rejects.toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
  });
  it.each([
    ['absent.json', 'unreadable'],
    ['many/other.json', 'not-vex'],
  ])('not from %s: %s', async (place, code) => {
    await expect(readDocuments([at(place)], image, purls)).rejects.toThrow(
      expect.objectContaining({ code, subject: at(place) }),
    );
  });
});

const layer = { index: 0, diffId: '' };
const packageOf = (name: string): Package => ({
  id: `pkg:deb/debian/${name}@1?arch=amd64&distro=debian-12`,
  name,
  version: '1',
  type: 'deb',
  kind: 'binary',
  source: { name: 'src', version: '1-1' },
  purl: `pkg:deb/debian/${name}@1?arch=amd64&distro=debian-12`,
  locations: [{ path: '/var/lib/dpkg/status', layer }],
  licenses: [],
  foundBy: 'dpkg',
  metadata: { kind: 'dpkg' },
});
const inventory: Inventory = {
  subject: { kind: 'image', reference: 'x', layers: [], entries: 1 },
  distro: { id: 'debian', name: 'Debian', codename: 'bookworm', like: [], source: '/etc/os-release' },
  packages: [packageOf('foo'), packageOf('bar')],
  ownership: [],
  relationships: [],
  runs: [],
  problems: [],
};
const findingIn = (found: Package): Finding => ({
  kind: 'vulnerability',
  id: `CVE-2026-1|${found.name}`,
  verdict: 'affected',
  package: { id: found.id, name: found.name, version: found.version, type: found.type, purl: found.purl },
  vulnerability: {
    id: 'CVE-2026-1',
    aliases: [],
    severity: { label: 'high', scheme: 'x', value: 'x', by: 'x' },
    ratings: [],
    weaknesses: [],
    references: [],
  },
  fix: { state: 'not-fixed' },
  evidence: [],
});

/** What is left, with its VEX status; what is suppressed; what matched nothing. */
async function told(product: string, status?: string, flaw?: string): Promise<string[][]> {
  writeFileSync(at('asked.json'), JSON.stringify(document('asked', product, status, flaw)));
  const findings = inventory.packages.map(findingIn);
  const outcome = applyVex(findings, await readDocuments([at('asked.json')], image, purls), inventory);
  return [
    outcome.findings.map(({ package: { name }, vex }) => (vex === undefined ? name : `${name} ${vex.status}`)),
    outcome.suppressed.map(({ finding, vex }) => `${finding.package.name} ${vex.status} by ${vex.author}`),
    outcome.use?.unmatched.map(({ because }) => because) ?? [],
  ];
}

it('says what else was said of a finding: the newest counts, and of equally old ones what does not settle', async () => {
  const said = (status: string, timestamp?: string) => ({
    ...document('x', 'pkg:deb/debian/foo', status),
    timestamp,
  });
  const outcome = async (...documents: object[]) => {
    const places = documents.map((value, index) => {
      writeFileSync(at(`said-${index}.json`), JSON.stringify(value));
      return at(`said-${index}.json`);
    });
    const { suppressed, findings } = applyVex(
      inventory.packages.map(findingIn).slice(0, 1),
      await readDocuments(places, image, purls),
      inventory,
    );
    const vex = suppressed[0]?.vex ?? findings[0]?.vex;
    return [suppressed.length, vex?.status, vex?.otherwise?.map(({ status }) => status)];
  };
  const [old, late] = ['2025-01-01T00:00:00Z', '2026-01-01T00:00:00+01:00'];
  expect(await outcome(said('not_affected', old), said('affected', late))).toEqual([0, 'affected', ['not_affected']]);
  expect(await outcome(said('affected', old), said('fixed', late))).toEqual([1, 'fixed', ['affected']]);
  expect(await outcome(said('not_affected', old), said('under_investigation', old))).toEqual([
    0,
    'under_investigation',
    ['not_affected'],
  ]);
  expect(await outcome(said('not_affected'), said('affected'))).toEqual([0, 'affected', ['not_affected']]);
  expect(await outcome(said('not_affected', old), said('fixed', late))).toEqual([1, 'fixed', undefined]);
});

it('goes by the digest of an index that names the image too', async () => {
  const digest = `sha256:${'c'.repeat(64)}`;
  const asked = await readDocuments(
    [at('by-index.json')].map((path) => {
      writeFileSync(path, JSON.stringify(document('i', `pkg:oci/app@${digest}`)));
      return path;
    }),
    image,
    purls,
  );
  const findings = inventory.packages.map(findingIn);
  expect(applyVex(findings, asked, inventory, [digest]).suppressed).toHaveLength(2);
  expect(applyVex(findings, asked, inventory).suppressed).toHaveLength(0);
});

describe('findings are', () => {
  it.each<[string, Parameters<typeof told>, string[][]]>([
    ['suppressed when not affected', ['pkg:deb/debian/foo@1'], [['bar'], ['foo not_affected by Maker'], []]],
    ['suppressed when fixed', ['pkg:deb/debian/foo', 'fixed'], [['bar'], ['foo fixed by Maker'], []]],
    ['marked when affected', ['pkg:deb/debian/foo', 'affected'], [['foo affected', 'bar'], [], []]],
    [
      'marked when investigated',
      ['pkg:deb/debian/foo', 'under_investigation'],
      [['foo under_investigation', 'bar'], [], []],
    ],
    [
      'found by the source they are of',
      ['pkg:deb/debian/src@1-1?arch=source&distro=bookworm'],
      [[], ['foo not_affected by Maker', 'bar not_affected by Maker'], []],
    ],
    ['left when nothing matches', ['pkg:deb/debian/foo@2'], [['foo', 'bar'], [], ['other-version']]],
    [
      'left when the flaw is another',
      ['pkg:deb/debian/foo', 'fixed', 'CVE-2026-2'],
      [['foo', 'bar'], [], ['no-finding']],
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await told(...asked)).toEqual(expected);
  });
});

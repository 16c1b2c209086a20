import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../finding/finding.ts';
import type { Image } from '../image/image.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import { parsePurl } from '../purl/purl.ts';
import { applyVex, readDocuments } from './vex.ts';

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
  attachments: () => [
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
  ])('%s', (_, places, expected) => {
    expect(readDocuments(places.map(at), image, purls).map(({ id }) => id)).toEqual(expected);
  });
  it('what is attached to the image', () => {
    expect(readDocuments(['image'], image, purls)).toMatchObject([{ id: 'att', place: 'sha256:1' }]);
  });
  it.each([
    ['absent.json', 'unreadable'],
    ['many/other.json', 'not-vex'],
  ])('not from %s: %s', (place, code) => {
    expect(() => readDocuments([at(place)], image, purls)).toThrow(
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
function told(product: string, status?: string, flaw?: string): string[][] {
  writeFileSync(at('asked.json'), JSON.stringify(document('asked', product, status, flaw)));
  const findings = inventory.packages.map(findingIn);
  const outcome = applyVex(findings, readDocuments([at('asked.json')], image, purls), inventory);
  return [
    outcome.findings.map(({ package: { name }, vex }) => (vex === undefined ? name : `${name} ${vex.status}`)),
    outcome.suppressed.map(({ finding, vex }) => `${finding.package.name} ${vex.status} by ${vex.author}`),
    outcome.use?.unmatched.map(({ because }) => because) ?? [],
  ];
}

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
  ])('%s', (_, asked, expected) => {
    expect(told(...asked)).toEqual(expected);
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePurl } from '../purl/purl.ts';
import { type NamedImage, readVex, settle } from './vex.ts';

const sha = 'a'.repeat(64);
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const purls = (...texts: string[]) => texts.map((text) => parsePurl(text)).filter((purl) => purl !== undefined);

const openvex = (...statements: object[]): Buffer =>
  bytes({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://x.test/1',
    author: 'x',
    timestamp: '2026-01-01T00:00:00Z',
    statements,
  });
const cyclonedx = (vulnerability: object, components: object[] = []): Buffer =>
  bytes({ bomFormat: 'CycloneDX', specVersion: '1.6', components, vulnerabilities: [vulnerability] });
const csaf = (vulnerability: object, tree: object): Buffer =>
  bytes({
    document: { csaf_version: '2.0', tracking: { id: 'X-1' } },
    product_tree: tree,
    vulnerabilities: [vulnerability],
  });

const flaw = { name: 'CVE-2026-1', aliases: ['GHSA-1'] };
const product = (...given: unknown[]) => ({ vulnerability: flaw, status: 'not_affected', products: given });
const named = (id: string, parts: string[] = []) => ({
  '@id': id,
  subcomponents: parts.map((part) => ({ '@id': part })),
});
const tree = {
  branches: [
    {
      branches: [
        {
          product: {
            product_id: 'img',
            name: 'app',
            product_identification_helper: { hashes: [{ file_hashes: [{ algorithm: 'sha256', value: sha }] }] },
          },
        },
      ],
    },
  ],
  full_product_names: [
    { product_id: 'bash', name: 'bash', product_identification_helper: { purl: 'pkg:deb/debian/bash@5.2-1' } },
  ],
  relationships: [
    { product_reference: 'bash', relates_to_product_reference: 'img', full_product_name: { product_id: 'img:bash' } },
  ],
  product_groups: [{ group_id: 'g', product_ids: ['img:bash'] }],
};

const subject = {
  digests: new Set([`sha256:${sha}`]),
  bears: ({ repository, tag }: NamedImage) => repository === 'registry.test/team/app' && (tag ?? '2') === '2',
  purls: purls('pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12', 'pkg:npm/%40s/lib@1.0.0', 'pkg:npm/app@3.0.0'),
};
const findings = [
  { names: ['CVE-2026-1'], purls: purls('pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12') },
  { names: ['CVE-2026-1', 'GHSA-1'], purls: purls('pkg:npm/%40s/lib@1.0.0') },
];

/** Status of each finding, then why statements spoke of nothing. */
function told(...documents: Buffer[]): string[] {
  const { answers, unmatched } = settle(
    findings,
    documents.map((document, at) => readVex(document, `${at}`)),
    subject,
  );
  const said = answers.map(
    (answer) => answer && `${answer.statement.status} ${answer.statement.justification ?? ''}`.trim(),
  );
  return [...said.map((text) => text ?? '-'), ...unmatched.map(({ because }) => because)];
}

describe('a statement speaks of', () => {
  it.each<[string, Buffer, string[]]>([
    ['a package by its purl', openvex(product(named('pkg:deb/debian/bash@5.2-1'))), ['not_affected', '-']],
    ['a package in the first version of OpenVEX', openvex(product('pkg:deb/debian/bash@5.2-1')), ['not_affected', '-']],
    ['any version of it', openvex(product(named('pkg:deb/debian/bash'))), ['not_affected', '-']],
    ['not another version', openvex(product(named('pkg:deb/debian/bash@5.2-2'))), ['-', '-', 'other-version']],
    ['not another build', openvex(product(named('pkg:deb/debian/bash@5.2-1?arch=arm64'))), ['-', '-', 'other-build']],
    [
      'wherever the package may be had',
      openvex(product(named('pkg:deb/debian/bash@5.2-1?repository_url=x.test'))),
      ['not_affected', '-'],
    ],
    ['not another distribution', openvex(product(named('pkg:deb/ubuntu/bash@5.2-1'))), ['-', '-', 'other-namespace']],
    [
      'the image by digest: all of it',
      openvex(product(named(`pkg:oci/app@sha256:${sha}`))),
      ['not_affected', 'not_affected'],
    ],
    [
      'the image by an encoded digest',
      openvex(product(named(`pkg:oci/app@sha256%3A${sha}`))),
      ['not_affected', 'not_affected'],
    ],
    [
      'the image by its name',
      openvex(product(named('pkg:oci/app?repository_url=registry.test/team/app'))),
      ['not_affected', 'not_affected'],
    ],
    [
      'not the image by its tag',
      openvex(product(named('pkg:oci/app@v1?repository_url=registry.test/team/app'))),
      ['-', '-', 'named-image'],
    ],
    [
      'the image by the tag it was found by',
      openvex(product(named('pkg:oci/app?repository_url=registry.test/team/app&tag=2'))),
      ['not_affected', 'not_affected'],
    ],
    [
      'not one of another tag',
      openvex(product(named('pkg:oci/app?repository_url=registry.test/team/app&tag=1'))),
      ['-', '-', 'other-product'],
    ],
    [
      "the image by Docker's type",
      openvex(product(named('pkg:docker/team/app@2?repository_url=registry.test'))),
      ['not_affected', 'not_affected'],
    ],
    [
      'not another repository',
      openvex(product(named('pkg:oci/app?repository_url=registry.test/other/app'))),
      ['-', '-', 'other-product'],
    ],
    ['not by a name without registry', openvex(product(named('pkg:oci/app'))), ['-', '-', 'named-image']],
    ['not another image', openvex(product(named(`pkg:oci/app@sha256:${'b'.repeat(64)}`))), ['-', '-', 'other-product']],
    [
      'the image by hash',
      openvex(product({ '@id': 'app', hashes: { 'sha-256': sha } })),
      ['not_affected', 'not_affected'],
    ],
    [
      'a part of the image',
      openvex(product(named(`pkg:oci/app@sha256:${sha}`, ['pkg:npm/%40s/lib@1.0.0']))),
      ['-', 'not_affected'],
    ],
    [
      'a part, its scope unencoded',
      openvex(product(named(`pkg:oci/app@sha256:${sha}`, ['pkg:npm/@s/lib@1.0.0']))),
      ['-', 'not_affected'],
    ],
    [
      'a part of another image: nothing',
      openvex(product(named(`pkg:oci/app@sha256:${'b'.repeat(64)}`, ['pkg:npm/%40s/lib@1.0.0']))),
      ['-', '-', 'other-product'],
    ],
    [
      'a part of a package of the image',
      openvex(product(named('pkg:npm/app@3.0.0', ['pkg:npm/%40s/lib']))),
      ['-', 'not_affected'],
    ],
    [
      'the flaw by an alias',
      openvex({ ...product(named('pkg:npm/%40s/lib')), vulnerability: 'GHSA-1' }),
      ['-', 'not_affected'],
    ],
    [
      'another flaw',
      openvex({ ...product(named('pkg:npm/%40s/lib')), vulnerability: { name: 'CVE-1' } }),
      ['-', '-', 'no-finding'],
    ],
    [
      'the newest of two',
      openvex(
        { ...product(named('pkg:npm/%40s/lib')), timestamp: '2026-03-01T00:00:00Z' },
        { ...product(named('pkg:npm/%40s/lib')), status: 'affected', timestamp: '2026-02-01T00:00:00Z' },
      ),
      ['-', 'not_affected'],
    ],
    [
      'a component of a bill of materials',
      cyclonedx(
        {
          id: 'CVE-2026-1',
          analysis: { state: 'not_affected', justification: 'code_not_reachable' },
          affects: [{ ref: 'b' }],
        },
        [{ 'bom-ref': 'a', components: [{ 'bom-ref': 'b', purl: 'pkg:npm/%40s/lib@1.0.0' }] }],
      ),
      ['-', 'not_affected code_not_reachable'],
    ],
    [
      'a component of another bill',
      cyclonedx({
        id: 'CVE-2026-1',
        analysis: { state: 'resolved' },
        affects: [{ ref: 'urn:cdx:1/1#pkg%3Adeb/debian/bash%405.2-1' }],
      }),
      ['fixed', '-'],
    ],
    [
      'versions of a component',
      cyclonedx({
        id: 'CVE-2026-1',
        analysis: { state: 'false_positive' },
        affects: [{ ref: 'pkg:deb/debian/bash', versions: [{ version: '5.2-2', status: 'unaffected' }] }],
      }),
      ['-', '-', 'other-version'],
    ],
    [
      'nothing where there is no analysis',
      cyclonedx({ id: 'CVE-2026-1', affects: [{ ref: 'pkg:deb/debian/bash' }] }),
      ['-', '-'],
    ],
    [
      'a part by a relationship of CSAF, with its flag by group',
      csaf(
        {
          cve: 'CVE-2026-1',
          product_status: { known_not_affected: ['img:bash'] },
          flags: [{ label: 'inline_mitigations_already_exist', group_ids: ['g'] }],
        },
        tree,
      ),
      ['not_affected inline_mitigations_already_exist', '-'],
    ],
    [
      'a whole image by CSAF',
      csaf({ cve: 'CVE-2026-1', product_status: { under_investigation: ['img'] } }, tree),
      ['under_investigation', 'under_investigation'],
    ],
  ])('%s', (_, document, expected) => {
    expect(told(document)).toEqual(expected);
  });
});

describe('what cannot be read', () => {
  it.each<[Buffer, string[]]>([
    [openvex({ ...product(named('pkg:npm/a')), status: 'fine' }), ['statement 1: its status is none of OpenVEX']],
    [openvex({ ...product(named('pkg:npm/a')), vulnerability: {} }), ['statement 1: it names no vulnerability']],
    [openvex({ vulnerability: 'CVE-1', status: 'fixed' }), ['statement 1: it names no product']],
    [cyclonedx({ id: 'CVE-1', analysis: { state: 'x' } }), ['vulnerability 1: its state is none of CycloneDX']],
    [
      cyclonedx({
        id: 'CVE-1',
        analysis: { state: 'resolved' },
        affects: [{ ref: 'pkg:npm/a', versions: [{ range: 'vers:npm/<2' }] }],
      }),
      ['vulnerability 1: it names no component that it affects'],
    ],
    [csaf({ product_status: {} }, {}), ['vulnerability 1: it has neither a CVE nor another id']],
    [csaf({ cve: 'CVE-1', product_status: { fixed: ['x'] } }, {}), ['vulnerability 1: the product tree has no x']],
  ])('is told: %#', (document, expected) => {
    expect(readVex(document, 'x').unread).toEqual(expected);
  });
  it.each([
    ['', 'not-vex'],
    ['[]', 'not-vex'],
    ['{}', 'not-vex'],
    ['<html>', 'not-vex'],
    ['{"@context":"https://openvex.dev/ns","statements":"x"}', undefined],
    ['{"bomFormat":"CycloneDX","components":{"a":1},"vulnerabilities":[null,7,"x",[]]}', undefined],
    [
      '{"document":{"csaf_version":"2.0"},"product_tree":[],"vulnerabilities":[{"cve":"CVE-1","product_status":7}]}',
      undefined,
    ],
  ])('%j: %s', (text, code) => {
    const read = (): object => {
      try {
        const { statements } = readVex(Buffer.from(text), 'x');
        return { statements };
      } catch (error) {
        return error as object;
      }
    };
    expect(read()).toMatchObject(code === undefined ? { statements: [] } : { name: 'VexError', code, subject: 'x' });
  });
});

it('reads what Canonical publishes', () => {
  const document = readVex(readFileSync(new URL('testdata/ubuntu-cve-2023-38545.openvex.json', import.meta.url)), 'x');
  expect(document).toMatchObject({ format: 'openvex', author: 'Canonical Ltd.', unread: [] });
  expect(document.statements.map(({ status, names, products }) => [status, names, products.length])).toEqual([
    ['fixed', ['CVE-2023-38545'], 12],
    ['affected', ['CVE-2023-38545'], 8],
    ['not_affected', ['CVE-2023-38545'], 12],
  ]);
  expect(document.statements[0]?.products[0]?.purls).toEqual([
    {
      type: 'deb',
      namespace: 'ubuntu',
      name: 'curl',
      version: '7.81.0-1ubuntu1.24',
      qualifiers: { arch: 'source', distro: 'jammy' },
    },
  ]);
});

const samples = new URL('../../../shared/feeds/samples/redhat/csaf-vex/', import.meta.url);
const absent = !existsSync(samples);
it.skipIf(absent)(`reads what Red Hat publishes${absent ? ' (SKIPPED: ../shared/feeds is not here)' : ''}`, () => {
  for (const name of readdirSync(samples)) {
    const text = readFileSync(new URL(name, samples));
    const { vulnerabilities } = JSON.parse(text.toString('utf8')) as {
      vulnerabilities: { product_status: Record<string, string[]> }[];
    };
    const wanted = vulnerabilities.flatMap(({ product_status: status }) => Object.values(status)).flat().length;
    const { statements, unread } = readVex(text, name);
    expect([name, statements.reduce((sum, { products }) => sum + products.length, 0) + unread.length]).toEqual([
      name,
      wanted,
    ]);
  }
});

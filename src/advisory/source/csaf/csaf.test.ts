import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AdvisoryError } from '../../advisory.ts';
import { parsePurl } from './purl.ts';
import { readCsaf } from './read.ts';

const samples = new URL('../../../../../shared/feeds/samples/redhat/', import.meta.url);
const absent = !existsSync(samples);
const why = absent ? ' (SKIPPED: the samples ../shared/feeds/samples are not here)' : '';

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

const tree = {
  branches: [
    {
      name: 'vendor',
      branches: [
        {
          name: 'os',
          product: { product_id: 'os', name: 'OS 1', product_identification_helper: { cpe: 'cpe:/o:v:os:1' } },
        },
      ],
    },
    { name: 'p', product: { product_id: 'p', product_identification_helper: { purl: 'pkg:rpm/v/p@1-1?arch=src' } } },
  ],
  full_product_names: [{ product_id: 'module', name: 'm:1' }],
  product_groups: [{ group_id: 'g', product_ids: ['os:p', 'other'] }],
  relationships: [
    {
      category: 'default_component_of',
      full_product_name: { product_id: 'os:p' },
      product_reference: 'p',
      relates_to_product_reference: 'os',
    },
    { full_product_name: { product_id: 'os:m' }, product_reference: 'module', relates_to_product_reference: 'os' },
    { full_product_name: { product_id: 'os:m:p' }, product_reference: 'p', relates_to_product_reference: 'os:m' },
    { full_product_name: { product_id: 'round' }, product_reference: 'round', relates_to_product_reference: 'round' },
    { full_product_name: { product_id: 'lost' }, product_reference: 'nowhere', relates_to_product_reference: 'os' },
  ],
};

function documentOf(more: object = {}): Uint8Array {
  return bytesOf({
    document: { category: 'csaf_vex', tracking: { id: 'X-1', status: 'final' } },
    product_tree: tree,
    ...more,
  });
}

describe('the product tree', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['os:p', ['p', 'os']],
    ['os:m:p', ['p', 'module', 'os']],
    ['os', ['os']],
    ['lost', ['os']],
    ['unknown', undefined],
    ['round', undefined],
  ])('%s is %j', (id, expected) => {
    expect(
      readCsaf(documentOf())
        .parts(id)
        ?.map((part) => part.id),
    ).toEqual(expected);
  });
  it('has what identifies a product', () => {
    expect(readCsaf(documentOf()).parts('os:p')).toEqual([
      { id: 'p', name: 'p', purl: 'pkg:rpm/v/p@1-1?arch=src' },
      { id: 'os', name: 'OS 1', cpe: 'cpe:/o:v:os:1' },
    ]);
  });
  it('nests no deeper than any real one', () => {
    const nested = '{"branches":['.repeat(50_000) + '{"product":{"product_id":"deep"}}' + ']}'.repeat(50_000);
    const text = `{"document":{"tracking":{"id":"X-1"}},"product_tree":${nested}}`;
    expect(readCsaf(Buffer.from(text)).parts('deep')).toBeUndefined();
  });
});

it('reads what is said of a flaw', () => {
  const [flaw] = readCsaf(
    documentOf({
      vulnerabilities: [
        {
          cve: 'CVE-2026-1',
          ids: [{ system_name: 'x', text: '42' }],
          notes: [
            { category: 'summary', text: 's' },
            { category: 'description', text: 'd' },
          ],
          product_status: { fixed: ['os:p'], known_affected: [], made_up: ['os'], under_investigation: 'os' },
          remediations: [
            {
              category: 'vendor_fix',
              details: 'do it',
              url: 'https://x.test/',
              product_ids: ['a'],
              group_ids: ['g', 'none'],
            },
          ],
          threats: [{ category: 'impact', details: 'Low' }],
          flags: [{ label: 'component_not_present', product_ids: ['a'] }],
          scores: [
            { cvss_v3: { vectorString: 'CVSS:3.1/AV:N' }, cvss_v4: { vectorString: 'CVSS:4.0/AV:N' }, products: ['a'] },
            {},
          ],
          references: [{ url: 'https://x.test/1' }, { url: 'javascript:1' }],
        },
      ],
    }),
  ).vulnerabilities;
  expect(flaw).toEqual({
    cve: 'CVE-2026-1',
    ids: ['42'],
    description: 'd',
    statuses: new Map([['fixed', ['os:p']]]),
    remediations: [{ kind: 'vendor_fix', text: 'do it', url: 'https://x.test/', products: ['a', 'os:p', 'other'] }],
    threats: [{ kind: 'impact', text: 'Low', products: [] }],
    flags: [{ kind: 'component_not_present', text: 'component_not_present', products: ['a'] }],
    scores: [{ vector: 'CVSS:4.0/AV:N', version: '4', products: ['a'] }],
    references: ['https://x.test/1'],
  });
});

it.each<[string, string, string]>([
  ['', 'not-the-format', 'not valid JSON'],
  ['<!doctype html><p>', 'not-the-format', 'web page'],
  ['{"document":', 'truncated', 'too early'],
  ['[]', 'not-the-format', 'not a CSAF'],
  ['{}', 'not-the-format', 'not a CSAF'],
  ['{"document":{"tracking":{}}}', 'not-the-format', 'not a CSAF'],
])('refuses %j', (text, code, words) => {
  let error: unknown;
  try {
    readCsaf(Buffer.from(text));
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(AdvisoryError);
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) as string });
});

it.each<[string, object | undefined]>([
  [
    'pkg:rpm/redhat/openssl@3.0.7-27.el9?arch=aarch64&epoch=1',
    {
      type: 'rpm',
      namespace: 'redhat',
      name: 'openssl',
      version: '3.0.7-27.el9',
      qualifiers: { arch: 'aarch64', epoch: '1' },
    },
  ],
  [
    'pkg:rpm/redhat/p@0.78-12.module%2Bel8.10.0%2B2?rpmmod=p:0.78:81:69',
    {
      type: 'rpm',
      namespace: 'redhat',
      name: 'p',
      version: '0.78-12.module+el8.10.0+2',
      qualifiers: { rpmmod: 'p:0.78:81:69' },
    },
  ],
  [
    'pkg:rpm/redhat/vim?arch=src',
    { type: 'rpm', namespace: 'redhat', name: 'vim', version: '', qualifiers: { arch: 'src' } },
  ],
  ['pkg:npm/%40a/b@1#sub', { type: 'npm', namespace: '@a', name: 'b', version: '1', qualifiers: {} }],
  [
    'pkg:oci/x?repository_url=r.test/a/x',
    { type: 'oci', namespace: '', name: 'x', version: '', qualifiers: { repository_url: 'r.test/a/x' } },
  ],
  ['pkg:rpm/redhat/bad%@1', { type: 'rpm', namespace: 'redhat', name: 'bad%', version: '1', qualifiers: {} }],
  ['pkg:rpm', undefined],
  ['cpe:/o:redhat', undefined],
])('purl %s', (text, expected) => {
  const purl = parsePurl(text);
  expect(purl && { ...purl, qualifiers: Object.fromEntries(purl.qualifiers) }).toEqual(expected);
});

describe.skipIf(absent)(`samples${why}`, () => {
  it.each(['csaf-vex', 'csaf-advisories'])('of %s: every product of a status is in the tree', (folder) => {
    for (const name of absent ? [] : readdirSync(new URL(`${folder}/`, samples))) {
      const document = readCsaf(readFileSync(new URL(`${folder}/${name}`, samples)));
      const products = document.vulnerabilities.flatMap(({ statuses }) => [...statuses.values()].flat());
      expect(products.length).toBeGreaterThan(0);
      expect(products.filter((id) => document.parts(id) === undefined)).toEqual([]);
    }
  });
});

it('does not name the members of a group without end', () => {
  const groups = [{ group_id: 'g', product_ids: Array.from({ length: 10_000 }, (_, at) => `p${at}`) }];
  const remediations = Array.from({ length: 10_000 }, () => ({ category: 'workaround', group_ids: ['g'] }));
  const bytes = documentOf({ product_tree: { product_groups: groups }, vulnerabilities: [{ remediations }] });
  expect(() => readCsaf(bytes)).toThrow(AdvisoryError);
});

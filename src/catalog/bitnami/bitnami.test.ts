import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { bitnami } from './bitnami.ts';

const layer = { index: 1, diffId: 'sha256:00' };
const testdata = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
const path = 'opt/bitnami/postgresql/.spdx-postgresql.spdx';
const spdx = { [path]: testdata('spdx-postgresql.spdx') };
const older = { 'opt/bitnami/.bitnami_components.json': testdata('bitnami_components.json') };

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((at) => ({ path: at, bytes: Buffer.from(files[at] ?? ''), layer }));
  return bitnami.catalog({ files: list });
}

describeCataloger(bitnami, [
  { name: 'an SPDX document', files: spdx, expected: ['pgaudit 17.0.0-8 arm64', 'postgresql 17.2.0-8 arm64'] },
  { name: 'a list of older images', files: older, expected: ['gosu 1.14.0-1 amd64', 'mongodb-shell 4.4.11-0 amd64'] },
]);
describeMutations(bitnami, [spdx, older]);

it('reads packages whole, with what contains what', () => {
  const { packages, relationships, problems } = catalog(spdx);
  const id = 'pkg:bitnami/postgresql@17.2.0-8?arch=arm64&distro=debian-12';
  expect(packages[1]).toEqual({
    id,
    name: 'postgresql',
    version: '17.2.0-8',
    ecosystem: 'Bitnami',
    type: 'bitnami',
    kind: 'binary',
    architecture: 'arm64',
    purl: id,
    locations: [{ path: `/${path}`, layer }],
    usage: { root: true },
    licenses: ['PostgreSQL'],
    foundBy: 'bitnami',
    metadata: { kind: 'language' },
  });
  expect(packages[0]?.licenses).toEqual([]);
  expect(relationships).toEqual([
    { kind: 'contains', from: id, to: 'pkg:bitnami/pgaudit@17.0.0-8?arch=arm64&distro=debian-12' },
  ]);
  expect(problems).toMatchObject([{ code: 'unsupported', detail: '1', lossy: false }]);
});

const withPurl = (purl: string): string =>
  JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    packages: [{ name: 'a', externalRefs: [{ referenceType: 'purl', referenceLocator: purl }] }],
  });

it.each([
  ['pkg:bitnami/a@1.2.3-45', ['a 1.2.3-45']],
  ['pkg:bitnami/a@1.2.3-rc1-0?arch=amd64', ['a 1.2.3-rc1-0']],
  ['pkg:bitnami/A@2024.1.1', ['a 2024.1.1']],
  ['pkg:bitnami/a@1.0%2Bb-1', ['a 1.0+b-1']],
  ['pkg:bitnami/a', []],
  ['pkg:bitnami/@1', []],
])('%s is %o', (purl, expected) => {
  const { packages, problems } = catalog({ [path]: withPurl(purl) });
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual(expected);
  expect(problems.length).toBe(expected.length === 0 ? 1 : 0);
});

it.each(['', '{}', '[]', '{"spdxVersion": "SPDX-2.3", "packages": []}', '['.repeat(10_000)])(
  'the document %.40s is told',
  (text) => {
    expect(catalog({ [path]: text })).toMatchObject({ packages: [], problems: [{ code: 'corrupt', lossy: true }] });
  },
);

it.each([
  ['opt/bitnami/common/.spdx-wait.spdx', true],
  ['opt/bitnami/common/licenses.spdx', false],
  ['srv/.spdx-a.spdx', false],
])('wants %s: %s', (at, wanted) => {
  expect(bitnami.selects(at, 'files')).toBe(wanted);
});

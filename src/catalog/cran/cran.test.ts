import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { cran } from './cran.ts';

const layer = { index: 1, diffId: 'sha256:00' };
const own = readTree(new URL('testdata/library/', import.meta.url), 'usr/lib/R/library/');
const others = readTree(new URL('testdata/site-library/', import.meta.url), 'usr/lib/R/site-library/');
const testdata = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
const lock = { 'srv/app/renv.lock': testdata('renv.lock') };

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return cran.catalog({ files: list });
}

describeCataloger(cran, [
  {
    name: 'libraries of R 4.2.2',
    files: { ...own, ...others },
    expected: [
      'BiocGenerics 0.44.0 -',
      'Rcpp 1.0.10 -',
      'digest 0.6.31 -',
      'jsonlite 1.8.4 -',
      'methods 4.2.2 -',
      'stats 4.2.2 -',
    ],
  },
  {
    name: 'renv.lock',
    files: lock,
    expected: [
      'BiocGenerics 0.44.0 - (locked)',
      'digest 0.6.31 - (locked)',
      'here 1.0.1 - (locked)',
      'inhouse 0.0.1.9000 - (locked)',
      'rprojroot 2.0.4.9000 - (locked)',
    ],
  },
]);
describeMutations(cran, [{ ...own, ...others }, lock]);

it('reads a package whole', () => {
  expect(catalog(others).packages.find((found) => found.name === 'jsonlite')).toEqual({
    id: 'pkg:cran/jsonlite@1.8.4',
    name: 'jsonlite',
    version: '1.8.4',
    ecosystem: 'CRAN',
    type: 'cran',
    kind: 'binary',
    purl: 'pkg:cran/jsonlite@1.8.4',
    locations: [{ path: '/usr/lib/R/site-library/jsonlite/DESCRIPTION', layer }],
    licenses: ['MIT'],
    foundBy: 'cran',
    metadata: { kind: 'language', builtWith: 'R 4.2.2', homepage: 'https://arxiv.org/abs/1403.2805' },
  });
});

it("tells CRAN's, Bioconductor's and R's own packages apart", () => {
  const { packages } = catalog({ ...own, ...others });
  expect(packages.map(({ name, ecosystem }) => `${name} ${ecosystem}`)).toEqual([
    'BiocGenerics Bioconductor',
    'Rcpp CRAN',
    'digest CRAN',
    'jsonlite CRAN',
    'methods undefined',
    'stats undefined',
  ]);
});

it('follows dependencies', () => {
  expect(catalog({ ...own, ...others }).relationships).toContainEqual({
    kind: 'depends-on',
    from: 'pkg:cran/jsonlite@1.8.4',
    to: 'pkg:cran/methods@4.2.2',
  });
  expect(catalog(lock).relationships).toEqual([
    { kind: 'depends-on', from: 'pkg:cran/here@1.0.1', to: 'pkg:cran/rprojroot@2.0.4.9000' },
    { kind: 'depends-on', from: 'pkg:cran/inhouse@0.0.1.9000', to: 'pkg:cran/digest@0.6.31' },
  ]);
});

it('knows where what is locked comes from', () => {
  const { packages } = catalog(lock);
  expect(packages.map(({ name, ecosystem }) => `${name} ${ecosystem}`)).toEqual([
    'BiocGenerics Bioconductor',
    'digest CRAN',
    'here CRAN',
    'inhouse undefined',
    'rprojroot CRAN',
  ]);
  expect(packages.at(-1)?.metadata).toEqual({
    kind: 'language',
    origin: 'github:r-lib/rprojroot@4c8eb0b22d1d3c9a9f1c5e7d0b1a2f3e4d5c6b7a',
  });
});

it('installed beats locked', () => {
  const { packages } = catalog({ ...others, ...lock });
  expect(packages.find(({ name }) => name === 'digest')).toMatchObject({ locations: [{}, {}] });
  expect(packages.find(({ name }) => name === 'digest')?.presence).toBeUndefined();
});

it('a source package within a package is none', () => {
  const path = 'usr/lib/R/site-library/Rcpp/tinytest/testRcppPackage/DESCRIPTION';
  expect(catalog({ [path]: testdata('not-installed') })).toMatchObject({ packages: [], problems: [] });
});

const built = 'Built: R 4.3.1; ; 2023-01-01 00:00:00 UTC; unix\n';
it.each([
  ['Package: a\nVersion: 1.0-2\n', [], 1],
  [`Package: a\nVersion: 1.0-2\n${built}`, ['a 1.0-2'], 0],
  [`Package: a\nVersion: 1.0\n  \n${built.slice(0, 20)}`, ['a 1.0'], 1],
  [`Package: a\nVersion: one\n${built}`, [], 1],
  [`Package: a/b\nVersion: 1\n${built}`, [], 1],
  [`Package: a\nVersion: 1\nAuthor: \xe9\n${built}`, ['a 1'], 0],
  ['', [], 1],
])('%j in a library', (text, packages, problems) => {
  const result = catalog({ 'usr/lib/R/library/a/DESCRIPTION': Buffer.from(text, 'latin1') });
  expect(result.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(packages);
  expect(result.problems.filter(({ lossy }) => lossy).length).toBe(problems);
});

it.each([
  ['{"Packages": {"a": {"Package": "a"}, "b": {"Version": "1"}}}', ['b'], 1],
  ['{"Packages": {"__proto__": {"Version": "1"}, "toString": null}}', [], 1],
  ['{}', [], 1],
  ['[[', [], 1],
])('the lock file %s', (text, names, problems) => {
  const result = catalog({ 'renv.lock': text });
  expect(result.packages.map(({ name }) => name)).toEqual(names);
  expect(result.problems.length).toBe(problems);
});

it.each([
  ['root/R/x86_64-pc-linux-gnu-library/4.2/a/DESCRIPTION', true],
  ['root/.cache/R/renv/cache/v5/R-4.2/x86_64-pc-linux-gnu/a/1.0/0123/a/DESCRIPTION', true],
  ['renv.lock', true],
  ['srv/a/DESCRIPTION', false],
  ['usr/lib/R/library/a/help/DESCRIPTION.html', false],
])('wants %s: %s', (path, wanted) => {
  expect(cran.selects(path, 'files')).toBe(wanted);
});

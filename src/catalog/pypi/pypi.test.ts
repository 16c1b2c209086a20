import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { normalizeName } from './names.ts';
import { pypi } from './pypi.ts';

const testdata = new URL('testdata/', import.meta.url);
const site = 'opt/app/lib/python3.11/site-packages';
const venv = readTree(new URL('venv/', testdata));
const lock = (folder: string): Record<string, Uint8Array> => readTree(new URL(`locks/${folder}/`, testdata), 'srv/');
const text = (name: string): string => readFileSync(new URL(name, testdata), 'utf8');
const layer = { index: 0, diffId: 'sha256:00' };

function catalog(files: Readonly<Record<string, Uint8Array | string>>): CatalogResult {
  const paths = Object.keys(files).toSorted();
  return pypi.catalog({ files: paths.map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer })) });
}

function listed({ packages }: CatalogResult): string[] {
  return packages.map(({ name, version }) => `${name} ${version}`);
}

function edges({ relationships = [] }: CatalogResult, kind = 'depends-on'): string[] {
  const named = (id: string): string => id.replace(/^pkg:pypi\//, '').replace(/@.*/, '');
  return relationships
    .filter((relation) => relation.kind === kind)
    .map(({ from, to, scope }) => `${named(from)} needs ${named(to)}${scope === undefined ? '' : ` (${scope})`}`)
    .toSorted();
}

const pipList = JSON.parse(text('pip-list.json')) as readonly { readonly name: string; readonly version: string }[];
const installed = pipList.map(({ name, version }) => `${normalizeName(name)} ${version} -`);
const copied = Array.from(
  text(`venv/${site}/pip/_vendor/vendor.txt`).matchAll(/^\s*([\w.-]+)==(\S+)/gm),
  ([, name = '', version]) => `${normalizeName(name)} ${version} -`,
);
const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** `uv pip list`, `poetry show`, `pipenv graph` for one project; those of other platforms are locked too. */
const common = [
  'anyio 4.16.0',
  'certifi 2026.10.18',
  'click 8.5.1',
  'h11 0.16.0',
  'httpcore 1.0.9',
  'httpx 0.28.1',
  'idna 3.20',
  'socksio 1.0.0',
  'typing-extensions 4.16.0',
];
const cli = ['markdown-it-py 4.3.0', 'mdurl 0.1.2', 'pygments 2.21.0', 'rich 15.0.0'];
const dev = ['iniconfig 2.3.1'];
const windows = ['colorama 0.4.6'];
const locked = (...lists: readonly (readonly string[])[]): string[] =>
  lists
    .flat()
    .map((name) => `${name} - (locked)`)
    .toSorted();

const samples = [
  { name: 'a virtual environment', files: venv, expected: [...installed, ...copied].toSorted(byText) },
  { name: 'uv.lock', files: lock('uv'), expected: locked(common, cli, dev, windows, ['harbour-app 2.1.0']) },
  { name: 'pylock.toml', files: lock('pylock'), expected: locked(common, cli, dev, windows) },
  {
    name: 'pdm.lock',
    files: lock('pdm'),
    expected: locked(cli, dev, windows, [
      'click 8.5.1',
      'harbour-app 2.1.0',
      'httpx 1.0.dev6',
      'truststore 0.10.5',
      'typing-extensions 4.16.0',
    ]),
  },
  { name: 'Pipfile.lock', files: lock('pipenv'), expected: locked(common, dev) },
  { name: 'poetry.lock 1.1', files: lock('poetry-1.1'), expected: locked(common, cli, dev, ['harbour-old 0.4.0']) },
  { name: 'poetry.lock 2.0', files: lock('poetry-2.0'), expected: locked(common, cli, dev, ['harbour-old 0.4.0']) },
  {
    name: 'poetry.lock 2.1',
    files: lock('poetry-2.1'),
    expected: locked(common, cli, dev, windows, ['harbour-app 2.1.0']),
  },
  {
    name: 'requirements of uv',
    files: { 'srv/requirements.txt': lock('requirements')['srv/requirements.txt'] ?? new Uint8Array() },
    expected: locked(common),
  },
];

describeCataloger(pypi, samples);
describeMutations(pypi, [...samples.map(({ files }) => files), lock('requirements')], 7);

describe('a virtual environment', () => {
  const result = catalog(venv);
  const find = (name: string): CatalogResult['packages'][number] | undefined =>
    result.packages.find((found) => found.name === name && !('identifiedBy' in found.metadata));
  it('has no problems', () => {
    expect(result.problems).toEqual([]);
  });
  it('is told whole', () => {
    const file = `/${site}/flask-3.1.3.dist-info/METADATA`;
    expect(find('flask')).toEqual({
      id: 'pkg:pypi/flask@3.1.3',
      purl: 'pkg:pypi/flask@3.1.3',
      name: 'flask',
      version: '3.1.3',
      ecosystem: 'PyPI',
      type: 'pypi',
      kind: 'binary',
      usage: { direct: true },
      licenses: ['BSD-3-Clause'],
      locations: [{ path: file, layer }],
      foundBy: 'pypi',
      metadata: { kind: 'language' },
    });
  });
  it.each([
    ['seaworthy-edit', 'file:///srv/src/edit'],
    ['seaworthy-local', 'file:///srv/src/local'],
    ['seaworthy-vcs', 'git+file:///srv/src/vcs@c040cac8b80556e79081f606896f08774d94cd53'],
    ['flask', undefined],
  ])('%s comes from %s', (name, origin) => {
    expect(find(name)?.metadata).toEqual({ kind: 'language', ...(origin === undefined ? {} : { origin }) });
  });
  it('has a project that an egg-link leads to in both places', () => {
    expect(find('seaworthy-legacy')?.locations.map(({ path }) => path)).toEqual([
      '/srv/src/legacy/seaworthy_legacy.egg-info/PKG-INFO',
      `/${site}/seaworthy-legacy.egg-link`,
    ]);
  });
  it('knows who needs whom, as packaging.requirements does', () => {
    const expected = text('pip-requires.txt').trim().replaceAll('(extra)', '(optional)').split('\n').toSorted();
    expect(edges(result)).toEqual(expected);
  });
  it('knows what pip contains', () => {
    expect(edges(result, 'contains')).toHaveLength(
      [...text(`venv/${site}/pip/_vendor/vendor.txt`).matchAll(/==/g)].length,
    );
    expect(edges(result, 'contains')).toContain('pip needs urllib3');
  });
});

it('of a list of copies only those are there whose modules are', () => {
  const folder = 'usr/lib/python3/dist-packages/pip/_vendor';
  const result = catalog({
    [`${folder}/vendor.txt`]: 'idna==3.4\nsix==1.16.0\nsetuptools==44.0.0\nurllib3==1.26.14\n',
    [`${folder}/__init__.py`]: '',
    [`${folder}/six.py`]: '',
    [`${folder}/idna/__init__.py`]: '',
    [`${folder}/pkg_resources/__init__.py`]: '',
  });
  expect(result.packages.map(({ name, metadata }) => [name, metadata])).toEqual([
    ['idna', { kind: 'language', identifiedBy: 'vendor.txt' }],
    ['setuptools', { kind: 'language', identifiedBy: 'vendor.txt', certainty: 'likely' }],
    ['six', { kind: 'language', identifiedBy: 'vendor.txt' }],
  ]);
});

it('a package inside another is a package in its own right', () => {
  const at = 'usr/lib/python3/dist-packages';
  const result = catalog({
    [`${at}/setuptools-80.0.0.dist-info/METADATA`]: 'Name: setuptools\nVersion: 80.0.0\n',
    [`${at}/setuptools/_vendor/wheel-0.43.0.dist-info/METADATA`]: 'Name: wheel\nVersion: 0.43.0\n',
  });
  expect([listed(result), edges(result, 'contains')]).toEqual([
    ['setuptools 80.0.0', 'wheel 0.43.0'],
    ['setuptools needs wheel'],
  ]);
});

it('one version in several folders is one package with all places', () => {
  const metadata = 'Metadata-Version: 2.1\nName: Six\nVersion: 1.16.0\n\n';
  const folders = ['opt/v/lib/python3.12/site-packages', 'usr/lib/python3/dist-packages'];
  const { packages } = catalog(
    Object.fromEntries(folders.map((folder) => [`${folder}/six-1.16.0.dist-info/METADATA`, metadata])),
  );
  expect(packages.map(({ locations }) => locations.map(({ path }) => path))).toEqual([
    folders.map((folder) => `/${folder}/six-1.16.0.dist-info/METADATA`),
  ]);
});

const dist = 'usr/lib/python3.11/site-packages/a_b-1.0.dist-info/METADATA';

it.each([
  ['an author in Latin-1', Buffer.from('Name: A.b\nVersion: 1.0\nAuthor: J\xf6rg\n\n', 'latin1'), []],
  ['line ends of Windows', 'Name: a-b\r\nVersion: 1.0\r\nLicense: MIT\r\n\r\nText', ['MIT']],
  ['an expression', 'Name: a-b\nVersion: 1.0\nLicense: BSD\nLicense-Expression: BSD-3-Clause\n\n', ['BSD-3-Clause']],
  [
    'classifiers',
    'Name: a-b\nVersion: 1.0\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n\n',
    ['MIT License'],
  ],
  [
    'the whole text of a licence',
    'Name: a-b\nVersion: 1.0\nLicense: Copyright me\n        Do it.\nClassifier: License :: OSI Approved\n\n',
    ['Copyright me'],
  ],
  ['a description among the headers', `Description: x\n        y\nName: a-b\nVersion: 1.0\n`, []],
])('metadata with %s', (_name, bytes, licenses) => {
  const { packages, problems } = catalog({ [dist]: bytes });
  expect([packages.map((found) => [found.name, found.version, found.licenses]), problems]).toEqual([
    [['a-b', '1.0', licenses]],
    [],
  ]);
});

it.each([
  ['nothing', '', ['a-b 1.0']],
  ['no version', 'Name: a-b\n\n', ['a-b 1.0']],
  ['a version that is cut', 'Name: a-b\nVersion: 1', ['a-b 1.0']],
  ['a name that is none', 'Name: a b\nVersion: 1.0\n', ['a-b 1.0']],
  ['another version than the folder', 'Name: a-b\nVersion: 1.1\n', ['a-b 1.1']],
])('metadata with %s are a lossy problem', (_name, bytes, expected) => {
  const result = catalog({ [dist]: bytes });
  expect(listed(result)).toEqual(expected);
  expect(result.problems).toMatchObject([{ code: 'corrupt', path: `/${dist}`, lossy: true }]);
});

it('requires.txt is read where the metadata say nothing', () => {
  const at = 'usr/lib/python3.11/site-packages';
  const egg = (name: string): Record<string, string> => ({
    [`${at}/${name}-1.egg-info/PKG-INFO`]: `Name: ${name}\nVersion: 1\n`,
  });
  const result = catalog({
    ...egg('a'),
    ...egg('b'),
    ...egg('c'),
    ...egg('d'),
    ...egg('e'),
    [`${at}/a-1.egg-info/requires.txt`]:
      'b>=1\n\n[:python_version < "3.0"]\nc\n\n[x]\nd\n\n[y:sys_platform == "win32"]\ne\n',
  });
  expect(edges(result)).toEqual(['a needs b', 'a needs d (optional)']);
});

it.each([
  ['bin/a.egg-info/x', false],
  ['usr/share/x/METADATA', false],
  ['usr/lib/python3/dist-packages/pip/_vendor/rich/table.py', false],
  ['usr/lib/python3/dist-packages/pip/_vendor/rich/__init__.py', true],
  ['usr/lib/python3/dist-packages/pip/_vendor/six.py', true],
  ['src/vendor/six.py', false],
  ['requirements/a.txt', true],
  ['my-requirements/a.txt', false],
  ['pylock.dev.toml', true],
  ['pylock.a.b.toml', false],
  ['x.egg/EGG-INFO/PKG-INFO', true],
  ['src/x/PKG-INFO', false],
])('selects %s: %s', (path, expected) => {
  expect(pypi.selects(path, 'files')).toBe(expected);
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Extract } from '../../image/image.ts';
import { type ZipFile, zipFile } from '../../internal/testdata/zip-file.ts';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { normalizeName } from './names.ts';
import { pypi } from './pypi.ts';
import { wheelExtractor } from './wheel-extractor.ts';

const folder = new URL('testdata/wheels/', import.meta.url);
const bundled = 'usr/lib/python3.11/ensurepip/_bundled/';
const files = Object.fromEntries(Object.entries(readTree(folder, bundled)).filter(([path]) => !path.endsWith('.txt')));
const [pip, virtualenv, iniconfig, egg] = [
  `${bundled}pip-24.2-py3-none-any.whl`,
  `${bundled}virtualenv-20.26.5-py3-none-any.whl`,
  `${bundled}iniconfig-2.0.0-py3-none-any.whl`,
  `${bundled}harbour.Egg-2.0.1-py3.11.egg`,
] as const;
const only = (...paths: readonly string[]): Record<string, Uint8Array> =>
  Object.fromEntries(paths.map((path) => [path, files[path] ?? new Uint8Array()]));

/** What Python itself finds in each archive, and in the folders and wheels within it. */
const found = readFileSync(new URL('importlib-metadata.txt', folder), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [place = '', name = '', version = ''] = line.split(' ');
    return { file: place.split('!', 1)[0] ?? '', text: `${normalizeName(name)} ${version} -` };
  });
const foundIn = (path: string): string[] =>
  found.filter(({ file }) => path.endsWith(`/${file}`)).map(({ text }) => text);
/** The lines of pip's `vendor.txt`. */
const copied = Array.from(
  readFileSync(new URL('pip-vendor.txt', folder), 'utf8').matchAll(/^\s*([\w.-]+)==(\S+)/gm),
  ([, name = '', version]) => `${normalizeName(name)} ${version} -`,
);
const list = (...texts: readonly string[]): string[] => [...new Set(texts)].toSorted();

function extract(path: string, bytes: Uint8Array, size = bytes.length): Extract | undefined {
  const extraction = wheelExtractor.open(path, size);
  for (let at = 0; at < bytes.length; at += 1000) if (!extraction.write(bytes.subarray(at, at + 1000))) break;
  return extraction.end();
}

function catalog(given: Readonly<Record<string, Uint8Array>>): CatalogResult {
  const layer = { index: 0, diffId: 'sha256:00' };
  const paths = Object.keys(given).toSorted();
  return pypi.catalog({
    files: paths.flatMap((path) => {
      const bytes = extract(path, given[path] ?? new Uint8Array())?.bytes;
      return bytes === undefined ? [] : [{ path, bytes, layer, extractor: wheelExtractor.id }];
    }),
  });
}

describeCataloger(
  pypi,
  [
    { name: 'a wheel', files: only(iniconfig), expected: foundIn(iniconfig) },
    { name: 'a wheel with copies', files: only(pip), expected: list(...foundIn(pip), ...copied) },
    {
      name: 'a wheel with wheels',
      files: only(virtualenv),
      expected: list(...foundIn(virtualenv), ...copied),
    },
  ],
  { extractor: wheelExtractor },
);
describeCataloger(
  pypi,
  [{ name: 'an egg', files: only(egg), expected: ['harbour-egg 2.0.1 -'], unrecognizable: true }],
  { extractor: wheelExtractor },
);
describeMutations(
  {
    ...pypi,
    catalog: ({ files: given }) => catalog(Object.fromEntries(given.map(({ path, bytes }) => [path, bytes]))),
  },
  [only(iniconfig, egg), only(virtualenv)],
  5,
);

describe('what is read of archives', () => {
  const result = catalog(files);
  const one = (name: string, version: string): CatalogResult['packages'][number] | undefined =>
    result.packages.find((given) => given.name === name && given.version === version);
  it('has no problems, and says whence it is', () => {
    expect(result.problems).toEqual([]);
    expect(one('iniconfig', '2.0.0')).toMatchObject({
      locations: [{ path: `/${iniconfig}`, within: 'iniconfig-2.0.0.dist-info/METADATA' }],
      licenses: ['MIT'],
      metadata: { kind: 'language', identifiedBy: 'wheel' },
    });
    expect(one('harbour-egg', '2.0.1')).toMatchObject({
      locations: [{ path: `/${egg}`, within: 'EGG-INFO/PKG-INFO' }],
      metadata: { identifiedBy: 'egg', homepage: 'https://example.org/egg' },
    });
  });
  it('is one package wherever it lies', () => {
    expect(one('pip', '24.2')?.locations.map(({ path, within }) => `${path.split('/').at(-1)} ${within}`)).toEqual([
      'pip-24.2-py3-none-any.whl pip-24.2.dist-info/METADATA',
      'virtualenv-20.26.5-py3-none-any.whl virtualenv/seed/wheels/embed/pip-24.2-py3-none-any.whl!pip-24.2.dist-info/METADATA',
    ]);
  });
  it('says what contains what', () => {
    const contained = (from: string): string[] =>
      (result.relationships ?? [])
        .filter((relation) => relation.kind === 'contains' && relation.from === from)
        .map(({ to }) => to);
    expect(contained('pkg:pypi/pip@24.2')).toContain('pkg:pypi/urllib3@1.26.18');
    expect(contained('pkg:pypi/setuptools@75.1.0')).toContain('pkg:pypi/zipp@3.19.2');
  });
  it('leaves out the test data of packages', () => {
    expect(one('my-test-package', '1.0')).toBeUndefined();
  });
});

describe('what is an archive of Python', () => {
  it.each([
    ['wheels/a-1-py3-none-any.whl', true],
    ['site-packages/a-1-py3.8.egg', true],
    ['site-packages/.egg', false],
    ['a.zip', false],
    ['a.egg-info', false],
    ['a.whl.metadata', false],
  ])('%s: %s', (path, is) => {
    expect(wheelExtractor.selects(path)).toBe(is);
  });
  it('is told by content where others have such names', () => {
    expect(extract('nest/easter.egg', Buffer.from('no archive'))).toBeUndefined();
    expect(extract('nest/easter.egg', zipFile([{ name: 'a.scm', bytes: Buffer.from('1') }]))).toBeUndefined();
    expect(extract('empty.whl', Buffer.alloc(0))).toBeUndefined();
  });
  it('has digests where distributions put it', () => {
    const bytes = files[pip] ?? new Uint8Array();
    const md5 = createHash('md5').update(bytes).digest('hex');
    expect(extract(pip, bytes)?.digests?.[0]).toBe(`md5:${md5}`);
    expect(extract('usr/share/python-wheels/pip.whl', bytes)?.digests).toHaveLength(3);
    expect(extract('wheels/pip.whl', bytes)).not.toHaveProperty('digests');
  });
});

describe('archives that are odd', () => {
  const metadata = (name: string, version: string, at = `${name}-${version}.dist-info/METADATA`): ZipFile => ({
    name: at,
    bytes: Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\n`),
  });
  const nested = (levels: number): Uint8Array => {
    let bytes: Uint8Array = zipFile([metadata('deep', '1')]);
    for (let level = 0; level < levels; level++)
      bytes = zipFile([metadata(`l${level}`, '1'), { name: 'x/deep-1-py3-none-any.whl', bytes }]);
    return bytes;
  };
  const told = (bytes: Uint8Array, path = 'w/big-1.5-py3-none-any.whl'): [string[], string[]] => {
    const { packages, problems } = catalog({ [path]: bytes });
    return [
      packages.map(({ name, version }) => `${name} ${version}`),
      problems.map(({ code, lossy }) => `${code} ${lossy}`),
    ];
  };
  it.each<[string, Uint8Array, string[], string[]]>([
    ['no archive', Buffer.from('<html>'), [], ['corrupt true']],
    ['without metadata', zipFile([{ name: 'a.py', bytes: Buffer.from('') }]), ['big 1.5'], ['corrupt false']],
    [
      'with two of a name, the last of which counts',
      zipFile([metadata('a', '1', 'a-2.dist-info/METADATA'), metadata('a', '2')]),
      ['a 2'],
      [],
    ],
    [
      'with a wrong checksum',
      zipFile([{ ...metadata('big', '1.5'), crc: 1 }]),
      ['big 1.5'],
      ['corrupt true', 'corrupt false'],
    ],
    [
      'encrypted',
      zipFile([{ ...metadata('big', '1.5'), flags: 1 }]),
      ['big 1.5'],
      ['unsupported true', 'corrupt false'],
    ],
    [
      'with an impossible size',
      zipFile([{ ...metadata('big', '1.5'), size: 2 ** 31 }]),
      ['big 1.5'],
      ['too-large true', 'corrupt false'],
    ],
    ['three deep', nested(3), ['deep 1', 'l0 1', 'l1 1', 'l2 1'], []],
    ['four deep', nested(4), ['l0 1', 'l1 1', 'l2 1', 'l3 1'], ['too-large true']],
  ])('%s', (_name, bytes, packages, problems) => {
    expect(told(bytes)).toEqual([packages, problems]);
  });
  it('too large to be read is known by its name', () => {
    const kept = extract('w/torch-2.4.0-cp311-cp311-linux_x86_64.whl', Buffer.from('PK'), 2 ** 31);
    const layer = { index: 0, diffId: 'sha256:00' };
    const path = 'w/torch-2.4.0-cp311-cp311-linux_x86_64.whl';
    const { packages, problems } = pypi.catalog({
      files: [{ path, bytes: kept?.bytes ?? new Uint8Array(), layer, extractor: 'wheel' }],
    });
    expect(packages).toMatchObject([{ id: 'pkg:pypi/torch@2.4.0', metadata: { certainty: 'likely' } }]);
    expect(problems.map(({ code, lossy }) => `${code} ${lossy}`)).toEqual(['too-large true', 'corrupt false']);
  });
  it('with ten thousand packages are read fast, and what is kept is bounded', () => {
    const many = zipFile(Array.from({ length: 30_000 }, (_, at) => metadata(`p${at}`, '1')));
    const { packages, problems } = catalog({ 'w/many-1-py3-none-any.whl': many });
    expect(packages.length).toBe(20_000);
    expect(problems).toMatchObject([{ code: 'too-large', lossy: true }]);
  });
  it('what is kept is in its own memory', () => {
    const bytes = extract(pip, files[pip] ?? new Uint8Array())?.bytes;
    expect(bytes?.byteLength).toBe(bytes?.buffer.byteLength);
  });
});

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogResult, ImageFile } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { executable } from '../executable/executable.ts';
import { type Program, writeProgram } from '../executable/program.ts';
import { cargo } from './cargo.ts';

const layer = { index: 3, diffId: 'sha256:00' };

function testdata(name: string): Buffer {
  return readFileSync(new URL(`testdata/${name}`, import.meta.url));
}

function program(name: string): Buffer {
  return gunzipSync(testdata(`${name}.gz`));
}

const built = ['cfg-if 1.0.5 -', 'itoa 1.0.19 -', 'ryu 1.0.23 -', 'ship 0.1.0 -'];
const crates = ['bitflags 1.3.2', 'bitflags 2.13.2', 'fastrand 2.5.0', 'hex 0.4.3', 'itoa 1.0.19', 'lazy_static 1.5.1'];
const fleet = [...crates, 'memchr 2.8.3', 'rope 0.1.0', 'tug 0.2.0'];
const fleetFiles = {
  'src/Cargo.lock': testdata('fleet/Cargo.lock'),
  'src/Cargo.toml': testdata('fleet/Cargo.toml'),
  'src/rope/Cargo.toml': testdata('fleet/rope.toml'),
  'src/tug/Cargo.toml': testdata('fleet/tug.toml'),
};

describeCataloger(
  cargo,
  [
    ...['r-lld', 'r-bfd-stripped'].map((name) => ({
      name,
      files: { [`usr/local/bin/${name}`]: program(name) },
      expected: built,
      unrecognizable: true,
    })),
    { name: 'a workspace', files: fleetFiles, expected: fleet.map((crate) => `${crate} - (locked)`) },
    {
      name: 'a lock file alone',
      files: { 'Cargo.lock': testdata('fleet/Cargo.lock') },
      expected: fleet.map((crate) => `${crate} - (locked)`),
    },
  ],
  { extractor: executable },
);

function catalog(files: Readonly<Record<string, string | Uint8Array | Program>>): CatalogResult {
  const images = Object.entries(files).map(([path, content]): ImageFile => {
    if (typeof content === 'string' || content instanceof Uint8Array)
      return { path, bytes: Buffer.from(content), layer };
    return { path, bytes: writeProgram(content), layer, extractor: 'executable' };
  });
  return cargo.catalog({ files: images });
}

function rustProgram(list: unknown): Program {
  return { format: 'elf', rust: JSON.stringify(list), faults: [] };
}

const usageOf = ({ packages }: CatalogResult): Record<string, unknown> =>
  Object.fromEntries(packages.map(({ name, version, usage }) => [`${name} ${version}`, usage]));

describe('lock files', () => {
  it('are understood by the manifests', () => {
    const result = catalog(fleetFiles);
    expect(usageOf(result)).toEqual({
      'bitflags 1.3.2': { direct: true },
      'bitflags 2.13.2': { direct: true },
      'fastrand 2.5.0': { direct: true, scope: 'dev' },
      'hex 0.4.3': { direct: true, scope: 'dev' },
      'itoa 1.0.19': { direct: true },
      'lazy_static 1.5.1': { direct: true },
      'memchr 2.8.3': { direct: true, scope: 'optional' },
      'rope 0.1.0': { direct: true },
      'tug 0.2.0': { root: true },
    });
    expect(result.relationships).toContainEqual({
      kind: 'depends-on',
      from: 'pkg:cargo/tug@0.2.0',
      to: 'pkg:cargo/fastrand@2.5.0',
      scope: 'dev',
    });
    expect(result.packages.find(({ name }) => name === 'hex')?.metadata).toEqual({
      kind: 'language',
      integrity: 'sha256:7f24254aa9a54b5c858eaee2f5bccdb46aaf0e486a595ed5fd8f86ba55232a70',
    });
    expect(result.problems).toEqual([]);
  });
  it('of version 1 have checksums and full names apart', () => {
    const usual = '(registry+https://github.com/rust-lang/crates.io-index)';
    const text = [
      '[[package]]\nname = "a"\nversion = "1.0.0"',
      `dependencies = ["b 1.0.0 ${usual}", "b 2.0.0 ${usual}"]`,
      ...['1.0.0', '2.0.0'].map(
        (version) => `[[package]]\nname = "b"\nversion = "${version}"\nsource = "${usual.slice(1, -1)}"`,
      ),
      `[metadata]\n"checksum b 2.0.0 ${usual}" = "${'ab'.repeat(32)}"`,
    ].join('\n');
    const result = catalog({ 'Cargo.lock': text });
    expect(result.relationships?.map(({ to }) => to)).toEqual(['pkg:cargo/b@1.0.0', 'pkg:cargo/b@2.0.0']);
    expect(result.packages[2]).toMatchObject({ metadata: { integrity: `sha256:${'ab'.repeat(32)}` } });
    expect(result.problems).toEqual([]);
  });
  it.each([
    ['git+https://example.com/x?branch=main#0123', 'pkg:cargo/a@1.0.0', 'crates.io', 'likely'],
    [
      'registry+https://example.com/index',
      'pkg:cargo/a@1.0.0?repository_url=https:%2F%2Fexample.com%2Findex',
      undefined,
      undefined,
    ],
  ])('from %s', (source, purl, ecosystem, certainty) => {
    const [found] = catalog({ 'Cargo.lock': `[[package]]\nname="a"\nversion="1.0.0"\nsource="${source}"\n` }).packages;
    expect([found?.purl.replaceAll('/index', '%2Findex').replace('://', ':%2F%2F'), found?.ecosystem]).toEqual([
      purl,
      ecosystem,
    ]);
    expect(found?.metadata).toEqual({ kind: 'language', origin: source, ...(certainty && { certainty }) });
  });
  it('beside which a vendor folder lies are the ones that count', () => {
    const result = catalog({ ...fleetFiles, 'src/vendor/x/Cargo.lock': 'x', 'src/vendor/x/Cargo.toml': 'x' });
    expect([result.packages.length, result.problems]).toEqual([fleet.length, []]);
  });
  it.each([
    ['no TOML', '[[package'],
    ['no package', 'version = 4\n'],
    ['a bad name', '[[package]]\nname = "a/b"\nversion = "1.0.0"\n'],
    ['a bad version', '[[package]]\nname = "a"\nversion = "1"\n'],
    ['an unknown dependency', '[[package]]\nname = "a"\nversion = "1.0.0"\ndependencies = ["b"]\n'],
  ])('with %s are told', (_name, text) => {
    expect(catalog({ 'x/Cargo.lock': text }).problems).toMatchObject([{ path: '/x/Cargo.lock', lossy: true }]);
  });
  it('are missed by a manifest without one', () => {
    const { problems } = catalog({ 'x/Cargo.toml': '[package]\nname = "x"\n' });
    expect(problems).toMatchObject([{ code: 'unsupported', lossy: false }]);
  });
  it('of an application in a folder that has the name of a cache are read', () => {
    expect(cargo.selects('srv/cargo/registry/Cargo.lock', 'files')).toBe(true);
  });
  it.each(['root/.cargo/registry/src/x/Cargo.lock', 'usr/lib/rustlib/src/Cargo.lock', 'xCargo.lock', 'Cargo.tomlx'])(
    '%s is not read',
    (path) => {
      expect(cargo.selects(path, 'files')).toBe(false);
    },
  );
});

describe('programs', () => {
  it('have roots, direct and build dependencies', () => {
    const list = [
      { name: 'a', version: '1.0.0', source: 'crates.io', kind: 'build' },
      { name: 'b', version: '1.0.0', source: 'git', dependencies: [99, -1, 'x'] },
      { name: 'c', version: '1.0.0', source: 'local', dependencies: [0, 1], root: true },
    ];
    const result = catalog({ x: rustProgram({ packages: list }), y: rustProgram({ packages: list.slice(0, 1) }) });
    expect(usageOf(result)).toEqual({
      'a 1.0.0': { direct: true, scope: 'dev' },
      'b 1.0.0': { direct: true },
      'c 1.0.0': { root: true },
    });
    expect(result.packages.map(({ locations, metadata }) => [locations.length, metadata])).toEqual([
      [2, { kind: 'language' }],
      [1, { kind: 'language', origin: 'git', certainty: 'likely' }],
      [1, { kind: 'language', origin: 'local', certainty: 'likely' }],
    ]);
  });
  it.each([
    ['no list', {}],
    ['an empty list', { packages: [] }],
    ['a list of nothing', { packages: [null] }],
    ['a bad name', { packages: [{ name: '../x', version: '1.0.0' }] }],
    ['too long a list', { packages: Array.from({ length: 20_001 }, () => 0) }],
  ])('with %s are told', (_name, list) => {
    const { packages, problems } = catalog({ x: rustProgram(list) });
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ path: '/x', lossy: true }]);
  });
});

it('takes any mutation of its files', () => {
  const files = Object.entries(fleetFiles).map(([path, bytes]) => [path, bytes.toString()] as const);
  const mutation = fc.tuple(
    fc.nat(),
    fc.nat(60),
    fc.constantFrom('', '\0', '[', ']\n', '"', '[[package]]\n', '__proto__ = 1\n', '='),
  );
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 5 }), fc.nat(3), (changes, which) => {
      const mutated = files.map(([path, text], index) => {
        if (index !== which) return [path, text] as const;
        const changed = changes.reduce((now, [at, cut, put]) => {
          const from = at % (now.length + 1);
          return now.slice(0, from) + put + now.slice(from + cut);
        }, text);
        return [path, changed] as const;
      });
      const { packages, problems } = catalog(Object.fromEntries(mutated));
      expect(packages.length).toBeLessThan(20);
      expect(problems.every(({ path, by }) => path?.startsWith('/') && by === 'cargo')).toBe(true);
    }),
    { numRuns: 300 },
  );
});

import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { dllExtractor } from './dll-extractor.ts';
import { nuget } from './nuget.ts';
import { readPeHeader, readVersionTexts } from './pe-version.ts';

const framework = readTree(new URL('testdata/framework/', import.meta.url));
const app = readTree(new URL('testdata/app/', import.meta.url));

const ofApp = [
  'ClrLoader 1.0.0 -',
  'Microsoft.CSharp 4.7.0 -',
  'Microsoft.SourceLink.GitHub 10.0.401 - (locked)',
  'Python.Runtime 3.2.1 -',
  'System.AppContext 3.1.23 -',
  'System.Buffers 4.6.1 -',
  'System.IO.Hashing 10.0.12 -',
  'System.Memory 4.6.3 -',
  'System.Numerics.Vectors 4.6.1 -',
  'System.Reflection.Emit 4.7.0 -',
  'System.Reflection.Emit.ILGeneration 4.7.0 -',
  'System.Runtime.CompilerServices.Unsafe 6.1.2 -',
];
const ofFramework = [
  'Microsoft.NETCore.App.Runtime.linux-x64 3.1.23 -',
  'runtime.linux-x64.Microsoft.NETCore.App 3.1.23-servicing.22122.4 -',
  'runtime.linux-x64.Microsoft.NETCore.DotNetHostPolicy 3.1.23 -',
];

describeCataloger(
  nuget,
  [
    { name: 'a program with assemblies of no list', files: app, expected: ofApp },
    { name: 'a shared framework', files: framework, expected: ofFramework },
  ],
  { extractor: dllExtractor },
);
describeMutations(nuget, [app, framework]);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const layer = { index: 2, diffId: 'sha256:00' };
  return nuget.catalog({
    files: Object.keys(files)
      .toSorted()
      .map((path) => ({
        path,
        bytes: Buffer.from(files[path] ?? ''),
        layer,
        ...(path.endsWith('.dll') ? { extractor: dllExtractor.id } : {}),
      })),
  });
}

const shown = ({ packages }: CatalogResult): string[] =>
  packages.map((one) => `${one.name} ${one.version}${one.presence ? ` ${one.presence}` : ''}`);
const edges = ({ relationships = [] }: CatalogResult): string[] =>
  relationships.map(({ from, to }) => `${from} ${to}`.replaceAll('pkg:nuget/', ''));

it('knows the program, what it asks for, and what needs what', () => {
  const result = catalog({ 'app/Python.Runtime.deps.json': app['app/Python.Runtime.deps.json'] ?? '' });
  expect(result.problems).toEqual([]);
  expect(result.packages.filter(({ usage }) => usage).map(({ name, usage }) => [name, usage])).toEqual([
    ['Microsoft.CSharp', { direct: true }],
    ['Microsoft.SourceLink.GitHub', { direct: true }],
    ['Python.Runtime', { root: true }],
    ['System.Reflection.Emit', { direct: true }],
  ]);
  expect(edges(result)).toContain('System.Memory@4.6.3 System.Buffers@4.6.1');
  expect(edges(result)).toHaveLength(10);
});

const list = (target: string, libraries: object, used: object): string =>
  JSON.stringify({ runtimeTarget: { name: target }, targets: { [target]: used }, libraries });

it('of a program that brings its runtime, the runtime is a package by its own name', () => {
  const pack = 'runtimepack.Microsoft.NETCore.App.Runtime.linux-musl-x64/8.0.1';
  const text = list(
    '.NETCoreApp,Version=v8.0/linux-musl-x64',
    {
      'web/1.0.0': { type: 'project' },
      [pack]: { type: 'runtimepack' },
      'Lib.Reference/2.1.0.0': { type: 'reference' },
    },
    { 'web/1.0.0': { dependencies: { Lib: '2.1' } }, 'Lib.Reference/2.1.0.0': { runtime: { 'Lib.dll': {} } } },
  );
  const result = catalog({ 'srv/web.deps.json': text });
  expect(shown(result)).toEqual([
    'Lib.Reference 2.1.0.0',
    'Microsoft.NETCore.App.Runtime.linux-musl-x64 8.0.1',
    'web 1.0.0',
  ]);
  expect(result.packages.map(({ metadata }) => 'certainty' in metadata && metadata.certainty)).toEqual([
    'guessed',
    false,
    false,
  ]);
});

it('a shared framework that lists its own package is it once, whatever the case', () => {
  const name = 'Microsoft.AspNetCore.App.Runtime.linux-x64/8.0.1';
  const text = list(
    '.NETCoreApp,Version=v8.0/linux-x64',
    { [name]: { type: 'package' } },
    { [name]: { runtime: { 'a.dll': {} } } },
  );
  expect(
    shown(catalog({ 'dotnet/shared/Microsoft.AspNetCore.App/8.0.1/Microsoft.AspNetCore.App.deps.json': text })),
  ).toEqual(['Microsoft.AspNetCore.App.Runtime.linux-x64 8.0.1']);
});

it('reads lock files: what is asked for, what that needs, and projects are none', () => {
  const text = JSON.stringify({
    version: 2,
    dependencies: {
      'net8.0': {
        A: {
          type: 'Direct',
          requested: '[1.0.0, )',
          resolved: '1.0.0',
          contentHash: 'abc=',
          dependencies: { b: '2.0' },
        },
        B: { type: 'CentralTransitive', resolved: '2.0.0' },
        own: { type: 'Project', dependencies: { A: '1' } },
      },
      'net8.0/linux-x64': { C: { type: 'Transitive', resolved: '3.0.0', dependencies: { B: '1' } } },
    },
  });
  const result = catalog({ 'src/packages.lock.json': text });
  expect(shown(result)).toEqual(['A 1.0.0 locked', 'B 2.0.0 locked', 'C 3.0.0 locked']);
  expect([result.packages[0]?.usage, result.packages[0]?.metadata]).toEqual([
    { direct: true },
    { kind: 'language', integrity: 'abc=' },
  ]);
  expect(edges(result)).toEqual(['A@1.0.0 B@2.0.0', 'C@3.0.0 B@2.0.0']);
});

it('a lock file and a list of what is there are one package, whatever the case', () => {
  const lock = '{"version":1,"dependencies":{"net8.0":{"LIB":{"type":"Direct","resolved":"1.0.0"}}}}';
  const text = list(
    'x',
    { 'Lib/1.0.0': { type: 'package' } },
    { 'Lib/1.0.0': { runtime: { 'lib/net8.0/Lib.dll': {} } } },
  );
  const result = catalog({ 'a/x.deps.json': text, 'a/packages.lock.json': lock });
  expect(shown(result)).toEqual(['Lib 1.0.0']);
  expect(result.packages[0]?.locations).toHaveLength(2);
});

it('reads packages.config', () => {
  const text =
    '<?xml version="1.0"?>\n<packages>\n<package id="A" version="1.0.0"/>\n' +
    '<package id="B" version="2.0" targetFramework="net472" developmentDependency="true" />\n</packages>';
  expect(
    catalog({ 'src/packages.config': text }).packages.map(({ name, version, usage }) => [name, version, usage]),
  ).toEqual([
    ['A', '1.0.0', { direct: true }],
    ['B', '2.0', { direct: true, scope: 'dev' }],
  ]);
});

it('reads central versions, and tells those that are none', () => {
  const text = `<Project><PropertyGroup><V>3.1.0</V></PropertyGroup><ItemGroup>
    <PackageVersion Include="A" Version="1.0.0" /><PackageVersion Include="B" Version="$(V)" />
    <PackageVersion Include="C" Version="[2.0.0]" /><PackageVersion Include="D" Version="4.*" />
    <PackageVersion Update="E" Version="1" /></ItemGroup></Project>`;
  const result = catalog({ 'Directory.Packages.props': text });
  expect(shown(result)).toEqual(['A 1.0.0 locked', 'B 3.1.0 locked', 'C 2.0.0 locked']);
  expect(result.problems.map(({ code, detail, lossy }) => [code, detail, lossy])).toEqual([
    ['unsupported', 'D 4.*', true],
  ]);
});

it.each([
  ['a list without libraries', 'a/x.deps.json', '{"targets":{"a":{}}}'],
  ['a lock file that is a list', 'packages.lock.json', '[]'],
  ['another XML', 'packages.config', '<configuration/>'],
  ['an entry without version', 'packages.config', '<packages><package id="A"/></packages>'],
  ['a library without version', 'a/x.deps.json', '{"targets":{"a":{}},"libraries":{"__proto__":{}, "x":{}}}'],
  ['an empty file', 'Directory.Packages.props', ''],
])('%s is a problem', (_name, path, text) => {
  const { packages, problems } = catalog({ [path]: text });
  expect(packages).toEqual([]);
  expect(new Set(problems.map((found) => `${found.code} ${found.path} ${found.lossy}`))).toEqual(
    new Set([`corrupt /${path} true`]),
  );
});

it.each([
  [{ productVersion: '1.2.3-rc.1+abcdef', fileVersion: '1.2.3.4' }, '1.2.3-rc.1'],
  [{ productVersion: 'My product', fileVersion: '1.2.3.4' }, '1.2.3.4'],
  [{ productVersion: '4.0.0 build 7' }, '4.0.0'],
  [{ productVersion: '7' }, undefined],
  [{}, undefined],
])('of an assembly with %o the version is %s', (kept, version) => {
  const { packages, problems } = catalog({ 'a/Lib.dll': JSON.stringify(kept) });
  expect(packages.map((one) => one.version)).toEqual(version === undefined ? [] : [version]);
  expect(problems).toHaveLength(version === undefined ? 1 : 0);
});

it.each([
  ['app/x.dll', true],
  ['app/x.EXE', true],
  ['app/de/x.resources.dll', false],
  ['dotnet/packs/Microsoft.NETCore.App.Ref/8.0.1/ref/net8.0/System.dll', false],
  ['app/x.so', false],
])('the extractor wants %s: %s', (path, wanted) => {
  expect(dllExtractor.selects(path)).toBe(wanted);
});

function extract(bytes: Uint8Array, piece: number): string | undefined {
  const extraction = dllExtractor.open('x.dll', bytes.length);
  for (let at = 0, more = true; more && at < bytes.length; at += piece)
    more = extraction.write(bytes.subarray(at, at + piece));
  const kept = extraction.end();
  return kept && Buffer.from(kept.bytes).toString();
}

const dll = app['app/tools/ClrLoader.dll'] ?? new Uint8Array();

it('reads versions in pieces of any size', () => {
  const whole = '{"fileVersion":"1.0.0.0","productVersion":"1.0.0"}';
  expect([1, 7, 100, 4096, 100_000].map((piece) => extract(dll, piece))).toEqual(Array(5).fill(whole));
});

it('keeps nothing of what is no assembly', () => {
  const native = Uint8Array.from(dll);
  const pe = new DataView(native.buffer).getUint32(0x3c, true);
  const is64 = new DataView(native.buffer).getUint16(pe + 24, true) === 0x2_0b;
  new DataView(native.buffer).setUint32(pe + 24 + (is64 ? 112 : 96) + 14 * 8, 0);
  expect([extract(native, 512), extract(new Uint8Array(0), 512), extract(Buffer.from('MZ'), 1)]).toEqual(
    Array(3).fill(undefined),
  );
});

it('survives every byte of headers and resources being another', () => {
  const header = readPeHeader(dll);
  expect(header?.managed).toBe(true);
  const { offset = 0, size = 0, address = 0 } = header?.resources ?? {};
  const start = performance.now();
  for (let at = 0; at < 600; at++) {
    const damaged = Uint8Array.from(dll);
    damaged[at] = 0xff;
    readPeHeader(damaged);
    extract(damaged, 3000);
  }
  for (let at = 0; at < size; at++) {
    const damaged = Uint8Array.from(dll.subarray(offset, offset + size));
    damaged[at] = at % 2 === 0 ? 0xff : 0x80;
    expect(readVersionTexts(damaged, address).size).toBeLessThanOrEqual(64);
  }
  expect(performance.now() - start).toBeLessThan(3000);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { gem } from './gem.ts';

const bundle = readTree(new URL('testdata/bundle/', import.meta.url));
const debian = readTree(new URL('testdata/debian/', import.meta.url));
const listing = (name: string): string => readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8');

const bundled = [
  'engine 0.0.1 - (locked)',
  'harbour 1.4.0.rc1 -',
  'lighthouse 0.3.0 -',
  'minitest 5.15.0 -',
  'mustermann 3.0.0 -',
  'quay 2.0.1 x86_64-linux',
  'rack 2.2.22 -',
  'rack-protection 3.0.5 -',
  'ruby2_keywords 0.0.5 - (locked)',
  'sinatra 3.0.5 -',
  'tilt 2.0.11 -',
];

const ofDebian = [
  'bundler 2.3.15 -',
  'bundler 2.3.27 -',
  'json 2.6.1 -',
  'nokogiri 1.13.10 -',
  'psych 4.0.4 -',
  'racc 1.6.0 -',
  'racc 1.6.2 -',
  'rubygems-update 3.3.15 -',
  'sdbm 1.0.0 -',
];

describeCataloger(gem, [
  { name: 'a bundle, installed and locked', files: bundle, expected: bundled },
  { name: 'gems of Debian, with default gems', files: debian, expected: ofDebian },
]);
describeMutations(gem, [bundle, debian]);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const layer = { index: 2, diffId: 'sha256:00' };
  return gem.catalog({
    files: Object.keys(files)
      .toSorted()
      .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer })),
  });
}

it('agrees with bundle list', () => {
  const listed = [...listing('bundle-list.txt').matchAll(/^ {2}\* (\S+) \(([^\s)]+)/gm)];
  const found = catalog(bundle).packages.map(({ name, version }) => `${name} ${version}`);
  expect(found.toSorted()).toEqual(listed.map(([, name, version]) => `${name} ${version}`).toSorted());
});

it('agrees with gem list', () => {
  const listed = [...listing('gem-list.txt').matchAll(/^(\S+) \((.+)\)$/gm)].flatMap(([, name, versions = '']) =>
    versions
      .replace('default: ', '')
      .split(', ')
      .map((version) => `${name} ${version}`),
  );
  const found = catalog(debian).packages.map(({ name, version }) => `${name} ${version}`);
  expect(found).toEqual(listed.toSorted());
});

it('knows what Bundler and RubyGems say of each gem', () => {
  const { packages, problems } = catalog(bundle);
  expect(problems).toEqual([]);
  const of = (name: string): unknown => {
    const found = packages.find((one) => one.name === name);
    return found && { usage: found.usage, licenses: found.licenses, metadata: found.metadata, purl: found.purl };
  };
  expect([of('harbour'), of('lighthouse'), of('engine'), of('tilt')]).toEqual([
    {
      usage: { direct: true },
      licenses: ['MIT', 'Apache-2.0'],
      metadata: { kind: 'language', origin: 'https://gems.example.com/', homepage: 'https://example.com/harbour' },
      purl: 'pkg:gem/harbour@1.4.0.rc1',
    },
    {
      usage: { direct: true },
      licenses: ['MIT'],
      metadata: { kind: 'language', origin: 'git#d60226634eca' },
      purl: 'pkg:gem/lighthouse@0.3.0',
    },
    {
      usage: { direct: true },
      licenses: [],
      metadata: { kind: 'language', origin: 'engine' },
      purl: 'pkg:gem/engine@0.0.1',
    },
    {
      usage: undefined,
      licenses: ['MIT'],
      metadata: {
        kind: 'language',
        origin: 'https://gems.example.com/',
        homepage: 'https://github.com/rtomayko/tilt/',
      },
      purl: 'pkg:gem/tilt@2.0.11',
    },
  ]);
});

it('relates gems to those they need to run, installed and locked', () => {
  const { relationships = [] } = catalog(bundle);
  expect(relationships.map(({ from, to }) => `${from} ${to}`.replaceAll('pkg:gem/', '')).toSorted()).toEqual([
    'engine@0.0.1 rack@2.2.22',
    'harbour@1.4.0.rc1 quay@2.0.1',
    'harbour@1.4.0.rc1 rack@2.2.22',
    'lighthouse@0.3.0 rack@2.2.22',
    'mustermann@3.0.0 ruby2_keywords@0.0.5',
    'rack-protection@3.0.5 rack@2.2.22',
    'sinatra@3.0.5 mustermann@3.0.0',
    'sinatra@3.0.5 rack-protection@3.0.5',
    'sinatra@3.0.5 rack@2.2.22',
    'sinatra@3.0.5 tilt@2.0.11',
  ]);
});

it('relates to no gem when it is not known which of several it is', () => {
  const { relationships = [] } = catalog({ ...debian });
  // nokogiri needs racc, of which two versions are elsewhere.
  expect(relationships).toEqual([]);
});

it.each([
  ['opt/app/vendor/cache/x.gemspec', false],
  ['usr/lib/ruby/gems/3.1.0/gems/x-1/x.gemspec', false],
  ['usr/lib/ruby/gems/3.1.0/specifications/x-1.gemspec', true],
  ['specifications/default/x-1.gemspec', true],
  ['myspecifications/x-1.gemspec', false],
  ['app/vendor/bundle/ruby/3.1.0/bundler/gems/x-0123456789ab/x.gemspec', true],
  ['Gemfile.lock', true],
  ['app/gems.locked', true],
  ['app/Gemfile', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(gem.selects(path, 'packages')).toBe(wanted);
});

const wrap = (body: string): string => `Gem::Specification.new do |s|\n${body}\nend\n`;

it.each([
  ['an old one without stub', "s.name = %q{old}\n s.version = '1.0'", 'x', []],
  ['single quotes', "  s.name = 'a'\n  s.version = '1.0'", 'a 1.0', []],
  ['a version object', "  s.name = %q<a>\n  s.version = Gem::Version.new('1.0')", 'a 1.0', []],
  ['values that are no literals', '  s.name = NAME\n  s.version = A::VERSION', 'file 2.0 likely', []],
  ['licence alone', "  s.name = 'a'\n  s.version = '1'\n  s.license = 'MIT'", 'a 1', ['MIT']],
  ['escapes', '  s.name = "\\u0061".freeze\n  s.version = "\\x31"\n s.license = "\\u{4d}\\"IT"', 'a 1', ['M"IT']],
])('%s', (_name, body, expected, licenses) => {
  const { packages } = catalog({ 'x/specifications/file-2.0-java.gemspec': wrap(body) });
  const found = packages.map(({ name, version, metadata }) =>
    [name, version, ...('certainty' in metadata ? [metadata.certainty] : [])].join(' '),
  );
  expect([found, packages[0]?.licenses]).toEqual([[expected === 'x' ? 'file 2.0 likely' : expected], licenses]);
});

it.each([
  ['nothing', ''],
  ['no end', wrap("  s.name = 'a'\n  s.version = '1'").slice(0, -5)],
  ['no specification', "name 'a'\nend\n"],
])('a specification with %s is damaged', (_name, text) => {
  const { problems } = catalog({ 'x/specifications/y.gemspec': text });
  expect(problems.map(({ code, message, path, lossy }) => [code, message, path, lossy])).toEqual([
    ['corrupt', 'A gem specification is damaged', '/x/specifications/y.gemspec', true],
  ]);
});

it('a specification of unreadable name and version in a file of no telling name is a problem', () => {
  const { problems } = catalog({ 'a/bundler/gems/b-0123456/b.gemspec': wrap('  s.name = N') });
  expect(problems.map(({ code }) => code)).toEqual(['unsupported']);
});

const lock = (gems: string, more = ''): string =>
  `GEM\n  remote: https://gems.example.com/\n  specs:\n${gems}\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a!\n${more}`;

it.each([
  ['checksums', lock('    a (1)\n', '\nCHECKSUMS\n  a (1) sha256=ab12\n'), 'sha256=ab12'],
  ['no checksum', lock('    a (1)\n', '\nCHECKSUMS\n  a (1)\n'), undefined],
])('a lock file with %s', (_name, text, integrity) => {
  const { packages, problems } = catalog({ 'Gemfile.lock': text });
  expect(problems).toEqual([]);
  expect(packages.map(({ metadata }) => metadata)).toEqual([
    { kind: 'language', origin: 'https://gems.example.com/', ...(integrity && { integrity }) },
  ]);
});

it('a gem in its own folder is the root, and addresses are shown without passwords', () => {
  const text =
    'PATH\n  remote: .\n  specs:\n    a (1)\n      b\n\nGIT\n  remote: https://u:p@git.example.com/b\n' +
    '  revision: abc\n  branch: main\n  specs:\n    b (2)\n\nDEPENDENCIES\n  a!\n  b!\n';
  const { packages, relationships } = catalog({ 'Gemfile.lock': text });
  expect(packages.map(({ name, usage, metadata }) => [name, usage, metadata])).toEqual([
    ['a', { root: true, direct: true }, { kind: 'language', origin: '.' }],
    ['b', { direct: true }, { kind: 'language', origin: 'https://git.example.com/b#abc' }],
  ]);
  expect(relationships).toHaveLength(1);
});

it.each([
  ['a merge conflict', lock('    a (1)\n<<<<<<< HEAD\n    b (2)\n'), 'merge conflict'],
  ['a spec without version', lock('    a (1)\n    b\n'), 'line 5: not understood'],
  ['an end before what is asked for', 'GEM\n  specs:\n    a (1)\n', 'no DEPENDENCIES'],
  ['an end within a line', lock('    a (1)\n').trimEnd(), 'end within a line'],
])('%s is told and the others are read', (_name, text, detail) => {
  const { packages, problems } = catalog({ 'x/gems.locked': text });
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toContain('a 1');
  expect(problems.map((found) => [found.code, found.path, found.lossy])).toEqual([['corrupt', '/x/gems.locked', true]]);
  expect(problems[0]?.detail).toContain(detail);
});

it('has no trouble with a hundred thousand gems, or one that needs as many', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `    g${index} (1.${index})\n`).join('');
  const needs = Array.from({ length: 100_000 }, (_, index) => `      g${index}\n`).join('');
  const start = performance.now();
  const { packages } = catalog({ 'Gemfile.lock': lock(`${many}    a (1)\n${needs}`) });
  expect(packages).toHaveLength(100_001);
  expect(performance.now() - start).toBeLessThan(5000);
});

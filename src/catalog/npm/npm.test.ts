import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { npm } from './npm.ts';
import { yarnCache } from './yarn-cache.ts';

const layer = { index: 2, diffId: 'sha256:00' };

function json(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8'));
}

const expected = json('expected') as Readonly<Record<string, readonly string[]>>;

function filesOf(name: string): Record<string, Uint8Array> {
  const texts = Object.entries(json(name) as Record<string, string>);
  return Object.fromEntries(texts.map(([path, text]) => [path, Buffer.from(text)]));
}

function catalog(files: Readonly<Record<string, string | object | Uint8Array>>): CatalogResult {
  return npm.catalog({
    files: Object.keys(files)
      .toSorted()
      .map((path) => {
        const content = files[path] ?? '';
        const text = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
        const bytes = Buffer.from(text as string);
        return { path, bytes, layer, ...(path.endsWith('.zip') ? { extractor: yarnCache.id } : {}) };
      }),
  });
}

function list({ packages }: CatalogResult): string[] {
  return packages.map(({ name, version, presence, usage }) => {
    const marks = [usage?.root && 'root', usage?.direct && 'direct', usage?.scope, presence].filter(Boolean);
    return [`${name}@${version}`, ...marks].join(' ');
  });
}

function edges({ relationships = [] }: CatalogResult): string[] {
  const short = (id: string): string => decodeURIComponent(id.replace('pkg:npm/', ''));
  return relationships.map(({ kind, from, to, scope }) => [short(from), kind, short(to), scope ?? ''].join(' ').trim());
}

describeCataloger(
  npm,
  Object.keys(expected).map((name) => ({ name, files: filesOf(name), expected: expected[name] ?? [] })),
  { extractor: yarnCache },
);

const usage: readonly string[] = [
  '@demo/tool@0.4.0 root',
  'fsevents@2.3.3 direct optional locked',
  'inherits@2.0.4 direct dev',
  'is-number@6.0.0 dev',
  'is-odd@3.0.1 direct dev',
  'isexe@2.0.0 direct optional',
  'ms@2.1.3 direct',
  'wrappy@1.0.2',
];

describe.each(['npm-10.9.9', 'pnpm-9.15.9'])('%s installed', (name) => {
  const result = catalog(filesOf(name));
  it('tells what is asked for, and for what', () => {
    expect(list(result)).toEqual(expect.arrayContaining([...usage]));
  });
  it('tells what depends on what, each as it is resolved for it', () => {
    expect(edges(result)).toEqual(
      expect.arrayContaining([
        'debug@2.6.9 depends-on ms@2.0.0',
        'debug@4.3.4 depends-on ms@2.1.2',
        'acorn-jsx@5.3.2 depends-on acorn@8.14.0',
        'once@1.4.0 depends-on wrappy@1.0.2',
        'bundler@1.0.0 contains isarray@1.0.0',
      ]),
    );
    expect(edges(result)).not.toContain('debug@2.6.9 depends-on ms@2.1.3');
  });
  it('has nothing to complain of', () => {
    expect(result.problems).toEqual([]);
  });
});

it.each(Object.keys(expected))('%s: what only development needs is marked so', (name) => {
  const found = list(catalog(filesOf(name)));
  expect(found.filter((line) => /^(?:is-odd|is-number)@/.test(line)).every((line) => line.includes(' dev'))).toBe(true);
  expect(
    found.filter((line) => /^(?:acorn|acorn-jsx|once|ms)@/.test(line)).some((line) => / dev| optional/.test(line)),
  ).toBe(false);
});

describe('which package.json is a package', () => {
  const manifest = { name: 'a', version: '1.0.0' };
  it.each([
    ['app/node_modules/a/package.json', 'a@1.0.0'],
    ['node_modules/a/package.json', 'a@1.0.0'],
    ['usr/lib/node_modules/@s/a/package.json', 'a@1.0.0'],
    ['app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json', 'a@1.0.0'],
    ['app/node_modules/.store/a-npm-1.0.0-0123456789/package/package.json', 'a@1.0.0'],
    ['usr/share/nodejs/a/package.json', 'a@1.0.0'],
    ['usr/share/nodejs/b/node_modules/a/package.json', 'a@1.0.0'],
    ['usr/lib/x86_64-linux-gnu/nodejs/a/package.json', 'a@1.0.0'],
    ['srv/app/package.json', 'a@1.0.0 root'],
    ['package.json', 'a@1.0.0 root'],
  ])('%s: %s', (path, line) => {
    expect(npm.selects(path, 'packages')).toBe(true);
    expect(list(catalog({ [path]: manifest }))).toEqual([line]);
  });
  it.each([
    'app/node_modules/a/test/fixtures/b/package.json',
    'app/node_modules/@s/a/examples/b/package.json',
    'app/node_modules/@s/package.json',
    'app/node_modules/.a-x1y2/package.json',
    'app/node_modules/a/package-lock.json',
    'app/node_modules/a/yarn.lock',
    'app/node_modules/a/test/pnpm-lock.yaml',
    'usr/share/nodejs/postcss/pnpm-lock.yaml',
    'usr/share/nodejs/terser/bin/package.json',
    'usr/share/doc/node-ws/examples/server-stats/package.json',
    'app/lock.yaml',
    'app/my-package.json',
    'app/node_modules.bak/.package-lock.json',
  ])('%s: none', (path) => {
    expect(npm.selects(path, 'files')).toBe(false);
  });
});

it('tells a module without a version, but not test data of one', () => {
  const { packages, problems } = catalog({
    'app/node_modules/a/package.json': { name: 'a' },
    'app/node_modules/b/package.json': { name: 'b', version: 2 },
    'app/node_modules/c/package.json': { name: 'c', version: '1.0.0' },
    'app/node_modules/c/test/node_modules/d/package.json': { name: 'd' },
    'app/package.json': { private: true },
  });
  expect(packages.map(({ id }) => id)).toEqual(['pkg:npm/c@1.0.0']);
  expect(problems.map(({ path, lossy }) => [path, lossy])).toEqual([
    ['/app/node_modules/a/package.json', true],
    ['/app/node_modules/b/package.json', true],
  ]);
});

it.each([
  ['MIT', ['MIT']],
  ['(MIT OR Apache-2.0)', ['(MIT OR Apache-2.0)']],
  ['SEE LICENSE IN LICENSE.md', ['SEE LICENSE IN LICENSE.md']],
  [{ type: 'BSD', url: 'x' }, ['BSD']],
  [
    ['MIT', { type: 'GPL-2.0' }],
    ['MIT', 'GPL-2.0'],
  ],
  [7, []],
])('licence %j', (license, licenses) => {
  const key = Array.isArray(license) ? 'licenses' : 'license';
  const { packages } = catalog({ 'app/node_modules/a/package.json': { name: 'a', version: '1.0.0', [key]: license } });
  expect(packages[0]?.licenses).toEqual(licenses);
});

it('prints no credentials of addresses', () => {
  const lock = (resolved: string): object => ({
    lockfileVersion: 3,
    packages: { 'node_modules/a': { version: '1.0.0', resolved, integrity: 'sha512-x' } },
  });
  const of = (resolved: string): unknown => catalog({ 'app/package-lock.json': lock(resolved) }).packages[0]?.metadata;
  expect(of('https://user:secret@npm.example/a/-/a-1.0.0.tgz')).toEqual({ kind: 'language', integrity: 'sha512-x' });
  expect(of('git+https://token:x@git.example/a.git#0123')).toMatchObject({
    origin: 'git+https://git.example/a.git#0123',
  });
  expect(of('https://files.example/a.tgz?token=secret')).toMatchObject({ origin: 'https://files.example/a.tgz' });
  expect(of('git+ssh://git@git.example/o/a.git#0123')).toMatchObject({
    origin: 'git+ssh://git@git.example/o/a.git#0123',
  });
});

it('takes names like __proto__ for names', () => {
  const lock =
    '{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0","dependencies":{"__proto__":"1","constructor":"1"}},"node_modules/constructor":{"version":"1.0.0"}}}';
  const result = catalog({ 'app/package-lock.json': lock });
  expect(edges(result)).toEqual(['a@1.0.0 depends-on constructor@1.0.0']);
});

it.each([
  ['app/bun.lockb', 'binary', 'unsupported'],
  ['app/package-lock.json', { lockfileVersion: 4 }, 'unsupported'],
  ['app/pnpm-lock.yaml', 'packages: {}\n', 'corrupt'],
  ['app/yarn.lock', '<<<<<<< HEAD\n', 'corrupt'],
  ['app/.pnp.cjs', 'module.exports = {};', 'corrupt'],
  [
    'app/package-lock.json',
    `${'{"lockfileVersion":1,"dependencies":{"a":'.repeat(1)}${'{"version":"1.0.0","dependencies":{"a":'.repeat(2000)}{}${'}}'.repeat(2000)}}}`,
    'too-large',
  ],
])('%s that can not be read is a problem (%#)', (path, content, code) => {
  const { problems } = catalog({ [path]: content });
  expect(problems.map((problem) => [problem.code, problem.lossy])).toEqual([[code, true]]);
});

it('an empty yarn.lock and one of only comments name nothing', () => {
  expect(catalog({ 'a/yarn.lock': '', 'b/yarn.lock': '# yarn lockfile v1\n\n' }).problems).toEqual([]);
});

it('keeps long keys of Yarn and documents before the lock file of pnpm', () => {
  const long = `a@npm:${'1'.repeat(1100)}`;
  const yarn = `__metadata:\n  version: 8\n\n? "${long}"\n:\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n  linkType: hard\n`;
  const pnpm =
    "---\nlockfileVersion: '9.0'\n\nimporters: {}\n\n---\nlockfileVersion: '9.0'\npackages:\n  b@2.0.0:\n    resolution: {integrity: sha512-x}\nsnapshots:\n  b@2.0.0: {}\n";
  expect(list(catalog({ 'a/yarn.lock': yarn, 'b/pnpm-lock.yaml': pnpm }))).toEqual([
    'a@1.0.0 locked',
    'b@2.0.0 locked',
  ]);
});

it('reads the document of pnpm itself before that of the project', () => {
  const own = `---
lockfileVersion: '9.0'

importers:

  .:
    configDependencies:
      config:
        specifier: 1.0.0
        version: 1.0.0
    packageManagerDependencies:
      pnpm:
        specifier: 11.0.3
        version: 11.0.3

packages:

  config@1.0.0:
    resolution: {integrity: sha512-a}

  pnpm@11.0.3:
    resolution: {integrity: sha512-b}

snapshots:

  config@1.0.0: {}

  pnpm@11.0.3: {}

`;
  const project = `---
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      b:
        specifier: ^2.0.0
        version: 2.0.0
packages:
  b@2.0.0:
    resolution: {integrity: sha512-x}
snapshots:
  b@2.0.0: {}
`;
  const result = catalog({ 'a/pnpm-lock.yaml': own + project });
  expect([list(result), result.problems]).toEqual([
    ['b@2.0.0 direct locked', 'config@1.0.0 direct locked', 'pnpm@11.0.3 direct dev locked'],
    [],
  ]);
  const many = catalog({ 'a/pnpm-lock.yaml': project.repeat(20) });
  expect(many.problems.map(({ code }) => code)).toEqual(['too-large']);
});

it("packages of Plug'n'Play are installed where their archives are", () => {
  const files = filesOf('yarn-4.18.1-pnp');
  const bare = Object.fromEntries(Object.entries(files).filter(([path]) => !/\/acorn-npm-.*zip$/.test(path)));
  expect(list(catalog(files))).toContain('acorn@8.14.0 direct');
  expect(list(catalog(bare))).toContain('acorn@8.14.0 direct locked');
  expect(list(catalog(files))).toContain('fsevents@2.3.3 direct optional locked');
  expect(edges(catalog(files))).toContain('debug@4.3.4 depends-on ms@2.1.2');
});

it('keeps only the first bytes of an archive', () => {
  const extraction = yarnCache.open('app/.yarn/cache/a-npm-1.0.0-0123456789-0123456789.zip', 9);
  expect(extraction.write(Buffer.from('PK\u0003\u0004 more'))).toBe(false);
  expect(extraction.end()?.bytes).toEqual(Uint8Array.from([0x50, 0x4b, 3, 4]));
});

describe('what Node loads although its manifest is poor', () => {
  it.each<[string, string | Uint8Array, string[], number]>([
    ['no name: that of its folder', '{"version": "4.17.4"}', ['lodash@4.17.4'], 0],
    ['no version', '{"name": "lodash"}', [], 1],
    [
      'bytes that are not UTF-8',
      Buffer.from('{"name": "lodash", "version": "4.17.4", "author": "Ren\u00e9"}', 'latin1'),
      ['lodash@4.17.4'],
      0,
    ],
    ['a name that is not', Buffer.from('{"name": "lod\u00e9sh", "version": "4.17.4"}', 'latin1'), [], 1],
    ['a version that is not', Buffer.from('{"name": "lodash", "version": "4.17.4-\u00e9"}', 'latin1'), [], 1],
  ])('%s', (_, manifest, expected, problems) => {
    const result = catalog({ 'app/node_modules/lodash/package.json': manifest });
    expect(list(result)).toEqual(expected);
    expect(result.problems.filter(({ lossy }) => lossy)).toHaveLength(problems);
  });
});

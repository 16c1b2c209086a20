import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDependencies, checkOwnDependencies, type Layers } from './dependency-rule.ts';

const layers: Layers = {
  allowed: [
    { folder: 'internal', imports: [] },
    { folder: 'version', imports: ['internal'] },
    { folder: 'match', imports: ['version'] },
  ],
  open: ['internal/*', 'version/dpkg.ts'],
  deep: [{ from: 'match/registry.ts', to: ['version/plugin/*'] }],
};

const sound: Readonly<Record<string, string>> = {
  'internal/clock.ts': 'export const now = 1;',
  'version/version.ts': "import { now } from '../internal/clock.ts';\nexport const parsed = now;",
  'match/match.ts': "import { parsed } from '../version/version.ts';\nexport const match = parsed;",
};

function violations(extra: Readonly<Record<string, string>>, rule: Layers = layers): readonly string[] {
  const modules = new Map(Object.entries({ ...sound, ...extra }).filter(([path]) => path.endsWith('.ts')));
  const data = new Set(Object.keys(extra).filter((path) => !path.endsWith('.ts')));
  return checkDependencies({ modules, data, listed: [...modules.keys()] }, rule).violations;
}

describe('a tree that obeys', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['imports of noun files below', {}],
    ['an open file', { 'version/dpkg.ts': '', 'match/a.ts': "export * from '../version/dpkg.ts';" }],
    [
      'a registry that may reach deeper',
      {
        'version/plugin/x.ts': '',
        'match/registry.ts': "const a = import('../version/plugin/x.ts');",
      },
    ],
    ['data', { 'match/words.json': '{}', 'match/a.ts': "import w from './words.json' with { type: 'json' };" }],
    ['packages of others', { 'match/a.ts': "import { join } from 'node:path'; import x from 'undici';" }],
    [
      'words in comments and texts',
      { 'version/a.ts': "// import '../match/match.ts'\nconst a = `import('../match/match.ts')`;" },
    ],
    [
      'a test that looks up, and outside',
      {
        'version/a.test.ts': "import '../match/match.ts'; import '../../test/images/tar.ts';",
        'version/testdata/fake.ts': "import type { match } from '../../match/match.ts';",
      },
    ],
  ])('%s', (_, extra) => {
    expect(violations(extra)).toEqual([]);
  });
});

describe('an import that goes up is told, with its line', () => {
  it.each<[string, string]>([
    ['a value', "import { match } from '../match/match.ts';"],
    ['a type', "import type { match } from '../match/match.ts';"],
    ['a type among values', "import { type match } from '../match/match.ts';"],
    ['for its effects', "import '../match/match.ts';"],
    ['a re-export', "export { match } from '../match/match.ts';"],
    ['a re-exported type', "export type { match } from '../match/match.ts';"],
    ['a re-export of all', "export * from '../match/match.ts';"],
    ['of all types', "export type * as up from '../match/match.ts';"],
    ['a dynamic import', "export const up = () => import('../match/match.ts');"],
    ['a dynamic import of a template', 'export const up = () => import(`../match/match.ts`);'],
    ['a type written as an import', "export type Up = import('../match/match.ts').Match;"],
    ['the type of a module', "export type Up = typeof import('../match/match.ts');"],
    ['an import assignment', "import up = require('../match/match.ts');"],
  ])('%s', (_, text) => {
    expect(violations({ 'version/up.ts': `\n${text}` })).toEqual([
      'version/up.ts:2: imports match/match.ts, but version/ may not import match/',
    ]);
  });
});

describe('a cycle is told', () => {
  it.each<[string, string]>([
    ['of values', "import { b } from './b.ts';"],
    ['of types', "import type { b } from './b.ts';"],
    ['through a dynamic import', "export const b = () => import('./b.ts');"],
  ])('%s', (_, text) => {
    const chain = { 'match/a.ts': text, 'match/b.ts': "export * from './c.ts';" };
    expect(violations({ ...chain, 'match/c.ts': "import './a.ts';" })).toEqual([
      'cycle of 3: match/a.ts, match/b.ts, match/c.ts',
    ]);
    expect(violations({ ...chain, 'match/c.ts': '' })).toEqual([]);
  });

  it('of a module with itself', () => {
    expect(violations({ 'match/a.ts': "import type { a } from './a.ts';" })).toEqual(['cycle of 1: match/a.ts']);
  });

  it('among tests too, each one once, in a tree of many thousand modules', () => {
    const length = 20_000;
    const long = Object.fromEntries(
      Array.from({ length }, (_, at) => [`match/m${at}.ts`, at + 1 < length ? `import './m${at + 1}.ts';` : '']),
    );
    const pair = { 'match/x.test.ts': "import './y.test.ts';", 'match/y.test.ts': "import './x.test.ts';" };
    expect(violations({ ...long, ...pair })).toEqual(['cycle of 2: match/x.test.ts, match/y.test.ts']);
  });
});

describe('told as well', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'what does not exist',
      { 'match/a.ts': "import './b.ts';" },
      'match/a.ts:1: imports match/b.ts, which does not exist',
    ],
    [
      'a name without its ending',
      { 'match/a.ts': "import './match';" },
      'match/a.ts:1: imports match/match, which does not exist',
    ],
    [
      'what lies outside',
      { 'match/a.ts': "import '../../tools/x.ts';" },
      'match/a.ts:1: imports ../tools/x.ts, which does not exist',
    ],
    [
      'deeper than the noun file',
      { 'version/digits.ts': '', 'match/a.ts': "import '../version/digits.ts';" },
      'match/a.ts:1: imports version/digits.ts, but outsiders import only version/version.ts',
    ],
    [
      "a test's file",
      { 'match/testdata/fake.ts': '', 'match/a.ts': "import './testdata/fake.ts';" },
      "match/a.ts:1: imports match/testdata/fake.ts, which is a test's",
    ],
    [
      'a computed name',
      { 'match/a.ts': 'const a = (x: string) => import(x);' },
      'match/a.ts:1: imports a computed name, which no check can follow',
    ],
    ['a folder without a line', { 'new/new.ts': '' }, 'layers: new/ has no line'],
  ])('%s', (_, extra, message) => {
    expect(violations(extra)).toEqual([message]);
  });

  it('a module that does not parse', () => {
    expect(violations({ 'match/a.ts': 'import {' })).toEqual([
      expect.stringMatching(/^match\/a\.ts: does not parse: /),
    ]);
  });

  it('a table that lets a folder look up, and a line without a folder', () => {
    const rule = { ...layers, allowed: [{ folder: 'internal', imports: ['version'] }, ...layers.allowed.slice(1)] };
    expect(violations({}, rule)).toEqual(['layers: internal/ may import version/, which is not below']);
    expect(violations({}, { ...layers, allowed: [...layers.allowed, { folder: 'gone', imports: [] }] })).toEqual([
      'layers: gone/ has no modules',
    ]);
  });

  it('a module that only one of the two listings has, and a tree without any', () => {
    const tree = { modules: new Map(Object.entries(sound)), data: new Set<string>() };
    const listed = ['internal/clock.ts', 'version/version.ts', 'version/lost.ts'];
    expect(checkDependencies({ ...tree, listed }, layers).violations).toEqual([
      'match/match.ts: not listed',
      'version/lost.ts: listed, but not seen',
    ]);
    const none = { modules: new Map<string, string>(), data: new Set<string>(), listed: [] };
    expect(checkDependencies(none, { ...layers, allowed: [] }).violations).toEqual(['no modules were listed']);
  });
});

it('the own tree obeys, and was seen', () => {
  const { violations: found, modules, imports } = checkOwnDependencies(join(import.meta.dirname, '..'));
  expect(found).toEqual([]);
  expect(modules).toBeGreaterThan(200);
  expect(imports).toBeGreaterThan(modules);
});
